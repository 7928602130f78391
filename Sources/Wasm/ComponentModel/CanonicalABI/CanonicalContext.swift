/// One side of one call: where values are lifted from or lowered to (CanonicalABI.md, `LiftLowerContext`).
///
/// A value type that lives on the stack of the call. It holds the memory's bytes directly and asks the memory for
/// them again only after the guest's allocator ran.
public struct CanonicalContext {
    /// The most bytes of a string or a list (`MAX_STRING_BYTE_LENGTH`, `MAX_LIST_BYTE_LENGTH`).
    public static let byteLimit: UInt64 = 1 << 28 - 1

    /// The most bytes that one call makes the host copy: a guest may point to the same bytes from many places, so that
    /// small lists of lists stand for more than any memory holds. Every single string and list fits.
    public static let liftedByteLimit: UInt64 = 1 << 28
    /// How many of them are left.
    private var liftedBytesLeft = Self.liftedByteLimit

    /// Types of the call.
    public let plan: CanonicalPlan
    /// How strings are stored.
    public let stringEncoding: StringEncoding
    /// The instance.
    public let instance: InstanceState
    /// The memory, if the options name one.
    public let memory: (any CanonicalMemory)?
    /// The memory's bytes now.
    public private(set) var view: CanonicalMemoryView
    /// The call whose scope borrowed handles belong to, when values are lowered into a guest.
    public var borrowScope: BorrowScopeID?
    /// Handles lent by this call, when values are lifted from a guest; to be given back with ``endLoans()``.
    public private(set) var loans: [UInt32] = []
    /// Streams, futures and error contexts.
    public let channels: (any ChannelHandles)?

    /// A side of a call.
    public init(
        plan: CanonicalPlan, stringEncoding: StringEncoding = .utf8, instance: InstanceState,
        memory: (any CanonicalMemory)?, borrowScope: BorrowScopeID? = nil,
        channels: (any ChannelHandles)? = nil
    ) {
        self.plan = plan
        self.stringEncoding = stringEncoding
        self.instance = instance
        self.memory = memory
        self.view = memory?.view ?? .empty
        self.borrowScope = borrowScope
        self.channels = channels
    }

    /// Looks at the memory again, after the guest ran for another reason than allocation.
    public mutating func refresh() { view = memory?.view ?? .empty }

    /// Begins another call of the same types, memory and instance. What the one before had lent was given back.
    public mutating func restart() {
        liftedBytesLeft = Self.liftedByteLimit
        if memory != nil { refresh() }
    }

    /// Calls the guest's allocator and checks what it gives.
    public mutating func reallocate(
        _ old: UInt64, oldSize: UInt64, alignment: UInt64, newSize: UInt64
    ) throws(CanonicalTrap) -> UInt64 {
        guard let memory else { throw .noRealloc }
        let wasAllowed = instance.mayLeave
        instance.mayLeave = false
        let pointer = try memory.reallocate(old, oldSize: oldSize, alignment: alignment, newSize: newSize)
        instance.mayLeave = wasAllowed
        view = memory.view
        guard pointer & (alignment - 1) == 0 else { throw .reallocUnaligned }
        guard view.contains(pointer, newSize) else { throw .reallocOutOfBounds }
        return pointer
    }

    /// Asks the guest for memory.
    public mutating func allocate(_ size: UInt64, alignment: UInt64) throws(CanonicalTrap) -> UInt64 {
        try reallocate(0, oldSize: 0, alignment: alignment, newSize: size)
    }

    /// Lifts a `borrow` and remembers the loan.
    public mutating func lend(_ index: UInt32, _ type: RuntimeResourceType) throws(CanonicalTrap) -> UInt64 {
        let representation = try instance.handles.beginLoan(index, type)
        loans.append(index)
        return representation
    }

    /// The call is over: lent handles are free again.
    public mutating func endLoans() {
        guard !loans.isEmpty else { return }
        for index in loans { instance.handles.endLoan(index) }
        loans.removeAll(keepingCapacity: true)
    }

