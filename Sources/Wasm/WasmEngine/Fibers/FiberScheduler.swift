public import NIOCore

/// Runs the fibers of one event loop: one time slice after the other, with the loop's I/O in between.
///
/// Confined to its loop.
public final class FiberScheduler {
    /// The loop.
    public let eventLoop: any EventLoop
    /// Fibers that have started and not ended.
    public var fiberCount: Int { unsafe live.count }

    private let engine: Engine
    private let seat: EpochTicker.Seat
    // Confined to one thread and never read and written at once: the checks would be a tenth of a suspension.
    @exclusivity(unchecked) private var current: Fiber?
    @exclusivity(unchecked) private var live: [Fiber] = []
    @exclusivity(unchecked) private var ready: [Fiber] = []
    // The batch at work; kept for its memory.
    @exclusivity(unchecked) private var batch: [Fiber] = []
    // Those that have computed for a moment only, and those that were at it for longer.
    private var young = CircularBuffer<Fiber>()
    private var old = CircularBuffer<Fiber>()
    private var slicesOfYoung = 0
    private var crowds: FiberCrowds
    private var isDrainScheduled = false
    private var isSliceScheduled = false
    private var isDeadlineTimerScheduled = false
    // No waiting fiber's deadline is before this. It may be that of a fiber which has ended.
    private var earliestDeadline = NIODeadline.distantFuture

    // The loop runs immediate tasks until none is left before it looks at its sockets again. A slice that came back
    // as an immediate task would starve them; as a timer that is due in a moment it lets them in.
    private static let pauseBetweenSlices = TimeAmount.microseconds(20)
    // After so many slices of young guests an old one has a turn.
    private static let slicesOfYoungMax = 4
    // How late a waiting guest may learn that its deadline has passed.
    private static let deadlineCheckPeriod = TimeAmount.milliseconds(10)

    /// A scheduler for fibers of `engine` on `eventLoop`.
    public convenience init(engine: Engine, eventLoop: any EventLoop) {
        self.init(engine: engine, eventLoop: eventLoop, crowds: FiberCrowds())
    }

    init(engine: Engine, eventLoop: any EventLoop, crowds: FiberCrowds) {
        self.crowds = crowds
        self.eventLoop = eventLoop
        self.engine = engine
        self.seat = engine.ticker.newSeat()
    }

    deinit { engine.ticker.remove(seat) }

    /// Ends every fiber, for shutdown. Waiting ones complete with a trap in the loop's next turn.
    public func cancelAll(_ message: String) {
        for fiber in unsafe live { fiber.cancel(message) }
    }

    /// Whether no guest runs on the loop right now.
    var isIdle: Bool { unsafe current == nil }

    func start(_ fiber: Fiber) {
        eventLoop.preconditionInEventLoop()
        fiber.liveIndex = unsafe live.count
        unsafe live.append(fiber)
        if crowds.holds(fiber) { return watchDeadline(of: fiber) }
        if unsafe current == nil { fiber.advance() } else { enqueueReady(fiber) }
    }

    func enter(_ fiber: Fiber) {
        unsafe current = fiber
        seat.guestEnters()
    }

    func leave() {
        unsafe current = nil
        seat.guestLeaves()
    }

    func remove(_ fiber: Fiber) {
        begin(crowds.leaves(fiber))
        let last = unsafe live.removeLast()
        guard last !== fiber else { return }
        last.liveIndex = fiber.liveIndex
        unsafe live[fiber.liveIndex] = last
    }

    func enqueueReady(_ fiber: Fiber) {
        unsafe ready.append(fiber)
        guard !isDrainScheduled else { return }
        isDrainScheduled = true
        eventLoop.assumeIsolated().execute { self.drainReady() }
    }

    func enqueuePreempted(_ fiber: Fiber) {
        begin(crowds.computes(fiber))
        if fiber.cpuTime < crowds.youth { young.append(fiber) } else { old.append(fiber) }
        scheduleSlice()
    }

    /// A fiber waits: from now on its deadline needs a timer.
    func enqueueWaiting(_ fiber: Fiber) {
        begin(crowds.leaves(fiber))
        watchDeadline(of: fiber)
    }

    /// A fiber that was held back is to end.
    func letGo(_ fiber: Fiber) {
        crowds.letGo(fiber)
        enqueueReady(fiber)
    }

    private func begin(_ held: Fiber?) {
        if let held { enqueueReady(held) }
    }

    private func watchDeadline(of fiber: Fiber) {
        expect(fiber.deadline)
        guard !isDeadlineTimerScheduled else { return }
        scheduleDeadlineCheck()
    }

    /// A fiber has this deadline from now on.
    func expect(_ deadline: NIODeadline) { earliestDeadline = min(earliestDeadline, deadline) }

    private func scheduleDeadlineCheck() {
        isDeadlineTimerScheduled = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.deadlineCheckPeriod) { self.checkDeadlines() }
    }

    private func drainReady() {
        isDrainScheduled = false
        unsafe swap(&ready, &batch)
        for fiber in unsafe batch { fiber.advance() }
        unsafe batch.removeAll(keepingCapacity: true)
    }

    private func scheduleSlice() {
        guard !isSliceScheduled else { return }
        isSliceScheduled = true
        eventLoop.assumeIsolated().scheduleTask(in: Self.pauseBetweenSlices) { self.runSlice() }
    }

    private func runSlice() {
        isSliceScheduled = false
        guard let fiber = nextPreempted() else { return }
        fiber.advance()
        if !young.isEmpty || !old.isEmpty { scheduleSlice() }
    }

    private func nextPreempted() -> Fiber? {
        if !young.isEmpty, old.isEmpty || slicesOfYoung < Self.slicesOfYoungMax {
            slicesOfYoung += 1
            return young.removeFirst()
        }
        slicesOfYoung = 0
        return old.popFirst()
    }

    private func checkDeadlines() {
        isDeadlineTimerScheduled = false
        if unsafe live.isEmpty {
            earliestDeadline = .distantFuture
            return
        }
        let now = NIODeadline.now()
        // With thousands of waiting fibers a look at each, a hundred times a second, would be felt.
        if earliestDeadline <= now {
            earliestDeadline = .distantFuture
            for fiber in unsafe live {
                if fiber.deadline <= now {
                    fiber.interruptAtDeadline()
                } else {
                    expect(fiber.deadline)
                }
            }
        }
        scheduleDeadlineCheck()
    }
}
