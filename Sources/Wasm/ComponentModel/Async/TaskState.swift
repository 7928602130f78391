/// A call into a component instance, while it lasts. Numbers are of an instance.
public struct TaskID: Sendable, Hashable {
    let index: UInt32
}

/// How far a task is (CanonicalABI.md, tasks).
public enum TaskPhase: Sendable, Hashable {
    /// Parameters were not lowered yet.
    case initial
    /// The guest runs.
    case started
    /// The caller asked to stop, and the guest was not told.
    case pendingCancel
    /// The guest was told to stop.
    case cancelDelivered
    /// The result is out, or the task was cancelled.
    case resolved
}

/// The tasks of one component instance, as a state machine without threads (CanonicalABI.md; `definitions.py`).
///
/// It says who may enter, who has to wait, and what a cancellation leads to; the runtime runs and suspends fibers.
/// Used on one event loop only.
public final class TaskState {
    struct Entry {
        var phase = TaskPhase.initial
        var isAsyncType: Bool
        /// Whether only one such task runs at a time: all but stackful async lifts.
        var needsExclusive: Bool
        /// Whether the async form of the ABI was chosen, so that `task.return` gives the result.
        var isAsyncABI: Bool
        var threadCount: UInt32 = 0
        var scope: BorrowScopeID?
    }

    private var tasks = Slots<Entry>()
    private var waiting: [TaskID] = []
    /// The task that has the instance to itself at present.
    public private(set) var exclusive: TaskID?
    /// What `backpressure.inc` and `.dec` count.
    public private(set) var backpressure: UInt32 = 0

    /// The tasks of a fresh instance.
    public init() {}

    /// The begin of a call. `scope` is where its borrowed handles belong.
    public func newTask(
        isAsyncType: Bool, options: CanonicalOptions, scope: BorrowScopeID? = nil
    ) -> TaskID {
        TaskID(
            index: tasks.add(
                Entry(
                    isAsyncType: isAsyncType, needsExclusive: !options.isAsync || options.callback != nil,
                    isAsyncABI: options.isAsync, scope: scope)))
    }

    /// How far a task is.
    public func phase(_ task: TaskID) -> TaskPhase { tasks[task.index].phase }

    /// Where a task's borrowed handles belong.
    public func scope(_ task: TaskID) -> BorrowScopeID? { tasks[task.index].scope }

    private func hasBackpressure(_ task: TaskID) -> Bool {
        backpressure > 0 || tasks[task.index].needsExclusive && exclusive != nil
    }

    /// A task wants to begin. Functions that are not async in their type always may.
    ///
    /// - Returns: whether it begins now; if not, the task waits until ``nextToEnter()`` names it.
    public func enter(_ task: TaskID) -> Bool {
        if tasks[task.index].isAsyncType {
            guard !hasBackpressure(task), waiting.isEmpty else {
                waiting.append(task)
                return false
            }
            acquire(task)
        }
        tasks[task.index].threadCount = 1
        return true
    }

    /// The task that waited longest of those that may begin now; it has begun when this returns.
    public func nextToEnter() -> TaskID? {
        guard let place = waiting.firstIndex(where: { !hasBackpressure($0) }) else { return nil }
        let task = waiting.remove(at: place)
        acquire(task)
        tasks[task.index].threadCount = 1
        return task
    }

    private func acquire(_ task: TaskID) {
        if tasks[task.index].isAsyncType, tasks[task.index].needsExclusive { exclusive = task }
    }

    /// The parameters are about to be lowered.
    public func start(_ task: TaskID) { tasks[task.index].phase = .started }

    /// The result is there: from the function itself, or by `task.return`.
    public func resolve(_ task: TaskID, in instance: InstanceState) throws(CanonicalTrap) {
        guard tasks[task.index].phase != .resolved else {
            throw CanonicalTrap(
                .async, "`task.return` or `task.cancel` called more than once for current task")
        }
        if let scope = tasks[task.index].scope { try instance.checkNoBorrows(scope) }
        tasks[task.index].phase = .resolved
    }

