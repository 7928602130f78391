import ComponentModel
import Testing
import WasmEngine

@Suite("Types of two components")
struct TypeComparisonTests {
    private func component(_ text: String) throws -> Component {
        try Component(WasmText.binary(fromText: "(component \(text))"), features: .all)
    }

    private let library = """
        (component $c
            (type $r' (resource (rep i32))) (export $r "file" (type $r'))
            (type $e' (record (field "code" u16))) (export $e "problem" (type $e'))
            (core module $m (func (export "open") (param i32 i32) (result i32) i32.const 0)
                (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
                (func (export "size") (param i32) (result i64) i64.const 0)
                (memory (export "memory") 1))
            (core instance $i (instantiate $m))
            (func (export "open") (param "name" string) (result (result (own $r) (error $e)))
                (canon lift (core func $i "open") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
            (func (export "size") (param "file" (borrow $r)) (result u64) (canon lift (core func $i "size"))))
        (instance $f (instantiate $c)) (export "demo:fs/files@1.0.0" (instance $f))
        """

    private func wanted(size: String = "u64", extra: String = "") -> String {
        """
        (import "demo:fs/files@1.0.0" (instance
            (export "file" (type $r (sub resource)))
            (type $e' (record (field "code" u16))) (export "problem" (type $e (eq $e')))
            (export "size" (func (param "file" (borrow $r)) (result \(size))))
            \(extra)
            (export "open" (func (param "name" string) (result (result (own $r) (error $e)))))))
        """
    }

    private func compare(_ text: String) throws -> TypeComparison {
        let actual = try component(library)
        let wanted = try component(text)
        var comparison = TypeComparison(actual: actual, wanted: wanted)
        try comparison.check(
            #require(actual.exports.first?.entity), serves: #require(wanted.imports.first?.entity))
        return comparison
    }

    @Test func `an export serves an import with the same types, and binds its resources`() throws {
        #expect(try compare(wanted()).resources.count == 1)
    }

    @Test func `a mismatch names the function and both types`() throws {
        let mismatch = #expect(throws: TypeComparison.Mismatch.self) { try compare(wanted(size: "u32")) }
        #expect(mismatch?.path == ["size"])
        #expect(mismatch?.message.contains("-> u32, given is func(file: borrow<") == true)
        let missing = #expect(throws: TypeComparison.Mismatch.self) {
            try compare(wanted(extra: "(export \"delete\" (func))"))
        }
        #expect(missing?.description == "delete: it is not exported")
    }
}
