import CWasmtime
import NIOCore
import TestSupport
import Testing

@testable import WasmEngine

/// Instances that are made without a fiber.
@Suite struct InstantiationTests {
    /// What modules are made of; for some of it the engine runs code of its own when it makes an instance.
    private static let parts = [
        "",
        "(memory 1) (data (i32.const 0) \"abc\")",
        "(table 4 funcref) (func $f) (elem (i32.const 0) $f $f)",
        "(global (mut i32) (i32.add (i32.const 1) (i32.const 2)))",
        "(memory 300) (global $g i32 (i32.const 5)) (data (global.get $g) \"abc\") (data (i32.const 16777216) \"d\")",
    ]

    @Test(arguments: Self.parts)
    func `a time slice that is over before it has begun ends none`(parts: String) throws {
        let engine = GuestRunner.shared.engine
        let module = try Module(
            engine: engine, binary: WasmText.binary(fromText: "(module (func (export \"f\")) \(parts))"))
        let template = try #require(try InstanceTemplate(module: module, functions: []))
        let store = try Store(engine: engine)
        unsafe wasmtime_context_set_epoch_deadline(store.context, 0)
        _ = try store.makeInstance(template)
    }

    @Test(arguments: Self.parts)
    func `nor one of a fiber, which has no stack yet`(parts: String) async throws {
        let runner = GuestRunner.shared
        let module = try Module(
            engine: runner.engine,
            binary: WasmText.binary(fromText: "(module (func (export \"f\")) \(parts))"))
        let entry = try EntryPoint(try #require(try InstanceTemplate(module: module, functions: [])), "f")
        let result: Result<[Value], Trap> = try await runner.scheduler.onLoop { scheduler, promise in
            let store = try Store(engine: module.engine)
            let fiber = Fiber(store: store, scheduler: scheduler, entry: .fresh(entry, [])) {
                promise.succeed($0)
            }
            unsafe wasmtime_context_set_epoch_deadline(store.context, 0)
            fiber.start()
        }
        #expect(try result.get().isEmpty)
    }
}
