import CHostSystem

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An open file. Its position is the system's, so reads and writes in turn go on where the last one ended.
///
/// Calls may wait for a disk, except the `…Cached` ones; they may be made from any thread.
public final class HostFile: Sendable {
    private let owned: OwnedDescriptor
    var descriptor: Int32 { owned.number }

    /// A regular file, or a block device.
    public let type: HostFileType
    /// Whether it was opened for writing, and thus for changing its size.
    public let isWritable: Bool
    /// What the grant of the folder it was found beneath allows.
    public let access: HostAccess

    init(
        _ owned: consuming OwnedDescriptor, type: HostFileType, options: HostOpenOptions, access: HostAccess
    ) {
        self.owned = owned
        self.type = type
        isWritable = options.writes
        self.access = access
    }

    /// Reads once into `bytes`, at `offset` or at the position; 0 at the end of the file.
    public func read(into bytes: inout MutableRawSpan, at offset: Int64? = nil) throws(HostError) -> Int {
        try SystemCall.read(descriptor, into: &bytes, at: offset)
    }

    /// Reads once from what is in memory; nil where a disk has to be asked.
    public func readCached(
        into bytes: inout MutableRawSpan, at offset: Int64? = nil
    ) throws(HostError) -> Int? {
        do { return try SystemCall.readCached(descriptor, into: &bytes, at: offset) } catch {
            if error == .wouldBlock || error == .notSupported { return nil }
            throw error
        }
    }

    /// Reads once, at most `count` bytes; empty at the end of the file.
    public func read(count: Int, at offset: Int64? = nil) throws(HostError) -> [UInt8] {
        try SystemCall.read(descriptor, count: count, at: offset)
    }

    /// Writes once, at `offset` or at the position.
    public func write(_ bytes: RawSpan, at offset: Int64? = nil) throws(HostError) -> Int {
        try SystemCall.write(descriptor, bytes, at: offset)
    }

    /// Writes once, at `offset` or at the position.
    public func write(_ bytes: [UInt8], at offset: Int64? = nil) throws(HostError) -> Int {
        try SystemCall.write(descriptor, bytes, at: offset)
    }

    /// Writes once what the system takes without a disk; nil where it cannot promise that.
    public func writeCached(_ bytes: RawSpan, at offset: Int64? = nil) throws(HostError) -> Int? {
        do { return try SystemCall.writeCached(descriptor, bytes, at: offset) } catch {
            if error == .wouldBlock || error == .notSupported { return nil }
            throw error
        }
    }

    /// Where a position is counted from; the raw values are preview 1's `whence`.
    public enum Origin: UInt8, Sendable {
        case start = 0
        case position = 1
        case end = 2
    }

    /// Moves the position and gives the new one, counted from the start.
    public func seek(_ offset: Int64, from origin: Origin) throws(HostError) -> UInt64 {
        let whence =
            switch origin {
            case .start: SEEK_SET
            case .position: SEEK_CUR
            case .end: SEEK_END
            }
        return UInt64(try SystemCall.retrying { lseek(descriptor, off_t(offset), Int32(whence)) })
    }

    /// The file's status.
    public func status() throws(HostError) -> HostFileStatus { try SystemCall.status(descriptor) }

    /// Whether the file has no name any more. An unknown status counts as such.
    var isRemoved: Bool {
        // Freeing it off the loop costs little; on the loop it may cost much.
        guard access == .readWrite, let status = try? status() else { return access == .readWrite }
        return status.links == 0
    }

    /// Cuts the file off, or extends it with zeros.
    public func setSize(_ size: UInt64) throws(HostError) {
        guard let size = off_t(exactly: size) else { throw .fileTooLarge }
        _ = try SystemCall.retrying { ftruncate(descriptor, size) }
    }

    /// Sets the file's times.
    public func setTimes(accessed: HostFileTime, modified: HostFileTime) throws(HostError) {
        if access == .readOnly { throw .readOnly }
        try SystemCall.setTimes(descriptor, accessed: accessed, modified: modified)
    }

    /// Sees to it that there is room for these bytes; extends the file where they end behind its end.
    public func allocate(offset: UInt64, count: UInt64) throws(HostError) {
        guard let offset = Int64(exactly: offset), let count = Int64(exactly: count), count > 0 else {
            throw .invalid
        }
        if offset.addingReportingOverflow(count).overflow { throw .fileTooLarge }
        _ = try SystemCall.retrying { martlet_allocate(descriptor, offset, count) }
    }

    /// What a guest says about how it will read; the raw values are preview 1's `advice`.
    public enum Advice: UInt8, Sendable {
        case normal, sequential, random, willNeed, doNotNeed, noReuse
    }

    /// Tells the system how the guest will read.
    public func advise(offset: UInt64, count: UInt64, _ advice: Advice) throws(HostError) {
        guard let offset = Int64(exactly: offset), let count = Int64(exactly: count) else { throw .invalid }
        _ = try SystemCall.retrying { martlet_advise(descriptor, offset, count, Int32(advice.rawValue)) }
    }

    /// Waits until content and metadata are on the disk.
    public func sync() throws(HostError) {
        _ = try SystemCall.retrying { fsync(descriptor) }
    }

    /// Waits until the content is on the disk.
    public func syncData() throws(HostError) {
        #if canImport(Darwin)
            _ = try SystemCall.retrying { fsync(descriptor) }
        #else
            _ = try SystemCall.retrying { fdatasync(descriptor) }
        #endif
    }

    /// Makes every write go to the end, or no longer.
    public func setAppending(_ isAppending: Bool) throws(HostError) {
        let flags = try SystemCall.retrying { martlet_get_status_flags(descriptor) }
        let wanted = isAppending ? flags | O_APPEND : flags & ~O_APPEND
        if wanted != flags { _ = try SystemCall.retrying { martlet_set_status_flags(descriptor, wanted) } }
    }
}
