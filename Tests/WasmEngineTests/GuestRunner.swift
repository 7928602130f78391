import NIOCore
import NIOPosix
import Testing

@testable import WasmEngine

/// One engine and one loop for the tests of this module, which run in parallel with each other.
final class GuestRunner: Sendable {
    static let shared = try! GuestRunner()

    let engine: Engine
    let loop: any EventLoop
    private let scheduler: NIOLoopBound<FiberScheduler>

    private init() throws {
        engine = try Engine()
        loop = MultiThreadedEventLoopGroup.singleton.next()
        let engine = self.engine
        let loop = self.loop
        scheduler = try loop.submit {
            NIOLoopBound(FiberScheduler(engine: engine, eventLoop: loop), eventLoop: loop)
        }
        .wait()
    }

    /// Runs `body` on the loop with its scheduler; the promise it gets ends the wait.
    func onLoop<Success: Sendable>(
        _ body: @escaping @Sendable (FiberScheduler, EventLoopPromise<Success>) throws -> Void
    ) async throws -> Success {
        let promise = loop.makePromise(of: Success.self)
        let scheduler = self.scheduler
        loop.execute {
            do { try body(scheduler.value, promise) } catch { promise.fail(error) }
        }
        return try await promise.futureResult.get()
    }

    /// Runs one export of a text module in a fresh instance.
    func run(
        _ text: String, _ export: String = "run", _ arguments: [Value] = [],
        limits: FiberLimits = FiberLimits(),
        instanceLimits: InstanceLimits = InstanceLimits(),
        define: @escaping @Sendable (Linker) throws -> Void = { _ in }
    ) async throws -> Result<[Value], Trap> {
        let module = try Module(engine: engine, binary: WasmText.binary(fromText: text))
        return try await onLoop { [engine] scheduler, promise in
            let linker = try Linker(engine: engine)
            try define(linker)
            let entry = try EntryPoint(linker.template(for: module), export)
            let fiber = Fiber(
                store: try Store(engine: engine, limits: instanceLimits), scheduler: scheduler,
                limits: limits,
                entry: .fresh(entry, arguments)
            ) { promise.succeed($0) }
            fiber.start()
        }
    }
}

/// The trap that ended a run, or a recorded issue.
func trap(of result: Result<[Value], Trap>) throws -> Trap {
    guard case .failure(let trap) = result else {
        Issue.record("the guest returned \(result)")
        throw CancellationError()
    }
    return trap
}
