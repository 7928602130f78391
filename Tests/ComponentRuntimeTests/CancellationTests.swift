import ComponentModel
import NIOCore
import Testing
import WasmEngine

@testable import ComponentRuntime

@Suite struct CancellationTests {
    private let runner = ComponentRunner.shared

    /// `park` waits for an event that never comes; `hold` has the instance to itself until the host lets it go on.
    private let server = """
        (component $Server
          (import "gate" (func $gate async))
          (core func $gate' (canon lower (func $gate)))
          (core func $set (canon waitable-set.new))
          (core func $cancel (canon task.cancel))
          (core module $Main
            (import "" "gate" (func $gate))
            (import "" "set" (func $set (result i32)))
            (import "" "cancel" (func $cancel))
            (func (export "park") (result i32) (i32.or (i32.const 2) (i32.shl (call $set) (i32.const 4))))
            (func (export "told") (param i32 i32 i32) (result i32)
              (if (i32.ne (local.get 0) (i32.const 6)) (then unreachable))
              (call $cancel)
              (i32.const 0))
            (func (export "hold") (call $gate)))
          (core instance $main (instantiate $Main (with "" (instance
            (export "gate" (func $gate')) (export "set" (func $set)) (export "cancel" (func $cancel))))))
          (func (export "park") async
            (canon lift (core func $main "park") async (callback (core func $main "told"))))
          (func (export "hold") async (canon lift (core func $main "hold"))))
        """

    /// Cancels `park` while `hold` has the instance, waits for its end, and gives the state that it ended with.
    private let client = """
        (component $Client
          (import "park" (func $park async))
          (import "hold" (func $hold async))
          (core func $park' (canon lower (func $park) async))
          (core func $hold' (canon lower (func $hold) async))
          (core func $cancel (canon subtask.cancel async))
          (core func $set (canon waitable-set.new))
          (core func $join (canon waitable.join))
          (core module $Memory (memory (export "memory") 1))
          (core instance $memory (instantiate $Memory))
          (core func $wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
          (core module $Main
            (import "" "memory" (memory 1))
            (import "" "park" (func $park (result i32)))
            (import "" "hold" (func $hold (result i32)))
            (import "" "cancel" (func $cancel (param i32) (result i32)))
            (import "" "set" (func $set (result i32)))
            (import "" "join" (func $join (param i32 i32)))
            (import "" "wait" (func $wait (param i32 i32) (result i32)))
            (func (export "run") (result i32)
              (local $task i32) (local $set i32)
              (local.set $task (i32.shr_u (call $park) (i32.const 4)))
              (drop (call $hold))
              (if (i32.ne (call $cancel (local.get $task)) (i32.const -1)) (then unreachable))
              (local.set $set (call $set))
              (call $join (local.get $task) (local.get $set))
              (drop (call $wait (local.get $set) (i32.const 16)))
              (i32.load (i32.const 20))))
          (core instance $main (instantiate $Main (with "" (instance
            (export "memory" (memory $memory "memory")) (export "park" (func $park'))
            (export "hold" (func $hold')) (export "cancel" (func $cancel)) (export "set" (func $set))
            (export "join" (func $join)) (export "wait" (func $wait))))))
          (func (export "run") async (result u32) (canon lift (core func $main "run"))))
        """

    @Test func `a task that waits learns of its cancellation as soon as its instance is free`() async throws {
        let text = """
            (component
              (import "gate" (func $gate async))
              \(server)
              \(client)
              (instance $server (instantiate $Server (with "gate" (func $gate))))
              (instance $client (instantiate $Client
                (with "park" (func $server "park")) (with "hold" (func $server "hold"))))
              (export "run" (func $client "run")))
            """
        let plan = try runner.plan(text) { linker in
            linker.root.asyncFunction("gate") {
                (call: borrowing ComponentCall, completion: HostCompletion<NoValue>) throws(Trap) in
                // Runs when nothing in the component can go on: after the request.
                try call.fiber.eventLoop.assumeIsolated().execute { completion.complete(NoValue()) }
            }
        }
        let cancelledBeforeReturned: UInt32 = 4
        #expect(try await runner.call(plan, "run").get() == [.u32(cancelledBeforeReturned)])
    }
}
