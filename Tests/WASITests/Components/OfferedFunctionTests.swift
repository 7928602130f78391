import ComponentRuntime
import TestSupport
import Testing
import WasmEngine

@testable import ComponentModel
@testable import WASI

/// Functions whose types differ between 0.2 and 0.3 although their names do not.
@Suite struct OfferedFunctionTests {
    private static let codes = [
        "access", "would-block", "already", "bad-descriptor", "busy", "deadlock", "quota", "exist",
        "file-too-large", "illegal-byte-sequence", "in-progress", "interrupted", "invalid", "io",
        "is-directory", "loop", "too-many-links", "message-size", "name-too-long", "no-device", "no-entry",
        "no-lock", "insufficient-memory", "insufficient-space", "not-directory", "not-empty",
        "not-recoverable", "unsupported", "no-tty", "no-such-device", "overflow", "not-permitted", "pipe",
        "read-only", "invalid-seek", "text-file-busy", "cross-device",
    ]

    private func text(_ version: String, _ codes: String, isAsync: Bool) -> String {
        """
        (component (import "wasi:filesystem/types@\(version)" (instance
          (export "descriptor" (type $d (sub resource)))
          (type $h (record (field "lower" u64) (field "upper" u64)))
          (export "metadata-hash-value" (type $hash (eq $h)))
          (type $c \(codes)) (export "error-code" (type $code (eq $c)))
          (export "[method]descriptor.metadata-hash" (func \(isAsync ? "async" : "")
            (param "self" (borrow $d)) (result (result $hash (error $code)))))
          (export "[method]descriptor.is-same-object" (func \(isAsync ? "async" : "")
            (param "self" (borrow $d)) (param "other" (borrow $d)) (result bool))))))
        """
    }

    @Test func `what both versions have, each offers with types of its own`() throws {
        let cases = Self.codes.map { "\"\($0)\"" }.joined(separator: " ")
        let cases3 = Self.codes.filter { $0 != "would-block" }.map { "(case \"\($0)\")" }.joined(
            separator: " ")
        let texts = [
            text("0.2.0", "(enum \(cases))", isAsync: false),
            text("0.3.0", "(variant \(cases3) (case \"other\" (option string)))", isAsync: true),
        ]
        for text in texts {
            let linker = ComponentLinker()
            Preview2.define(in: linker)
            Preview3.define(in: linker)
            let component = try Component(try WasmText.binary(fromText: text), features: .all)
            // What is not offered is refused, and named.
            _ = try linker.link(component, engine: ComponentGuest.engine)
        }
    }
}