    /// Lowers a `borrow`: a handle of the call's scope, or the bare representation for the resource's own instance.
    public mutating func lowerBorrow(
        _ representation: UInt64, _ type: RuntimeResourceType
    ) throws(CanonicalTrap) -> UInt32 {
        if instance.ownResourceTypes.contains(type) { return UInt32(truncatingIfNeeded: representation) }
        guard let borrowScope else {
            throw CanonicalTrap(.guest, "a borrowed handle is lowered outside of a call")
        }
        return try instance.addBorrow(representation, type, borrowScope)
    }

    /// Counts bytes that are about to be copied for the host.
    @usableFromInline
    mutating func chargeLifted(_ bytes: UInt64) throws(CanonicalTrap) {
        guard bytes <= liftedBytesLeft else { throw .liftedTooMuch }
        liftedBytesLeft -= bytes
    }

    /// Checks a place in memory that a value is at or goes to.
    func checkPlace(_ pointer: UInt64, _ size: UInt64, _ alignment: UInt64) throws(CanonicalTrap) {
        guard pointer & (alignment - 1) == 0 else { throw .unaligned }
        guard view.contains(pointer, size) else { throw .outOfBounds }
    }

    /// Checks the buffer of a stream or future built-in: `BufferGuestImpl` of CanonicalABI.md. Without an element type
    /// there is no memory to check.
    public func checkBuffer(
        _ pointer: UInt64, count: UInt32, element: CanonicalPlan.NodeID?
    ) throws(CanonicalTrap) {
        guard count <= AsyncConstants.maximumBufferLength else {
            throw CanonicalTrap(.async, "a buffer is longer than 2^28 - 1 elements")
        }
        guard let element, count > 0 else { return }
        let node = plan[element]
        guard pointer & (node.alignment - 1) == 0 else { throw .unaligned }
        let (bytes, overflow) = UInt64(count).multipliedReportingOverflow(by: node.size)
        guard !overflow, view.contains(pointer, bytes) else { throw .outOfBounds }
    }

    /// Checks the range of a list, and gives its size in bytes.
    func checkList(
        _ pointer: UInt64, _ count: UInt64, size: UInt64, alignment: UInt64
    ) throws(CanonicalTrap) -> UInt64 {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
        guard !overflow, bytes <= Self.byteLimit else { throw .listTooLong }
        guard pointer & (alignment - 1) == 0 else { throw .unaligned }
        guard view.contains(pointer, bytes) else { throw .listOutOfBounds }
        return bytes
    }

    /// Reads a pointer or a length.
    @usableFromInline
    func loadPointer(_ offset: UInt64) throws(CanonicalTrap) -> UInt64 {
        switch plan.width {
        case .bits32: UInt64(try view.load(offset, as: UInt32.self))
        case .bits64: try view.load(offset, as: UInt64.self)
        }
    }

    /// Writes a pointer or a length.
    func storePointer(_ value: UInt64, at offset: UInt64) throws(CanonicalTrap) {
        switch plan.width {
        case .bits32: try view.store(UInt32(truncatingIfNeeded: value), at: offset)
        case .bits64: try view.store(value, at: offset)
        }
    }
}

/// Lifting and lowering of the handles that belong to the async half of the ABI; see the folder `Async`.
public protocol ChannelHandles: AnyObject {
    /// Lifts the readable end of a stream or future: it leaves the instance's table.
    func lift(
        _ index: UInt32, _ kind: ChannelKind, _ type: ChannelTypeID, from instance: InstanceState
    ) throws(CanonicalTrap) -> ChannelID
    /// Lowers an error context: it gets another index in the instance's table.
    func lower(_ context: ErrorContextID, into instance: InstanceState) throws(CanonicalTrap) -> UInt32
    /// Lowers a readable end: it gets an index in the instance's table.
    func lower(
        _ channel: ChannelID, _ kind: ChannelKind, _ type: ChannelTypeID, into instance: InstanceState
    ) throws(CanonicalTrap) -> UInt32
}
