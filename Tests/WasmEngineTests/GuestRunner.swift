import NIOCore
import TestSupport
import Testing

@testable import WasmEngine

/// One engine and one loop for the tests of this module, which run in parallel with each other.
final class GuestRunner: Sendable {
    static let shared = try! GuestRunner()

    let engine: Engine
    let scheduler: LoopConfined<FiberScheduler>

    private init() throws {
        let engine = try Engine()
        self.engine = engine
        scheduler = try LoopConfined { FiberScheduler(engine: engine, eventLoop: $0) }
    }

    /// Runs one export of a text module in a fresh instance.
    func run(
        _ text: String, _ export: String = "run", _ arguments: [Value] = [],
        limits: FiberLimits = FiberLimits(),
        instanceLimits: InstanceLimits = InstanceLimits(),
        define: @escaping @Sendable (Linker) throws -> Void = { _ in }
    ) async throws -> Result<[Value], Trap> {
        let module = try Module(engine: engine, binary: WasmText.binary(fromText: text))
        return try await scheduler.onLoop { [engine] scheduler, promise in
            let linker = try Linker(engine: engine)
            try define(linker)
            let entry = try EntryPoint(linker.template(for: module), export)
            let fiber = Fiber(
                store: try entry.template.makeStore(instanceLimits), scheduler: scheduler,
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
