import ComponentModel
import NIOCore
import Testing
import WasmEngine

@testable import ComponentRuntime

/// An allocator runs as a task of its own, whoever's call it is called for (CanonicalABI.md, `reallocate`).
@Suite struct AllocatorTests {
    private let runner = ComponentRunner.shared

    /// A memory whose allocator traps unless `context.get` gives zero, and leaves something behind.
    private let memory = """
        (core func $get (canon context.get i32 0))
        (core func $set (canon context.set i32 0))
        (core module $Memory
          (import "" "get" (func $get (result i32)))
          (import "" "set" (func $set (param i32)))
          (memory (export "memory") 1)
          (global $next (mut i32) (i32.const 1024))
          (func (export "realloc") (param i32 i32 i32 i32) (result i32)
            (if (call $get) (then unreachable))
            (call $set (i32.const 77))
            (global.set $next (i32.add (global.get $next) (i32.const 64)))
            (global.get $next)))
        (core instance $memory (instantiate $Memory (with "" (instance
          (export "get" (func $get)) (export "set" (func $set))))))
        """

    /// Takes a string, which asks the allocator, and gives what `context.get` says then.
    private func taker(_ name: String) -> String {
        """
        (component $\(name)
          \(memory)
          (core module $Main
            (import "" "get" (func $get (result i32)))
            (func (export "take") (param i32 i32) (result i32) (i32.add (local.get 1) (call $get))))
          (core instance $main (instantiate $Main (with "" (instance (export "get" (func $get))))))
          (func (export "take") (param "text" string) (result u32)
            (canon lift (core func $main "take")
              (memory (core memory $memory "memory")) (realloc (core func $memory "realloc")))))
        """
    }

    /// Calls `text`, whose result asks the allocator, and gives its length and what `context.get` says then.
    private func asker(_ type: String) -> String {
        """
        (import "text" (func $text \(type) (result string)))
        \(memory)
        (core func $text' (canon lower (func $text)
          (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
        (core module $Main
          (import "" "text" (func $text (param i32)))
          (import "" "get" (func $get (result i32)))
          (import "" "set" (func $set (param i32)))
          (import "" "memory" (memory 1))
          (func (export "ask") (result i32)
            (call $set (i32.const 500))
            (call $text (i32.const 16))
            (i32.add (i32.load (i32.const 20)) (call $get))))
        (core instance $main (instantiate $Main (with "" (instance
          (export "text" (func $text')) (export "get" (func $get)) (export "set" (func $set))
          (export "memory" (memory $memory "memory"))))))
        (func (export "ask") \(type) (result u32) (canon lift (core func $main "ask")))
        """
    }

    private let teller = """
        (component $Teller
          (core func $set (canon context.set i32 0))
          (core module $Main
            (import "" "set" (func $set (param i32)))
            (memory (export "memory") 1)
            (data (i32.const 8) "\\10\\00\\00\\00\\05\\00\\00\\00hello")
            (func (export "text") (result i32) (call $set (i32.const 9)) (i32.const 8)))
          (core instance $main (instantiate $Main (with "" (instance (export "set" (func $set))))))
          (func (export "text") (result string)
            (canon lift (core func $main "text") (memory (core memory $main "memory")))))
        """

    @Test func `an allocator leaves no context behind for the call whose parameters it makes room for`()
        async throws
    {
        let plan = try runner.plan(taker("Taker"))
        #expect(try await runner.call(plan, "take", with: [.string("hello")]).get() == [.u32(5)])
    }

    @Test func `an allocator does not see the context of the call that waits for a result of the host`()
        async throws
    {
        let plan = try runner.plan("(component \(asker("")))") { linker in
            linker.root.function("text") { (_: borrowing ComponentCall) throws(Trap) -> String in "hello" }
        }
        #expect(try await runner.call(plan, "ask").get() == [.u32(505)])
    }

    @Test func `an allocator that is called when no task runs has a context, too`() async throws {
        let plan = try runner.plan("(component \(asker("async")))") { linker in
            linker.root.asyncFunction("text") {
                (call: borrowing ComponentCall, completion: HostCompletion<String>) throws(Trap) in
                try call.fiber.eventLoop.assumeIsolated().execute { completion.complete("hello") }
            }
        }
        #expect(try await runner.call(plan, "ask").get() == [.u32(505)])
    }

    @Test func `an allocator of the caller does not see the context of the callee`() async throws {
        let plan = try runner.plan(
            """
            (component
              \(teller)
              (component $Asker \(asker("")))
              (instance $teller (instantiate $Teller))
              (instance $asker (instantiate $Asker (with "text" (func $teller "text"))))
              (export "ask" (func $asker "ask")))
            """)
        #expect(try await runner.call(plan, "ask").get() == [.u32(505)])
    }
}
