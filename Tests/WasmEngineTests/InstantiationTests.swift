import Testing

@testable import WasmEngine

/// Instances that are made outside of a fiber.
@Suite struct InstantiationTests {
    @Test func `time that passes before an instance is made is not its own`() throws {
        let engine = GuestRunner.shared.engine
        // Segments whose places are computed are put there by code, which looks at the clock like a guest's.
        let module = try Module(
            engine: engine,
            binary: WasmText.binary(
                fromText: """
                    (module
                      (memory (export "memory") 2)
                      (table 10 funcref)
                      (func $f)
                      (global $base i32 (i32.const 65000))
                      (data (i32.add (global.get $base) (i32.const 4)) "hello")
                      (elem (i32.sub (global.get $base) (i32.const 64998)) func $f $f))
                    """))
        let template = try Linker(engine: engine).template(for: module)
        let store = try Store(engine: engine)
        for _ in 0...Fiber.sliceTicks { engine.ticker.tick() }
        _ = try store.makeInstance(template)
    }
}
