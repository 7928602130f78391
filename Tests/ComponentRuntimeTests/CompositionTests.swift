import ComponentModel
import Testing
import WasmEngine

@testable import ComponentRuntime

/// Components that were loaded apart serve each other.
@Suite struct CompositionTests {
    private let runner = ComponentRunner.shared

    private func component(_ text: String) throws -> Component {
        try Component(try WasmText.binary(fromText: text))
    }

    private let user = """
        (component
          (import "test:math/ops@1.0.0" (instance $ops (export "add" (func (param "a" u32) (param "b" u32) (result u32)))))
          (core func $add (canon lower (func $ops "add")))
          (core module $Main
            (import "" "add" (func $add (param i32 i32) (result i32)))
            (func (export "run") (result i32) (call $add (i32.const 40) (i32.const 2))))
          (core instance $main (instantiate $Main (with "" (instance (export "add" (func $add))))))
          (func (export "run") (result u32) (canon lift (core func $main "run"))))
        """

    private func adder(_ type: String = "(param \"a\" u32) (param \"b\" u32) (result u32)") -> String {
        """
        (component
          (core module $Main (func (export "add") (param i32 i32) (result i32)
            (i32.add (local.get 0) (local.get 1))))
          (core instance $main (instantiate $Main))
          (func $add \(type) (canon lift (core func $main "add")))
          (instance $ops (export "add" (func $add)))
          (export "test:math/ops@1.2.0" (instance $ops)))
        """
    }

    /// Hands calls on to what it imports itself, and counts them with the host.
    private let counter = """
        (component
          (import "test:math/ops@1.0.0" (instance $ops (export "add" (func (param "a" u32) (param "b" u32) (result u32)))))
          (import "count" (func $count))
          (core func $add (canon lower (func $ops "add")))
          (core func $count' (canon lower (func $count)))
          (core module $Main
            (import "" "add" (func $add (param i32 i32) (result i32)))
            (import "" "count" (func $count))
            (func (export "add") (param i32 i32) (result i32)
              (call $count)
              (call $add (local.get 0) (local.get 1))))
          (core instance $main (instantiate $Main (with "" (instance
            (export "add" (func $add)) (export "count" (func $count'))))))
          (func $add2 (param "a" u32) (param "b" u32) (result u32) (canon lift (core func $main "add")))
          (instance $ops2 (export "add" (func $add2)))
          (export "test:math/ops@1.1.0" (instance $ops2)))
        """

    @Test func `an export of one component serves an import of another`() async throws {
        let adder = try component(adder())
        let plan = try runner.plan(user) { $0.add(adder) }
        #expect(try await runner.call(plan, "run").get() == [.u32(42)])
    }

