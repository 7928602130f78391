public import NIOCore

/// Ends one suspension of a fiber. May be used from any thread, any number of times; only the first use counts.
public struct Waker: Sendable {
    /// The fiber's loop.
    public let eventLoop: any EventLoop
    private let fiber: NIOLoopBound<Fiber>
    private let suspension: UInt64

    init(fiber: Fiber, suspension: UInt64) {
        self.eventLoop = fiber.eventLoop
        self.fiber = NIOLoopBound(fiber, eventLoop: fiber.eventLoop)
        self.suspension = suspension
    }

    /// Lets the guest go on, soon, on its loop.
    public func wake() {
        if eventLoop.inEventLoop {
            fiber.value.wake(suspension)
        } else {
            eventLoop.execute { fiber.value.wake(suspension) }
        }
    }
}
