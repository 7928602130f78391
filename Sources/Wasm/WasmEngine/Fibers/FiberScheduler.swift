public import NIOCore

/// Runs the fibers of one event loop: one time slice after the other, with the loop's I/O in between.
///
/// Confined to its loop.
public final class FiberScheduler {
    /// The loop.
    public let eventLoop: any EventLoop
    /// Fibers that have started and not ended.
    public var fiberCount: Int { live.count }

    let ticker: EpochTicker
    private(set) var current: Fiber?
    private var live: [Fiber] = []
    private var ready: [Fiber] = []
    private var preempted = CircularBuffer<Fiber>()
    private var isDrainScheduled = false
    private var isSliceScheduled = false
    private var isDeadlineTimerScheduled = false

    // The loop runs immediate tasks until none is left before it looks at its sockets again. A slice that came back
    // as an immediate task would starve them; as a timer that is due in a moment it lets them in.
    private static let pauseBetweenSlices = TimeAmount.microseconds(20)
    // How late a waiting guest may learn that its deadline has passed.
    private static let deadlineCheckPeriod = TimeAmount.milliseconds(10)

    /// A scheduler for fibers of `engine` on `eventLoop`.
    public init(engine: Engine, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.ticker = engine.ticker
    }

    /// Ends every fiber, for shutdown. Each completes with a trap before this returns, unless it is the caller.
    public func cancelAll(_ message: String) {
        for fiber in live { fiber.cancel(message) }
    }

    func start(_ fiber: Fiber) {
        eventLoop.preconditionInEventLoop()
        fiber.liveIndex = live.count
        live.append(fiber)
        if current == nil { fiber.advance() } else { enqueueReady(fiber) }
    }

    func enter(_ fiber: Fiber) {
        current = fiber
        ticker.guestEnters()
    }

    func leave() {
        current = nil
        ticker.guestLeaves()
    }

    func remove(_ fiber: Fiber) {
        let last = live.removeLast()
        guard last !== fiber else { return }
        last.liveIndex = fiber.liveIndex
        live[fiber.liveIndex] = last
    }

    func enqueueReady(_ fiber: Fiber) {
        ready.append(fiber)
        guard !isDrainScheduled else { return }
        isDrainScheduled = true
        eventLoop.assumeIsolated().execute { self.drainReady() }
    }

    func enqueuePreempted(_ fiber: Fiber) {
        preempted.append(fiber)
        scheduleSlice()
    }

    /// A fiber waits: from now on its deadline needs a timer.
    func watchDeadlines() {
        guard !isDeadlineTimerScheduled else { return }
        isDeadlineTimerScheduled = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.deadlineCheckPeriod) { self.checkDeadlines() }
    }

    private func drainReady() {
        isDrainScheduled = false
        let batch = ready
        ready.removeAll(keepingCapacity: true)
        for fiber in batch { fiber.advance() }
    }

    private func scheduleSlice() {
        guard !isSliceScheduled else { return }
        isSliceScheduled = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.pauseBetweenSlices) { self.runSlice() }
    }

    private func runSlice() {
        isSliceScheduled = false
        guard let fiber = preempted.popFirst() else { return }
        fiber.advance()
        if !preempted.isEmpty { scheduleSlice() }
    }

    private func checkDeadlines() {
        isDeadlineTimerScheduled = false
        if live.isEmpty { return }
        let now = NIODeadline.now()
        for fiber in live where fiber.deadline <= now { fiber.interruptAtDeadline() }
        watchDeadlines()
    }
}
