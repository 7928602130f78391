import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// The TLS context of a client, made when it is first needed and off the event loops: reading the system's certificates
/// takes some tens of milliseconds, which an application without HTTPS need not spend.
final class LazyTLSContext: Sendable {
    private enum State {
        case unused
        case pending([EventLoopPromise<NIOSSLContext>])
        case ready(NIOSSLContext)
    }

    private let options: OutboundTLS
    private let state = Mutex(State.unused)

    init(_ options: OutboundTLS) { self.options = options }

    func context(on loop: any EventLoop) -> EventLoopFuture<NIOSSLContext> {
        let promise = loop.makePromise(of: NIOSSLContext.self)
        let (ready, begins) = state.withLock { state -> (NIOSSLContext?, Bool) in
            switch state {
            case .ready(let context): return (context, false)
            case .pending(let waiting):
                state = .pending(waiting + [promise])
                return (nil, false)
            case .unused:
                state = .pending([promise])
                return (nil, true)
            }
        }
        if let ready { promise.succeed(ready) }
        if begins { NIOThreadPool.singleton.submit { _ in self.make() } }
        return promise.futureResult
    }

    private func make() {
        let result = Result { try options.context() }
        let waiting = state.withLock { state -> [EventLoopPromise<NIOSSLContext>] in
            guard case .pending(let waiting) = state else { return [] }
            if case .success(let context) = result { state = .ready(context) } else { state = .unused }
            return waiting
        }
        for promise in waiting { promise.completeWith(result) }
    }
}
