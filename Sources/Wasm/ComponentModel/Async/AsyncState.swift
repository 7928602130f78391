/// Streams, futures, subtasks, waitable sets and error contexts of a store, as a state machine without threads
/// (CanonicalABI.md; `definitions.py`).
///
/// Built-ins of guests and the ends that the host holds come in as calls, and go out as values: what to copy, which
/// handle has an event, whether the caller has to wait. Nothing here runs guest code or blocks; the runtime suspends
/// fibers and looks again with ``pendingEvent(of:)`` or ``takeEvent(from:)``. Used on one event loop only.
public final class AsyncState {
    /// Something that has events.
    public enum Waitable: Sendable, Hashable {
        /// A started call.
        case subtask(SubtaskID)
        /// An end of a stream or future.
        case end(ChannelEndID)
    }

    struct WaitableState {
        /// What happened and was not yet delivered.
        var pending: PendingEvent?
        var set: WaitableSetID?
        /// Whether a synchronous built-in waits for the event.
        var hasSyncWaiter = false
    }

    /// An event before its payload is known: that is settled when it is delivered.
    enum PendingEvent {
        case subtask
        /// `reclaims`: the buffer is still with the channel, and goes back to its owner at delivery.
        case copy(CopyResult, reclaims: Bool)
    }

    struct SetState {
        var members: [Waitable] = []
        var waiterCount: UInt32 = 0
    }

    struct SubtaskEntry {
        var waitable = WaitableState()
        var state = SubtaskState.starting
        /// The handle in its caller's table, once it has one.
        var index: UInt32 = 0
        /// Handles lent for the call; nil once the end of the call was delivered.
        var lenders: [UInt32]? = []
        var isCancellationRequested = false
    }

    var subtasks = Slots<SubtaskEntry>()
    var sets = Slots<SetState>()
    var channels = Slots<ChannelState>()
    var contexts = Slots<ErrorContextState>()

    struct ErrorContextState {
        var message: String
        var references: UInt32
    }

    /// The state of an empty store.
    public init() {}

    func withWaitable<Result>(
        _ waitable: Waitable, _ body: (inout WaitableState) throws(CanonicalTrap) -> Result
    ) throws(CanonicalTrap) -> Result {
        switch waitable {
        case .subtask(let id): return try body(&subtasks[id.index].waitable)
        case .end(let end):
            return end.isReadable
                ? try body(&channels[end.channel.index].readable.waitable)
                : try body(&channels[end.channel.index].writable.waitable)
        }
    }

    func state(of waitable: Waitable) -> WaitableState {
        switch waitable {
        case .subtask(let id): subtasks[id.index].waitable
        case .end(let end):
            end.isReadable
                ? channels[end.channel.index].readable.waitable
                : channels[end.channel.index].writable.waitable
        }
    }

    func setPending(_ event: PendingEvent, of waitable: Waitable) {
        switch waitable {
        case .subtask(let id): subtasks[id.index].waitable.pending = event
        case .end(let end):
            channels[end.channel.index].withEnd(end.isReadable) { $0.waitable.pending = event }
        }
    }

    /// Whether something happened to a waitable that was not delivered.
    public func hasPendingEvent(_ waitable: Waitable) -> Bool { state(of: waitable).pending != nil }

    /// Whether a synchronous built-in waits for a waitable.
    public func setSyncWaiter(_ isWaiting: Bool, on waitable: Waitable) {
        switch waitable {
        case .subtask(let id): subtasks[id.index].waitable.hasSyncWaiter = isWaiting
        case .end(let end):
            channels[end.channel.index].withEnd(end.isReadable) { $0.waitable.hasSyncWaiter = isWaiting }
        }
    }

    /// Delivers a waitable's event. The second value lists handles of the caller whose loans end with it.
    public func takeEvent(from waitable: Waitable) -> (event: AsyncEvent, endedLoans: [UInt32])? {
        switch waitable {
        case .subtask(let id):
            guard subtasks[id.index].waitable.pending != nil else { return nil }
            subtasks[id.index].waitable.pending = nil
            let entry = subtasks[id.index]
            var ended: [UInt32] = []
            if entry.state.isResolved {
                ended = entry.lenders ?? []
                subtasks[id.index].lenders = nil
            }
            return (AsyncEvent(.subtask, index: entry.index, payload: entry.state.rawValue), ended)
        case .end(let end): return takeCopyEvent(end).map { ($0, []) }
        }
    }

    /// The waitable that a handle stands for.
    func waitable(_ index: UInt32, in instance: InstanceState) throws(CanonicalTrap) -> Waitable {
        let entry = try instance.handles.entry(index)
        switch entry {
        case .subtask(let id): return .subtask(id)
        case .channelEnd(let end): return .end(end)
        default: throw .wrongHandle(index, expected: "waitable", found: entry.name)
        }
    }

    /// Why a synchronous built-in may not use a waitable of a set.
    static let inSetTrap = CanonicalTrap(
        .async, "waitable cannot be used synchronously while added to a waitable set")
}

/// Values with numbers that are used again.
struct Slots<Element> {
    private struct Slot {
        // One that was removed stays until its number is used again: moving it out and in would cost more.
        var element: Element
        var isUsed: Bool
    }

    private var slots: [Slot] = []
    private var free: [UInt32] = []
    private(set) var count = 0

    subscript(index: UInt32) -> Element {
        _read {
            precondition(slots[Int(index)].isUsed, "a removed slot is used")
            yield slots[Int(index)].element
        }
        _modify {
            precondition(slots[Int(index)].isUsed, "a removed slot is used")
            yield &slots[Int(index)].element
        }
    }

    mutating func add(_ element: Element) -> UInt32 {
        count += 1
        if let index = free.popLast() {
            slots[Int(index)] = Slot(element: element, isUsed: true)
            return index
        }
        slots.append(Slot(element: element, isUsed: true))
        return UInt32(slots.count - 1)
    }

    mutating func remove(_ index: UInt32) {
        guard slots[Int(index)].isUsed else { return }
        slots[Int(index)].isUsed = false
        free.append(index)
        count -= 1
    }
}
