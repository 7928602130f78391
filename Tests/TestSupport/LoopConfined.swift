public import NIOCore
public import NIOPosix

/// A value that is made on an event loop and only used there, for tests that run elsewhere.
public struct LoopConfined<Value>: Sendable {
    /// Where the value lives.
    public let loop: any EventLoop
    private let bound: NIOLoopBound<Value>

    /// Makes the value. Waits for the loop, so it is not for code that runs on one.
    public init(
        on loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next(),
        _ make: @escaping @Sendable (any EventLoop) throws -> Value
    ) throws {
        self.loop = loop
        bound = try loop.submit { NIOLoopBound(try make(loop), eventLoop: loop) }.wait()
    }

    /// The value, for code on the loop.
    public var value: Value { bound.value }

    /// Runs `body` on the loop; the promise it gets ends the wait.
    public func onLoop<Success: Sendable>(
        _ body: @escaping @Sendable (Value, EventLoopPromise<Success>) throws -> Void
    ) async throws -> Success {
        let promise = loop.makePromise(of: Success.self)
        loop.execute {
            do { try body(value, promise) } catch { promise.fail(error) }
        }
        return try await promise.futureResult.get()
    }
}
