import ComponentModel
import NIOCore
import TestSupport
import WasmEngine

@testable import ComponentRuntime

/// One engine and one loop for the tests of this module, which run in parallel with each other.
final class ComponentRunner: Sendable {
    static let shared = try! ComponentRunner()

    let engine: Engine
    let scheduler: LoopConfined<FiberScheduler>

    private init() throws {
        let engine = try Engine()
        self.engine = engine
        scheduler = try LoopConfined { FiberScheduler(engine: engine, eventLoop: $0) }
    }

    func plan(_ text: String, define: (ComponentLinker) -> Void = { _ in }) throws -> ComponentPlan {
        let component = try Component(try WasmText.binary(fromText: text), features: .all)
        let linker = ComponentLinker()
        define(linker)
        return try linker.link(component, engine: engine)
    }

    /// Calls one export of a plan in a fresh instance.
    func call(
        _ plan: ComponentPlan, _ path: String..., with arguments: [ComponentValue] = [],
        limits: FiberLimits = FiberLimits()
    ) async throws -> Result<[ComponentValue], Trap> {
        let function = try plan.function(at: path)
        return try await scheduler.onLoop { scheduler, promise in
            let instance = try ComponentInstance(plan)
            instance.call(function, arguments, on: scheduler, limits: limits) { result in
                promise.succeed(result)
                // The instance lives until its call is over.
                withExtendedLifetime(instance) {}
            }
        }
    }
}

/// The trap that ended a call.
func trap(of result: Result<[ComponentValue], Trap>) -> Trap? {
    if case .failure(let trap) = result { trap } else { nil }
}

/// A core module with a memory and an allocator that never frees, as text.
let libc = """
    (core module $Libc
      (memory (export "memory") 4)
      (global $next (mut i32) (i32.const 1024))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (local $result i32)
        (local.set $result
          (i32.and
            (i32.add (global.get $next) (i32.sub (local.get 2) (i32.const 1)))
            (i32.xor (i32.sub (local.get 2) (i32.const 1)) (i32.const -1))))
        (global.set $next (i32.add (local.get $result) (local.get 3)))
        (local.get $result)))
    (core instance $libc (instantiate $Libc))
    """
