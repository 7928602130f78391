public import NIOCore

/// Ends one suspension of a fiber. May be used from any thread, any number of times; only the first use counts.
@safe
public struct Waker: Sendable {
    // Touched on its loop only, as `wake` makes sure; not a `NIOLoopBound`, which would hold the loop a second time.
    private nonisolated(unsafe) let fiber: Fiber
    private let suspension: UInt64

    init(fiber: Fiber, suspension: UInt64) {
        unsafe self.fiber = fiber
        self.suspension = suspension
    }

    /// The fiber's loop.
    public var eventLoop: any EventLoop { unsafe fiber.eventLoop }

    /// Lets the guest go on. On its loop it may do so before this returns: call it last.
    public func wake() {
        let loop = eventLoop
        if loop.inEventLoop {
            unsafe fiber.wake(suspension)
        } else {
            loop.execute { unsafe fiber.wake(suspension) }
        }
    }
}