    /// `task.return`: only tasks of the async ABI have it.
    public func taskReturn(_ task: TaskID, in instance: InstanceState) throws(CanonicalTrap) {
        guard tasks[task.index].isAsyncABI else {
            throw CanonicalTrap(.async, "invalid `task.return` signature and/or options for current task")
        }
        try resolve(task, in: instance)
    }

    /// `task.cancel`: the guest stops as it was asked to.
    public func taskCancel(_ task: TaskID, in instance: InstanceState) throws(CanonicalTrap) {
        guard tasks[task.index].isAsyncABI, tasks[task.index].phase == .cancelDelivered else {
            throw CanonicalTrap(.async, "`task.cancel` called by task which has not been cancelled")
        }
        if let scope = tasks[task.index].scope { try instance.checkNoBorrows(scope) }
        tasks[task.index].phase = .resolved
    }

    /// Another thread of the task begins.
    public func addThread(_ task: TaskID) { tasks[task.index].threadCount += 1 }

    /// A thread of the task is over. The last one must leave a result behind.
    ///
    /// - Parameter isImplicit: whether it is the thread that the call itself began.
    public func endThread(
        _ task: TaskID, isImplicit: Bool, in instance: InstanceState
    ) throws(CanonicalTrap) {
        tasks[task.index].threadCount -= 1
        if isImplicit, exclusive == task { exclusive = nil }
        guard tasks[task.index].threadCount == 0 else { return }
        guard tasks[task.index].phase == .resolved else {
            throw CanonicalTrap(.async, "async-lifted export failed to produce a result")
        }
        if let scope = tasks[task.index].scope { instance.closeScope(scope) }
        tasks.remove(task.index)
    }

    /// A callback asked to wait or to yield: others may have the instance.
    public func release(_ task: TaskID) { if exclusive == task { exclusive = nil } }

    /// Takes the instance back for the next call of a callback, if no one has it.
    public func reacquire(_ task: TaskID) -> Bool {
        guard exclusive == nil else { return false }
        acquire(task)
        return true
    }

    /// What a request to cancel leads to.
    public enum CancelStep: Sendable, Hashable {
        /// The task had not begun: it is over, and its caller learns that no result comes.
        case over
        /// Resume the task's cancellable thread and tell it.
        case resume
        /// The task learns of it when it next asks.
        case later
    }

    /// The caller of a task asks it to stop.
    ///
    /// - Parameter canBeTold: whether a thread of the task waits in a cancellable way and may be resumed: the instance
    ///   may be entered, and no other task has it to itself.
    public func requestCancellation(_ task: TaskID, canBeTold: Bool) -> CancelStep {
        switch tasks[task.index].phase {
        case .initial:
            waiting.removeAll { $0 == task }
            tasks.remove(task.index)
            return .over
        case .started where canBeTold:
            tasks[task.index].phase = .cancelDelivered
            return .resume
        case .started:
            tasks[task.index].phase = .pendingCancel
            return .later
        case .pendingCancel, .cancelDelivered, .resolved: return .later
        }
    }

    /// Whether a task that asks in a cancellable way is to be told to stop now.
    public func takePendingCancel(_ task: TaskID, isCancellable: Bool) -> Bool {
        guard isCancellable, tasks[task.index].phase == .pendingCancel else { return false }
        tasks[task.index].phase = .cancelDelivered
        return true
    }

    /// `backpressure.inc`.
    public func increaseBackpressure() throws(CanonicalTrap) {
        backpressure += 1
        guard backpressure < 1 << 16 else { throw CanonicalTrap(.async, "backpressure counter overflow") }
    }

    /// `backpressure.dec`. Afterwards ``nextToEnter()`` may name a task.
    public func decreaseBackpressure() throws(CanonicalTrap) {
        guard backpressure > 0 else { throw CanonicalTrap(.async, "backpressure counter underflow") }
        backpressure -= 1
    }
}

extension CanonicalTrap {
    /// Nothing that could run would let a synchronous call go on.
    public static let deadlock = CanonicalTrap(
        .async, "deadlock detected: event loop cannot make further progress")
    /// A function that is not async in its type would have to wait.
    public static let syncBlock = CanonicalTrap(.async, "cannot block a synchronous task before returning")
}
