public import AppModel
public import NIOCore
import NIOPosix
import Synchronization

/// Looks names up as the system does (hosts file, name servers), on threads of its own.
public final class SystemResolver: HostResolver {
    /// The one of this process: look-ups share its threads and its limits.
    public static let shared = SystemResolver()

    private let limits: HostResolverLimits
    private let pool: NIOThreadPool
    private let pending = Mutex(0)

    /// A resolver whose threads live as long as the process.
    init(limits: HostResolverLimits = HostResolverLimits()) {
        self.limits = limits
        pool = NIOThreadPool(numberOfThreads: limits.threads)
        pool.start()
    }

    deinit { pool.shutdownGracefully { _ in } }

    /// The addresses of a name. A look-up that takes too long fails; its thread comes back when the system answers.
    public func addresses(of name: HostName, on loop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
        let promise = loop.makePromise(of: [IPAddress].self)
        let hasRoom = pending.withLock { pending in
            if pending >= limits.pendingMax { return false }
            pending += 1
            return true
        }
        guard hasRoom else {
            promise.fail(HostResolutionError.tooMany)
            return promise.futureResult
        }
        let answer = Once(promise)
        let timer = loop.scheduleTask(in: limits.timeout) { answer.complete(.failure(.timedOut)) }
        let addressesMax = limits.addressesMax
        pool.submit { state in
            defer { self.pending.withLock { $0 -= 1 } }
            guard case .active = state else { return answer.complete(.failure(.temporary)) }
            // Nobody waits for it any more.
            if answer.isDone { return }
            answer.complete(
                Result { () throws(HostResolutionError) in
                    try SystemCall.addresses(of: name.text, max: addressesMax)
                })
            timer.cancel()
        }
        return promise.futureResult
    }
}

/// A promise that the first of several results completes.
private final class Once: Sendable {
    private let promise: EventLoopPromise<[IPAddress]>
    private let done = Mutex(false)

    init(_ promise: EventLoopPromise<[IPAddress]>) { self.promise = promise }

    var isDone: Bool { done.withLock { $0 } }

    func complete(_ result: Result<[IPAddress], HostResolutionError>) {
        let isFirst = done.withLock { done in
            defer { done = true }
            return !done
        }
        if isFirst { promise.completeWith(result.mapError { $0 }) }
    }
}
