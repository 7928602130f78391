import ComponentModel
import WasmEngine

/// A call of a function that guest code implements, while it lasts (CanonicalABI.md, tasks).
final class GuestTask {
    enum State { case initial, started, pendingCancel, cancelDelivered, resolved }

    /// What is called; nothing for the code that runs while a core instance is made, and for destructors.
    let lift: LiftPlan?
    let instance: ComponentInstanceState
    /// Who called.
    let origin: CallOrigin?
    /// The host's call that it is done for, maybe through other tasks.
    let call: GuestCall?
    var state = State.initial
    /// Where borrowed handles of the call belong.
    var scope: BorrowScopeID?
    private(set) lazy var implicitThread = GuestThread(task: self)
    // Most tasks have no other thread, and need no array.
    private var hasImplicitThread = false
    private var otherThreads: [GuestThread] = []

    init(
        lift: LiftPlan?, instance: ComponentInstanceState, origin: CallOrigin?, call: GuestCall? = nil
    ) {
        self.lift = lift
        self.instance = instance
        self.origin = origin
        self.call = call
    }

    /// Whether the function's type lets the call block.
    var isAsyncType: Bool { lift?.type.isAsync ?? false }
    var needsExclusive: Bool { lift?.needsExclusive ?? true }

    /// How many threads go on.
    var threadCount: Int { (hasImplicitThread ? 1 : 0) + otherThreads.count }

    /// The threads that go on.
    var threads: [GuestThread] { (hasImplicitThread ? [implicitThread] : []) + otherThreads }

    /// A thread begins.
    func add(_ thread: GuestThread) {
        if thread === implicitThread { hasImplicitThread = true } else { otherThreads.append(thread) }
    }

    /// A thread is over.
    func remove(_ thread: GuestThread) {
        if thread === implicitThread {
            hasImplicitThread = false
        } else {
            otherThreads.removeAll { $0 === thread }
        }
    }

    /// Whether a thread that asks is to be told that the call is cancelled.
    func takePendingCancel(_ isCancellable: Bool) -> Bool {
        guard isCancellable, state == .pendingCancel else { return false }
        state = .cancelDelivered
        return true
    }
}

/// A thread of control inside of a task (CanonicalABI.md, threads).
final class GuestThread {
    unowned let task: GuestTask
    /// Its stack; without one it runs on that of its caller.
    var coroutine: Coroutine?
    /// While it waits: whether it may go on.
    var condition: (() -> Bool)?
    var isRunning = false
    /// Whether its present wait ends when the task is cancelled.
    var isCancellable = false
    /// How its last wait ended.
    var wasCancelled = false
    /// Whether someone resumed it while it waits on its caller's stack.
    var isWoken = false
    /// The thread that runs next when this one stops.
    var next: GuestThread?
    var index: UInt32?
    /// Its place among the threads with a stack of their own.
    var stackIndex: Int?
    /// `context.get` and `context.set`.
    var storage: (UInt64, UInt64) = (0, 0)

    init(task: GuestTask) { self.task = task }

    var isWaiting: Bool { condition != nil }
    var isSuspended: Bool { !isRunning && condition == nil }
}
