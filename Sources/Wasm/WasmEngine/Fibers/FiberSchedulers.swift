public import NIOCore

/// One ``FiberScheduler`` for each event loop of a group.
public final class FiberSchedulers: Sendable {
    // A handful: looking at each is faster than hashing.
    private let byLoop: [(loop: ObjectIdentifier, scheduler: NIOLoopBound<FiberScheduler>)]

    /// Schedulers for `engine` on all loops of `group`.
    public init(engine: Engine, group: any EventLoopGroup) async throws {
        var byLoop: [(loop: ObjectIdentifier, scheduler: NIOLoopBound<FiberScheduler>)] = []
        for loop in group.makeIterator() {
            let scheduler = try await loop.submit {
                NIOLoopBound(FiberScheduler(engine: engine, eventLoop: loop), eventLoop: loop)
            }.get()
            byLoop.append((ObjectIdentifier(loop), scheduler))
        }
        self.byLoop = byLoop
    }

    /// The loops, in an order that stays.
    public var eventLoops: [any EventLoop] { byLoop.map(\.scheduler.eventLoop) }

    /// The place of a loop among ``eventLoops``.
    public func index(of eventLoop: any EventLoop) -> Int {
        let loop = ObjectIdentifier(eventLoop)
        for index in byLoop.indices where byLoop[index].loop == loop { return index }
        preconditionFailure("the loop is not of the group that the schedulers were made for")
    }

    /// The scheduler of `eventLoop`, on whose thread the caller is.
    public func scheduler(on eventLoop: any EventLoop) -> FiberScheduler {
        byLoop[index(of: eventLoop)].scheduler.value
    }

    /// Ends every fiber of every loop with a trap.
    public func cancelAll(_ message: String) async throws {
        for (_, bound) in byLoop {
            try await bound.eventLoop.submit { bound.value.cancelAll(message) }.get()
        }
    }
}
