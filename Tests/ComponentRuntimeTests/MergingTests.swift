import ComponentModel
import Testing
import WasmEngine

@testable import ComponentRuntime

/// Core instances that become one module, and those that must not.
@Suite struct MergingTests {
    private let runner = ComponentRunner.shared

    private func run(_ text: String, instances: Int) async throws -> Result<[ComponentValue], Trap> {
        let plan = try runner.plan(text)
        #expect(plan.core.instanceCount == instances)
        return try await runner.call(plan, "run")
    }

    @Test func `a shim, its users and its fix-up become one`() async throws {
        let result = try await run(
            """
            (component
              (core module $Shim
                (table (export "$imports") 1 1 funcref)
                (func (export "0") (param i32) (result i32)
                  (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0))))
              (core module $Main
                (import "adapter" "twice" (func $twice (param i32) (result i32)))
                (memory (export "memory") 1) (data (i32.const 8) "\\15")
                (func (export "run") (result i32) (call $twice (i32.load8_u (i32.const 8)))))
              (core module $Adapter
                (import "env" "memory" (memory 0))
                (global $calls (mut i32) (i32.const 0))
                (func (export "twice") (param i32) (result i32)
                  (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
                  (i32.store8 (i32.const 8) (i32.const 0))
                  (i32.add (i32.load8_u (i32.const 8)) (i32.mul (local.get 0) (i32.const 2)))))
              (core module $Fixups
                (import "" "$imports" (table 1 1 funcref))
                (import "" "0" (func $f (param i32) (result i32)))
                (elem (i32.const 0) func $f))
              (core instance $shim (instantiate $Shim))
              (core instance $main (instantiate $Main
                (with "adapter" (instance (export "twice" (func $shim "0"))))))
              (core instance $adapter (instantiate $Adapter
                (with "env" (instance (export "memory" (memory $main "memory"))))))
              (core instance (instantiate $Fixups (with "" (instance
                (export "$imports" (table $shim "$imports"))
                (export "0" (func $adapter "twice"))))))
              (func (export "run") (result u32) (canon lift (core func $main "run"))))
            """, instances: 1)
        #expect(try result.get() == [.u32(42)])
    }

    @Test func `each module keeps its own memory, table, segments and types`() async throws {
        let result = try await run(
            """
            (component
              (core module $A
                (type (func (param f64)))
                (memory (export "memory") 1)
                (table 2 funcref) (elem (i32.const 1) func 0)
                (data $first (i32.const 0) "\\07") (data $late "\\09\\09")
                (func (export "get") (result i32)
                  (memory.init $late (i32.const 4) (i32.const 0) (i32.const 1))
                  (memory.copy (i32.const 5) (i32.const 4) (i32.const 1))
                  (i32.add (i32.load8_u (i32.const 0)) (i32.load8_u (i32.const 5)))))
              (core module $B
                (type $t (func (result i32)))
                (import "a" "get" (func $get (type $t)))
                (import "a" "memory" (memory $theirs 1))
                (memory $mine 1)
                (table $table 4 funcref)
                (elem (table $table) (i32.const 2) func $get)
                (elem $later func $get)
                (data (memory $mine) (i32.const 0) "\\64")
                (func $declared (export "declared") (result i32) (i32.const 1000))
                (func (export "run") (result i32)
                  (table.init $table $later (i32.const 3) (i32.const 0) (i32.const 1))
                  (table.set $table (i32.const 0) (ref.func $declared))
                  (i32.store8 $theirs (i32.const 0) (i32.const 20))
                  (i32.store8 $mine offset=1 (i32.const 0) (i32.const 3))
                  (block (result i32)
                    (i32.add
                      (call_indirect $table (type $t) (i32.const 0))
                      (i32.add
                        (call_indirect $table (type $t) (i32.const 3))
                        (i32.add (i32.load8_u $mine (i32.const 0)) (i32.load8_u $mine (i32.const 1))))))))
              (core instance $a (instantiate $A))
              (core instance $b (instantiate $B (with "a" (instance $a))))
              (func (export "run") (result u32) (canon lift (core func $b "run"))))
            """, instances: 1)
        #expect(try result.get() == [.u32(1000 + 20 + 9 + 100 + 3)])
    }

