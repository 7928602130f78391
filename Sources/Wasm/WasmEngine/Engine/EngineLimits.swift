/// The sizes of everything the engine reserves for guests, fixed when the engine is made.
///
/// One engine serves all apps of a process, so these are ceilings; what a single instance may use is ``InstanceLimits``.
/// Address space is reserved for every slot, memory is used only for what guests touch.
public struct EngineLimits: Sendable, Hashable {
    /// Core instances alive at once.
    public var coreInstances: UInt32 = 8_192
    /// Linear memories alive at once. Each reserves 4 GiB of address space, so that no access needs a bounds check.
    public var memories: UInt32 = 4_096
    /// Tables alive at once.
    public var tables: UInt32 = 8_192
    /// Fiber stacks alive at once: one for each running or waiting guest.
    public var stacks: UInt32 = 4_096
    /// The largest linear memory, in bytes.
    public var memoryBytes = 4 << 30
    /// The most elements of one table. Large because interpreters compiled to WebAssembly have tens of thousands.
    public var tableElements = 100_000
    /// Linear memories that one module may define.
    public var memoriesPerModule: UInt32 = 4
    /// Tables that one module may define.
    public var tablesPerModule: UInt32 = 8
    /// Bytes of one instance's own record: its globals, imports and function references.
    public var instanceBytes = 4 << 20
    /// Stack of a guest's own functions, in bytes; deeper recursion traps.
    public var guestStackBytes = 512 << 10
    /// Stack of a fiber, in bytes: the guest's part and what host functions use on top of it.
    public var fiberStackBytes = 1 << 20
    /// Bytes of a memory slot that are cleared in place and kept when an instance ends; the rest goes back to the
    /// system. Too small and each request pays page faults and TLB shoot-downs, too large and it pays for clearing.
    public var memoryResidentBytes = 256 << 10
    /// The same for tables, in bytes.
    public var tableResidentBytes = 64 << 10
    /// The same for fiber stacks, in bytes.
    public var stackResidentBytes = 64 << 10
    /// Slots that remember the module they last served, so that the next instance of it starts warm.
    public var warmSlots: UInt32 = 1_024

    /// The documented defaults.
    public init() {}
}
