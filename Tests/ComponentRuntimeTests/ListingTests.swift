import ComponentModel
import Testing
import WasmEngine

@testable import ComponentRuntime

@Suite struct ListingTests {
    @Test func `a listing shows imports, exports and core modules`() throws {
        let component = try Component(
            try WasmText.binary(
                fromText: """
                    (component
                      (import "test:host/log@1.0.0" (instance
                        (export "logger" (type (sub resource)))
                        (export "write" (func (param "line" string)))))
                      (core module $Main (func (export "run") (result i32) (i32.const 1)))
                      (core instance $main (instantiate $Main))
                      (func (export "run") (result u32) (canon lift (core func $main "run"))))
                    """))
        let lines = ComponentListing(component).description.split(separator: "\n").map(String.init)
        #expect(lines.contains("  import test:host/log@1.0.0: interface {"))
        #expect(lines.contains("    logger: resource;"))
        #expect(lines.contains("    write: func(line: string);"))
        #expect(lines.contains("  export run: func() -> u32;"))
        #expect(lines.contains { $0.hasPrefix("  // core modules: 1 (bytes: ") })
    }
}
