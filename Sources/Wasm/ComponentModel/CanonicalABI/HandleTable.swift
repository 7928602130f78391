/// What a handle of a component instance stands for.
public enum HandleEntry: Sendable, Hashable {
    /// A handle to a resource.
    case resource(ResourceHandle)
    /// One end of a stream or future, by its number in the instance's async state.
    case channelEnd(ChannelEndID)
    /// A call that was started.
    case subtask(SubtaskID)
    /// A set of waitables.
    case waitableSet(WaitableSetID)
    /// An error context, by its number in the instance's async state.
    case errorContext(ErrorContextID)

    /// What it is, in messages.
    var name: String {
        switch self {
        case .resource: "guest-defined resource"
        case .channelEnd(let end): end.name
        case .subtask: "subtask"
        case .waitableSet: "waitable set"
        case .errorContext: "error-context"
        }
    }
}

/// The identity of a resource type while components run: which component instance makes it, or which part of the host.
public struct RuntimeResourceType: Sendable, Hashable {
    /// A number that the runtime chose.
    public let rawValue: UInt32

    /// A type of a number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A handle to a resource (CanonicalABI.md, resource state).
public struct ResourceHandle: Sendable, Hashable {
    /// The resource's type.
    public var type: RuntimeResourceType
    /// What the implementation knows the resource by.
    public var representation: UInt64
    /// Whether the handle owns the resource; otherwise it belongs to a call's scope.
    public var isOwn: Bool
    /// The call that must see a borrowed handle dropped before it returns.
    public var scope: BorrowScopeID?
    /// How many calls have borrowed the handle at present.
    public var lendCount: UInt32 = 0
}

/// The number of a call that borrowed handles belong to, in its instance.
public struct BorrowScopeID: Sendable, Hashable {
    let index: UInt32
}

/// The handles of a component instance (CanonicalABI.md, table state). Index 0 is never used.
public struct HandleTable: Sendable {
    /// `Table.MAX_LENGTH`.
    public static let specificationLimit = 1 << 28 - 1

    private enum Slot: Sendable {
        case entry(HandleEntry)
        case free(next: UInt32)
    }

    // The first is there once there is a handle.
    private var slots: [Slot] = []
    private var firstFree: UInt32 = 0
    // What a small guest needs, in one allocation.
    private static let firstCapacity = 12
    private let limit: Int
    /// How many handles are in use.
    public private(set) var count = 0

    /// A table of at most so many handles, which the specification's limit bounds too.
    public init(limit: Int = 1 << 20) { self.limit = min(limit, Self.specificationLimit) }

    /// What a handle stands for.
    public func entry(_ index: UInt32) throws(CanonicalTrap) -> HandleEntry {
        guard index < slots.count, case .entry(let entry) = slots[Int(index)] else {
            throw .unknownHandle(index)
        }
        return entry
    }

    /// Adds a handle and gives its index. The index freed last comes first.
    public mutating func add(_ entry: HandleEntry) throws(CanonicalTrap) -> UInt32 {
        if firstFree != 0, case .free(let next) = slots[Int(firstFree)] {
            let index = firstFree
            firstFree = next
            slots[Int(index)] = .entry(entry)
            count += 1
            return index
        }
        if slots.isEmpty {
            slots.reserveCapacity(Self.firstCapacity)
            slots.append(.free(next: 0))
        }
        guard slots.count <= limit else { throw .tableFull }
        slots.append(.entry(entry))
        count += 1
        return UInt32(slots.count - 1)
    }

    /// Removes a handle.
    @discardableResult
    public mutating func remove(_ index: UInt32) throws(CanonicalTrap) -> HandleEntry {
        let entry = try entry(index)
        slots[Int(index)] = .free(next: firstFree)
        firstFree = index
        count -= 1
        return entry
    }

    /// Replaces what a handle stands for.
    mutating func replace(_ index: UInt32, _ entry: HandleEntry) throws(CanonicalTrap) {
        _ = try self.entry(index)
        slots[Int(index)] = .entry(entry)
    }

    /// All handles in use, with their indices.
    public var entries: [(index: UInt32, entry: HandleEntry)] {
        slots.enumerated().compactMap { index, slot in
            if case .entry(let entry) = slot { (UInt32(index), entry) } else { nil }
        }
    }
}
