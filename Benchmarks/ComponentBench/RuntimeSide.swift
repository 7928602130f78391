import ComponentModel
import ComponentRuntime
import NIOCore
import NIOPosix
import WasmEngine

typealias NoParameters = CanonicalTuple<>

/// Our own component runtime, used as the server uses it: on an event loop, guests on fibers.
final class RuntimeSide: Sendable {
    let engine: Engine
    let loop: any EventLoop
    private let scheduler: NIOLoopBound<FiberScheduler>
    private static let limits = FiberLimits(cpuBudget: .seconds(600), deadline: .seconds(600))

    init() throws {
        var limits = EngineLimits()
        // The engine's own side reserves address space as well.
        limits.memories = 1_000
        let engine = try Engine(limits: limits)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        self.engine = engine
        self.loop = loop
        scheduler = try loop.submit {
            NIOLoopBound(FiberScheduler(engine: engine, eventLoop: loop), eventLoop: loop)
        }
        .wait()
    }

    func link(_ binary: [UInt8]) throws -> ComponentPlan {
        let linker = ComponentLinker()
        linker.root.function("mix") {
            (_: borrowing ComponentCall, a: UInt32, b: UInt64, c: Double) throws(Trap) -> UInt64 in
            b &+ UInt64(a)
        }
        let api = linker.interface("bench:host/api")
        for name in BenchComponents.names("s", 16) {
            api.function(name) { (_: borrowing ComponentCall, text: String) throws(Trap) in }
        }
        for name in BenchComponents.names("d", 12) + BenchComponents.names("a", 10) {
            api.function(name) { (_: borrowing ComponentCall, number: UInt32) throws(Trap) in }
        }
        return try linker.link(try Component(binary), engine: engine)
    }

    /// Nanoseconds of a fresh instance with one call of an export without parameters and results.
    func instantiations(_ plan: ComponentPlan, _ name: String = "run", count: Int) throws -> Double {
        let function = try plan.function(name, parameters: NoParameters.self, result: NoValue.self)
        return try loop.submit { [scheduler] in
            var failure: Trap?
            let start = now()
            for _ in 0..<count {
                let instance = try ComponentInstance(plan)
                instance.run(on: scheduler.value) { (caller) throws(Trap) in
                    _ = try caller.call(function, NoParameters())
                } completion: { result in
                    if case .failure(let trap) = result { failure = trap }
                }
            }
            let end = now()
            if let failure { throw failure }
            return (end - start) / Double(count)
        }
        .wait()
    }

    /// Nanoseconds of one call with one result.
    func calls<
        Parameters: ParameterList & Sendable & SendableMetatype,
        Result: CanonicalPayload & Equatable & Sendable & SendableMetatype
    >(
        _ plan: ComponentPlan, _ name: String, _ arguments: Parameters, _ expected: Result, count: Int
    ) throws -> Double {
        let function = try plan.function(name, parameters: Parameters.self, result: Result.self)
        let promise = loop.makePromise(of: Double.self)
        loop.execute { [scheduler] in
            do {
                let instance = try ComponentInstance(plan)
                var time = 0.0
                instance.run(on: scheduler.value, limits: Self.limits) { (caller) throws(Trap) in
                    var last: Result?
                    let start = now()
                    for _ in 0..<count { last = try caller.call(function, arguments) }
                    time = (now() - start) / Double(count)
                    guard last == expected else { throw Trap.host("\(name) gives another result") }
                } completion: { result in
                    promise.completeWith(result.map { time }.mapError { $0 as any Error })
                }
            } catch { promise.fail(error) }
        }
        return try promise.futureResult.wait()
    }
}
