import ComponentRuntime
import HostSystem
import NIOCore

/// Turns the wake of a part of the system, which may come from any thread, into a call on the loop.
final class Readiness {
    private let eventLoop: any EventLoop
    private var token: WakeToken?

    init(on eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    deinit { token?.disarm() }

    /// Calls `body` once when `arrange`'s token is woken, in a later turn of the loop.
    func wait(_ arrange: (WakeToken) -> Void, then body: @escaping () -> Void) {
        token?.disarm()
        let token = WakeToken()
        self.token = token
        let bound = NIOLoopBound(body, eventLoop: eventLoop)
        let loop = eventLoop
        token.arm { loop.execute { bound.value() } }
        arrange(token)
    }

    /// Nothing is waited for any more.
    func stop() {
        token?.disarm()
        token = nil
    }
}
