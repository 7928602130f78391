public import NIOCore

/// One ``FiberScheduler`` for each event loop of a group.
public final class FiberSchedulers: Sendable {
    private let byLoop: [ObjectIdentifier: NIOLoopBound<FiberScheduler>]

    /// Schedulers for `engine` on all loops of `group`.
    public init(engine: Engine, group: any EventLoopGroup) async throws {
        var byLoop: [ObjectIdentifier: NIOLoopBound<FiberScheduler>] = [:]
        for loop in group.makeIterator() {
            byLoop[ObjectIdentifier(loop)] = try await loop.submit {
                NIOLoopBound(FiberScheduler(engine: engine, eventLoop: loop), eventLoop: loop)
            }.get()
        }
        self.byLoop = byLoop
    }

    /// The scheduler of `eventLoop`, on whose thread the caller is.
    public func scheduler(on eventLoop: any EventLoop) -> FiberScheduler {
        guard let bound = byLoop[ObjectIdentifier(eventLoop)] else {
            preconditionFailure("the loop is not of the group that the schedulers were made for")
        }
        return bound.value
    }

    /// Ends every fiber of every loop with a trap.
    public func cancelAll(_ message: String) async throws {
        for bound in byLoop.values {
            try await bound.eventLoop.submit { bound.value.cancelAll(message) }.get()
        }
    }
}