    @Test func `an export of another type is refused with both types`() throws {
        let adder = try component(adder("(param \"a\" u32) (param \"c\" u32) (result u32)"))
        #expect {
            try runner.plan(user) { $0.add(adder) }
        } throws: { error in
            "\(error)".contains("test:math/ops@1.0.0") && "\(error)".contains("func(a: u32, b: u32) -> u32")
                && "\(error)".contains("func(a: u32, c: u32) -> u32")
        }
    }

    @Test func `a component in between sees every call`() async throws {
        let calls = Recorder(0)
        let adder = try component(adder())
        let counter = try component(counter)
        let plan = try runner.plan(user) { linker in
            linker.root.function("count") { (_: borrowing ComponentCall) throws(Trap) in
                calls.change { $0 += 1 }
            }
            linker.add(adder)
            linker.add(counter)
        }
        #expect(try await runner.call(plan, "run").get() == [.u32(42)])
        #expect(calls.value == 1)
    }

    // MARK: - Resources

    private func owner(_ name: String) -> String {
        """
        (component
          (component $Owner (type $thing (resource (rep i32))) (export "thing" (type $thing)))
          (instance $owner (instantiate $Owner))
          (export "\(name)" (instance $owner)))
        """
    }

    /// Imports one resource type under two names.
    private let sharer = """
        (component
          (import "one" (instance $one (export "thing" (type (sub resource)))))
          (alias export $one "thing" (type $thing))
          (import "two" (instance (export "thing" (type (eq $thing))))))
        """

    @Test func `resource types of two components do not serve imports of one`() throws {
        let (one, two) = (try component(owner("one")), try component(owner("two")))
        #expect {
            try runner.plan(sharer) { linker in
                linker.add(one)
                linker.add(two)
            }
        } throws: { error in
            "\(error)".contains("two: a resource type is not the one of an import before it")
        }
    }

    private enum Thing: CanonicalResource {
        static let resourceType = RuntimeResourceType.host()
    }

    @Test func `a resource type of the host and one of a component do not serve imports of one`() throws {
        for name in ["one", "two"] {
            let owner = try component(owner(name))
            #expect(throws: ComponentRuntimeError.self) {
                try runner.plan(sharer) { linker in
                    linker.add(owner)
                    linker.interface(name == "one" ? "two" : "one").resource("thing", Thing.self)
                }
            }
        }
    }

    @Test func `a component that hands on a resource type serves imports of one`() throws {
        let one = try component(owner("one"))
        let two = try component(
            """
            (component
              (import "one" (instance $one (export "thing" (type (sub resource)))))
              (alias export $one "thing" (type $thing))
              (instance $two (export "thing" (type $thing)))
              (export "two" (instance $two)))
            """)
        _ = try runner.plan(sharer) { linker in
            linker.add(one)
            linker.add(two)
        }
    }

    // MARK: - Core modules

    /// Instantiates a core module of another component, given an import, and calls it.
    private func moduleUser(_ type: String) -> String {
        """
        (component
          (import "code" (instance $code (export "twice" (core module \(type)))))
          (core module $Numbers (func (export "number") (result i32) (i32.const 21)))
          (core instance $numbers (instantiate $Numbers))
          (core instance $twice (instantiate (module $code "twice") (with "numbers" (instance $numbers))))
          (func (export "run") (result u32) (canon lift (core func $twice "run"))))
        """
    }

    private let moduleMaker = """
        (component
          (core module $Twice
            (import "numbers" "number" (func $number (result i32)))
            (memory (export "memory") 2 3)
            (func (export "run") (result i32) (i32.mul (call $number) (i32.const 2))))
          (instance $code (export "twice" (core module $Twice)))
          (export "code" (instance $code)))
        """

    @Test func `a core module of one component is instantiated by another`() async throws {
        let maker = try component(moduleMaker)
        let type = """
            (import "numbers" "number" (func (result i32))) (import "unused" "one" (func))
            (export "run" (func (result i32))) (export "memory" (memory 1))
            """
        let text = moduleUser(type).replacing(
            "(instance $numbers))))", with: "(instance $numbers)) (with \"unused\" (instance $unused))))")
        // What the wanted type imports beyond the module's own imports has to be given, and is not used.
        let user = text.replacing(
            "(core instance $twice",
            with: """
                (core module $Unused (func (export "one")))
                (core instance $unused (instantiate $Unused))
                (core instance $twice
                """)
        let plan = try runner.plan(user) { $0.add(maker) }
        #expect(try await runner.call(plan, "run").get() == [.u32(42)])
    }

    @Test(arguments: [
        ("(export \"run\" (func (result i32)))", "numbers::number"),
        (
            "(import \"numbers\" \"number\" (func (result i64))) (export \"run\" (func (result i32)))",
            "numbers::number"
        ),
        (
            "(import \"numbers\" \"number\" (func (result i32))) (export \"run\" (func (result i64)))",
            "exports run with another type"
        ),
        (
            "(import \"numbers\" \"number\" (func (result i32))) (export \"walk\" (func))",
            "does not export walk"
        ),
        (
            "(import \"numbers\" \"number\" (func (result i32))) (export \"memory\" (memory 3))",
            "exports memory with another type"
        ),
    ])
    func `a core module of another type is refused`(type: String, sentence: String) throws {
        let maker = try component(moduleMaker)
        let user = """
            (component (import "code" (instance (export "twice" (core module \(type))))))
            """
        #expect {
            try runner.plan(user) { $0.add(maker) }
        } throws: { error in
            "\(error)".contains(sentence)
        }
    }
}
