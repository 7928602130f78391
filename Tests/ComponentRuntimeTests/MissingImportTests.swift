import ComponentModel
import Testing
import WasmEngine

@testable import ComponentRuntime

@Suite struct MissingImportTests {
    private let runner = ComponentRunner.shared

    /// Imports an interface with a resource and calls `get` of it when `call` runs, nothing when `skip` does.
    private static let text = """
        (component
          (import "test:unknown/things@1.0.0" (instance $things
            (export "thing" (type $thing (sub resource)))
            (export "[static]thing.get" (func (result (own $thing))))))
          (alias export $things "thing" (type $thing))
          (core func $get (canon lower (func $things "[static]thing.get")))
          (core func $drop (canon resource.drop $thing))
          (core module $Main
            (import "host" "get" (func $get (result i32)))
            (import "host" "drop" (func $drop (param i32)))
            (func (export "call") (call $drop (call $get)))
            (func (export "skip")))
          (core instance $main (instantiate $Main
            (with "host" (instance (export "get" (func $get)) (export "drop" (func $drop))))))
          (func (export "call") (canon lift (core func $main "call")))
          (func (export "skip") (canon lift (core func $main "skip"))))
        """

    private func plan() throws -> ComponentPlan {
        let component = try Component(try WasmText.binary(fromText: Self.text))
        let linker = ComponentLinker()
        _ = linker.interface("test:host/strings@0.2.12")
        return try linker.link(component, engine: runner.engine, missing: .trapping) { binary, _ in
            try Module(engine: runner.engine, binary: binary)
        }
    }

    @Test func `a component runs as long as it does not call what nobody offers`() async throws {
        let result = try await runner.call(try plan(), "skip")
        #expect(try result.get().isEmpty)
    }

    @Test func `a call of what nobody offers traps and names it`() async throws {
        let result = try await runner.call(try plan(), "call")
        #expect(trap(of: result)?.message.contains("test:unknown/things@1.0.0 [static]thing.get") == true)
    }

    @Test func `a plan lists the functions that nobody offers`() throws {
        let missing = try plan().missingImports
        #expect(missing.count == 1)
        #expect(missing.first?.hasPrefix("test:unknown/things@1.0.0 [static]thing.get: func(") == true)
    }

    @Test func `nothing is linked when missing imports are refused`() throws {
        #expect(throws: ComponentRuntimeError.self) { try runner.plan(Self.text) }
    }
}
