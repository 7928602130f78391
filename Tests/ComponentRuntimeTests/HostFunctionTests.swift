import ComponentModel
import NIOCore
import Testing
import WasmEngine

@testable import ComponentRuntime

@Suite struct HostFunctionTests {
    private let runner = ComponentRunner.shared

    /// Imports `join` of an interface in a version, and hands its own parameters on.
    private func joiner(_ version: String, _ type: String = "(param \"a\" string) (param \"b\" string)")
        -> String
    {
        """
        (component
          \(libc)
          (import "test:host/strings@\(version)" (instance $strings
            (export "join" (func \(type) (result string)))))
          (core func $join (canon lower (func $strings "join")
            (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
          (core module $Main
            (import "host" "join" (func $join (param i32 i32 i32 i32 i32)))
            (func (export "run") (param i32 i32 i32 i32) (result i32)
              (call $join (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 16))
              (i32.const 16)))
          (core instance $main (instantiate $Main
            (with "host" (instance (export "join" (func $join))))))
          (func (export "run") (param "a" string) (param "b" string) (result string)
            (canon lift (core func $main "run")
              (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")))))
        """
    }

    @Sendable private static func define(_ linker: ComponentLinker) {
        linker.interface("test:host/strings@0.2.12").function("join") {
            (_: borrowing ComponentCall, first: String, second: String) throws(Trap) -> String in
            first + second
        }
    }

    @Test func `a typed function is called with Swift values`() async throws {
        let plan = try runner.plan(joiner("0.2.12"), define: Self.define)
        let result = try await runner.call(plan, "run", with: [.string("grüß"), .string(" dich")])
        #expect(try result.get() == [.string("grüß dich")])
    }

    @Test func `a later compatible version serves an import`() async throws {
        let plan = try runner.plan(joiner("0.2.0"), define: Self.define)
        let result = try await runner.call(plan, "run", with: [.string("a"), .string("b")])
        #expect(try result.get() == [.string("ab")])
    }

    @Test func `an incompatible version does not`() throws {
        #expect {
            try runner.plan(joiner("0.3.0"), define: Self.define)
        } throws: { error in
            "\(error)".contains("test:host/strings@0.3.0 join: func(a: string, b: string) -> string")
        }
    }

    @Test func `a mismatch names interface, function and both types`() throws {
        #expect {
            try runner.plan(
                joiner("0.2.0", "(param \"a\" (list u8)) (param \"b\" string)"), define: Self.define)
        } throws: { error in
            let text = "\(error)"
            return text.contains("test:host/strings@0.2.0 join")
                && text.contains("func(a: list<u8>, b: string) -> string")
                && text.contains("func(String, String) -> String")
        }
    }

    @Test func `a generic function takes and gives values`() async throws {
        let plan = try runner.plan(joiner("0.2.0")) { linker in
            linker.interface("test:host/strings@0.2.0").dynamicFunction("join") {
                (_, values) throws(Trap) in
                guard case .string(let first) = values[0], case .string(let second) = values[1] else {
                    return nil
                }
                return .string(second + first)
            }
        }
        let result = try await runner.call(plan, "run", with: [.string("a"), .string("b")])
        #expect(try result.get() == [.string("ba")])
    }

    private enum Counter: CanonicalResource {
        static let resourceType = RuntimeResourceType.host()
    }

    @Test func `a resource of the host is destroyed with its last handle`() async throws {
        let destroyed = Recorder<[UInt64]>([])
        let plan = try runner.plan(
            """
            (component
              (import "test:host/counters" (instance $counters
                (export "counter" (type $counter (sub resource)))
                (export "[constructor]counter" (func (param "start" u32) (result (own $counter))))
                (export "[method]counter.value" (func (param "self" (borrow $counter)) (result u32)))))
              (alias export $counters "counter" (type $counter))
              (core func $new (canon lower (func $counters "[constructor]counter")))
              (core func $value (canon lower (func $counters "[method]counter.value")))
              (core func $drop (canon resource.drop $counter))
              (core module $Main
                (import "" "new" (func $new (param i32) (result i32)))
                (import "" "value" (func $value (param i32) (result i32)))
                (import "" "drop" (func $drop (param i32)))
                (func (export "run") (result i32)
                  (local $counter i32) (local $value i32)
                  (local.set $counter (call $new (i32.const 40)))
                  (local.set $value (call $value (local.get $counter)))
                  (call $drop (local.get $counter))
                  (local.get $value)))
              (core instance $main (instantiate $Main (with "" (instance
                (export "new" (func $new)) (export "value" (func $value)) (export "drop" (func $drop))))))
              (func (export "run") (result u32) (canon lift (core func $main "run"))))
            """
        ) { linker in
            let interface = linker.interface("test:host/counters")
            interface.resource("counter", Counter.self) { _, representation in
                destroyed.change { $0.append(representation) }
            }
            interface.function("[constructor]counter") {
                (_: borrowing ComponentCall, start: UInt32) throws(Trap) -> Own<Counter> in
                Own(representation: UInt64(start) + 2)
            }
            interface.function("[method]counter.value") {
                (_: borrowing ComponentCall, counter: Borrow<Counter>) throws(Trap) -> UInt32 in
                UInt32(counter.representation)
            }
        }
        #expect(try await runner.call(plan, "run").get() == [.u32(42)])
        #expect(destroyed.value == [42])
    }

    private enum Other: CanonicalResource {
        static let resourceType = RuntimeResourceType.host()
    }

    @Test func `a resource type is found by any of the names that an import gives it`() throws {
        let text = """
            (component
              (import "test:host/counters" (instance
                (export "counter" (type $counter (sub resource)))
                (export "another-name" (type (eq $counter)))
                (export "[method]counter.value" (func (param "self" (borrow $counter)) (result u32))))))
            """
        _ = try runner.plan(text) { linker in
            let interface = linker.interface("test:host/counters")
            interface.resource("counter", Counter.self)
            interface.function("[method]counter.value") {
                (_: borrowing ComponentCall, counter: Borrow<Counter>) throws(Trap) -> UInt32 in
                UInt32(counter.representation)
            }
        }
    }

    @Test func `two resource types of the host do not serve two names of one`() throws {
        let text = """
            (component
              (import "test:host/counters" (instance
                (export "counter" (type $counter (sub resource)))
                (export "other" (type (eq $counter))))))
            """
        #expect {
            try runner.plan(text) { linker in
                let interface = linker.interface("test:host/counters")
                interface.resource("counter", Counter.self)
                interface.resource("other", Other.self)
            }
        } throws: { error in
            "\(error)".contains("test:host/counters counter: another resource type than the host's")
                || "\(error)".contains("test:host/counters other: another resource type than the host's")
        }
    }

    @Test func `an instance without items needs nobody, also inside of another`() throws {
        _ = try runner.plan(
            "(component (import \"a\" (instance (export \"b\" (instance (export \"c\" (instance)))))))")
        #expect {
            try runner.plan(
                "(component (import \"a\" (instance (export \"b\" (instance (export \"f\" (func)))))))")
        } throws: { error in
            "\(error)".contains("a b f: func()")
        }
    }
}
