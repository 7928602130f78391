/// The sizes of everything the engine reserves for guests, fixed when the engine is made.
///
/// One engine serves all apps of a process, so these are ceilings; what a single instance may use is ``InstanceLimits``.
/// Address space is reserved for every slot, memory is used only for what guests touch.
public struct EngineLimits: Sendable, Hashable {
    /// Linear memories alive at once. Each reserves 4 GiB of address space, so that no access needs a bounds check.
    public var memories: UInt32 = 4_096
    /// Fiber stacks alive at once: one for each running or waiting guest.
    public var stacks: UInt32 = 4_096
    /// The largest linear memory, in bytes.
    public var memoryBytes = 4 << 30
    /// Bytes, from the first page to the last, that the data of one memory may span to be kept as an image. Data that spans
    /// more stays in the module, and each instance copies it.
    public var memoryImageBytes = 128 << 20
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
    /// Bytes of a fiber's stack that stay resident while nobody uses it. A few for each thread keep all of theirs.
    public var stackResidentBytes = 64 << 10
    /// Bytes of a memory slot that stay resident between two instances: of the pages that guests wrote, as many are put
    /// back in place, and the rest goes back to the system. Too small and each request pays page faults and TLB
    /// shoot-downs.
    public var memoryResidentBytes = 16 << 20
    /// The same for all slots of the engine together.
    public var memoriesResidentBytes = 256 << 20

    /// Memories that are shown in several places at once, so that growing costs little. Each takes a file descriptor and the
    /// address space of up to six.
    public var openedMemories = 64

    /// Instances that ended well and wait to be made new for the next guest, with their stores. At most a quarter of
    /// ``memories``.
    public var idleInstances = 256

    /// The documented defaults.
    public init() {}
}
