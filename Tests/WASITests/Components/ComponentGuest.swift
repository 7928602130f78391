import AppModel
import ComponentModel
import ComponentRuntime
import HostSystem
import NIOCore
import TestSupport
import WasmEngine

@testable import WASI

/// Runs components on one loop.
enum ComponentGuest {
    static let engine = try! Engine()
    static let scheduler = try! LoopConfined { FiberScheduler(engine: engine, eventLoop: $0) }
    static var loop: any EventLoop { scheduler.loop }

    static func plan(_ text: String, missing: MissingImports = .refused) throws -> ComponentPlan {
        let linker = ComponentLinker()
        Preview2.define(in: linker)
        let component = try Component(try WasmText.binary(fromText: text), features: .all)
        return try linker.link(component, engine: engine, missing: missing) { binary, _ in
            try Module(engine: engine, binary: binary)
        }
    }

    /// What a run is done with, on the loop: the test's streams and its folder's descriptors.
    struct World {
        var input: (any GuestInput)?
        var output: (any GuestOutput)?
        var plan: HostSystemPlan
        var environment = EncodedStrings()
        var limits = ResourceTableLimits()
        /// Called once the guest has been started.
        var onStart: (GuestSystem) -> Void = { _ in }
        /// Called when it has ended.
        var onEnd: (GuestSystem) -> Void = { _ in }
    }

    /// Calls `run` of a component in the world that `make` gives it on the loop.
    static func run(
        _ core: String, data: String = "", deadline: TimeAmount = .minutes(2),
        in make: @escaping @Sendable () throws -> World
    ) async throws -> Result<UInt32, Trap> {
        let plan = try plan(componentText(core, data: data))
        let run = try plan.function("run")
        return try await scheduler.onLoop { scheduler, promise in
            let world = try make()
            let system = GuestSystem(
                world.plan, input: world.input, output: world.output, ownEnvironment: world.environment)
            let instance = try ComponentInstance(plan)
            Preview2.install(system, in: instance.store, limits: world.limits)
            let limits = FiberLimits(deadline: deadline)
            instance.call(run, [], on: scheduler, limits: limits) { result in
                world.onEnd(system)
                promise.succeed(
                    result.map { values in if case .u32(let step)? = values.first { step } else { .max } }
                )
                // The instance lives until its call is over.
                withExtendedLifetime(instance) {}
            }
            world.onStart(system)
        }
    }

    /// The same in a world of no more than a plan.
    static func run(
        _ core: String, data: String = "", _ plan: HostSystemPlan? = nil
    ) async throws -> Result<UInt32, Trap> {
        let plan = try plan ?? HostSystemPlan()
        return try await run(core, data: data) { World(plan: plan) }
    }
}

/// What ended a run.
func trap(of result: Result<UInt32, Trap>) -> Trap? {
    if case .failure(let trap) = result { trap } else { nil }
}