    @Test func `a module that is instantiated twice stays apart`() async throws {
        let result = try await run(
            """
            (component
              (core module $Counter
                (global $n (mut i32) (i32.const 0))
                (func (export "next") (result i32)
                  (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
              (core module $Main
                (import "a" "next" (func $a (result i32))) (import "b" "next" (func $b (result i32)))
                (func (export "run") (result i32)
                  (drop (call $a)) (drop (call $a))
                  (i32.add (i32.mul (call $a) (i32.const 10)) (call $b))))
              (core instance $a (instantiate $Counter))
              (core instance $b (instantiate $Counter))
              (core instance $main (instantiate $Main (with "a" (instance $a)) (with "b" (instance $b))))
              (func (export "run") (result u32) (canon lift (core func $main "run"))))
            """, instances: 3)
        #expect(try result.get() == [.u32(31)])
    }

    @Test func `a start function sees only what was made before it`() async throws {
        let text = { (slot: Int) in
            """
            (component
              (core module $A
                (table (export "t") 1 1 funcref)
                (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0))))
              (core module $Starts
                (import "a" "call" (func $call (result i32)))
                (global $seen (mut i32) (i32.const 0))
                (func $start (if (i32.const \(slot)) (then (global.set $seen (call $call)))))
                (start $start)
                (func (export "run") (result i32) (i32.add (global.get $seen) (call $call))))
              (core module $Fills
                (import "a" "t" (table 1 1 funcref))
                (func $five (result i32) (i32.const 5))
                (elem (i32.const 0) func $five))
              (core instance $a (instantiate $A))
              (core instance $s (instantiate $Starts (with "a" (instance $a))))
              (core instance (instantiate $Fills (with "a" (instance $a))))
              (func (export "run") (result u32) (canon lift (core func $s "run"))))
            """
        }
        #expect(try await run(text(0), instances: 2).get() == [.u32(5)])
        #expect(trap(of: try await run(text(1), instances: 2))?.reason == .nullReference)
    }

    @Test(arguments: ["(elem (i32.const 1) func $f)", "(data (i32.const 65536) \"x\")"])
    func `a segment that does not fit traps`(_ segment: String) async throws {
        let result = try await run(
            """
            (component
              (core module $A (table (export "t") 1 1 funcref) (memory (export "m") 1)
                (func (export "run") (result i32) (i32.const 1)))
              (core module $B
                (import "a" "t" (table 1 1 funcref)) (import "a" "m" (memory 1))
                (func $f) \(segment))
              (core instance $a (instantiate $A))
              (core instance (instantiate $B (with "a" (instance $a))))
              (func (export "run") (result u32) (canon lift (core func $a "run"))))
            """, instances: 1)
        let reason = trap(of: result)?.reason
        #expect(reason == .tableOutOfBounds || reason == .memoryOutOfBounds)
    }

    @Test func `a backtrace names functions of all modules`() async throws {
        let result = try await run(
            """
            (component
              (core module $First (func $fails (export "fails") unreachable))
              (core module $Second
                (import "a" "fails" (func $imported))
                (func $calls (export "run") (result i32) (call $imported) (i32.const 1)))
              (core instance $a (instantiate $First))
              (core instance $b (instantiate $Second (with "a" (instance $a))))
              (func (export "run") (result u32) (canon lift (core func $b "run"))))
            """, instances: 1)
        let ended = try #require(trap(of: result))
        #expect(ended.reason == .unreachable)
        #expect(ended.backtrace.map { $0.functionName } == ["First!fails", "Second!calls"])
    }

    @Test func `what only another module would heal is refused`() throws {
        #expect(throws: EngineError.self) {
            try runner.plan(
                """
                (component
                  (core module $A (func (export "f") (result i32)))
                  (core module $B (import "a" "f" (func (result i32))))
                  (core instance $a (instantiate $A))
                  (core instance (instantiate $B (with "a" (instance $a)))))
                """)
        }
    }

    @Test func `a module with what the merger does not know stays apart`() async throws {
        let result = try await run(
            """
            (component
              (core module $A
                (type $point (struct (field i32)))
                (func (export "f") (result i32) (struct.get $point 0 (struct.new $point (i32.const 7)))))
              (core module $B
                (import "a" "f" (func $f (result i32)))
                (func (export "run") (result i32) (call $f)))
              (core instance $a (instantiate $A))
              (core instance $b (instantiate $B (with "a" (instance $a))))
              (func (export "run") (result u32) (canon lift (core func $b "run"))))
            """, instances: 2)
        #expect(try result.get() == [.u32(7)])
    }
}
