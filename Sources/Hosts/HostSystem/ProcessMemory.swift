import CHostSystem

/// The memory of this process, apart from that of guests.
public enum ProcessMemory {
    // Larger than the buffers of connections, smaller than the programs that make loading expensive.
    private static let keptBlockBytes: Int32 = 4 << 20
    private static let keptArenaBytes: Int32 = 16 << 20

    /// Lets the allocator keep little of what is freed. By itself it would keep as much as the largest block that was
    /// ever freed, twice: tens of megabytes after a large program was loaded.
    public static func limitFree() { martlet_limit_free_memory(keptBlockBytes, keptArenaBytes) }

    /// Gives what was freed back to the system. Takes a few milliseconds.
    public static func returnFree() { martlet_return_free_memory() }
}
