import ComponentModel
import NIOCore
import TestSupport
import Testing
import WasmEngine

@testable import ComponentRuntime

@Suite struct AsyncTests {
    private let runner = ComponentRunner.shared

    /// Exports an async function that calls the host's `work` synchronously and adds one.
    private func worker(_ importType: String) -> String {
        """
        (component
          (import "work" (func $work \(importType) (param "n" u32) (result u32)))
          (core func $work' (canon lower (func $work)))
          (core module $Main
            (import "" "work" (func $work (param i32) (result i32)))
            (func (export "run") (param i32) (result i32)
              (i32.add (call $work (local.get 0)) (i32.const 1)))
            (func (export "spin") (loop (br 0))))
          (core instance $main (instantiate $Main (with "" (instance (export "work" (func $work'))))))
          (func (export "run") async (param "n" u32) (result u32) (canon lift (core func $main "run")))
          (func (export "spin") async (canon lift (core func $main "spin"))))
        """
    }

    @Test func `an async function of the host completes later`() async throws {
        let plan = try runner.plan(worker("async")) { linker in
            linker.root.asyncFunction("work") {
                (call: borrowing ComponentCall, completion: HostCompletion<UInt32>, number: UInt32)
                    throws(Trap) in
                let loop = try call.fiber.eventLoop
                loop.assumeIsolated().execute { completion.complete(number * 2) }
            }
        }
        #expect(try await runner.call(plan, "run", with: [.u32(20)]).get() == [.u32(41)])
    }

    @Test func `an async function of the host completes at once`() async throws {
        let plan = try runner.plan(worker("async")) { linker in
            linker.root.asyncFunction("work") {
                (_: borrowing ComponentCall, completion: HostCompletion<UInt32>, number: UInt32) throws(Trap)
                in
                completion.complete(number * 2)
            }
        }
        #expect(try await runner.call(plan, "run", with: [.u32(20)]).get() == [.u32(41)])
    }

    @Test func `a function of the host waits on the fiber from inside of a task's own stack`() async throws {
        let plan = try runner.plan(worker("")) { linker in
            linker.root.function("work") {
                (call: borrowing ComponentCall, number: UInt32) throws(Trap) -> UInt32 in
                let fiber = try call.fiber
                let promise = fiber.eventLoop.makePromise(of: UInt32.self)
                fiber.eventLoop.execute { promise.succeed(number * 2) }
                return (try? fiber.wait(for: promise.futureResult).get()) ?? 0
            }
        }
        #expect(try await runner.call(plan, "run", with: [.u32(20)]).get() == [.u32(41)])
    }

    @Test func `a task that only computes gives way and ends at its budget`() async throws {
        let plan = try runner.plan(worker("")) { linker in
            linker.root.function("work") {
                (_: borrowing ComponentCall, number: UInt32) throws(Trap) -> UInt32 in
                number
            }
        }
        let spinning = Task {
            try await runner.call(
                plan, "spin", limits: FiberLimits(cpuBudget: .milliseconds(30), deadline: .seconds(30)))
        }
        #expect(try await runner.call(plan, "run", with: [.u32(1)]).get() == [.u32(2)])
        #expect(trap(of: try await spinning.value)?.reason == .cpuBudget)
    }

    @Test func `a call of the host that never completes ends at the deadline`() async throws {
        let plan = try runner.plan(worker("async")) { linker in
            linker.root.asyncFunction("work") {
                (_: borrowing ComponentCall, _: HostCompletion<UInt32>, _: UInt32) throws(Trap) in
            }
        }
        let limits = FiberLimits(cpuBudget: .seconds(1), deadline: .milliseconds(50))
        let result = try await runner.call(plan, "run", with: [.u32(1)], limits: limits)
        #expect(trap(of: result)?.reason == .deadline)
    }

    @Test func `stacks of calls that were cut off are given back`() async throws {
        let plan = try runner.plan(worker("async")) { linker in
            linker.root.asyncFunction("work") {
                (call: borrowing ComponentCall, completion: HostCompletion<UInt32>, _: UInt32) throws(Trap) in
                try call.fiber.cancel("enough")
            }
        }
        // More than the engine has stacks, so a leak ends in exhaustion.
        for _ in 0..<5_000 {
            let result = try await runner.call(plan, "run", with: [.u32(1)])
            #expect(trap(of: result)?.reason == .cancelled)
        }
        #expect(trap(of: try await runner.call(plan, "run", with: [.u32(1)]))?.reason == .cancelled)
    }

    @Test func `an answer to an instance that is gone is ignored`() async throws {
        let late = Recorder<(@Sendable () -> Void)?>(nil)
        let plan = try runner.plan(worker("async")) { linker in
            linker.root.asyncFunction("work") {
                (call: borrowing ComponentCall, completion: HostCompletion<UInt32>, _: UInt32) throws(Trap) in
                let bound = NIOLoopBound(completion, eventLoop: try call.fiber.eventLoop)
                late.change { $0 = { bound.value.complete(1) } }
            }
        }
        let limits = FiberLimits(cpuBudget: .seconds(1), deadline: .milliseconds(20))
        let result = try await runner.call(plan, "run", with: [.u32(1)], limits: limits)
        #expect(trap(of: result)?.reason == .deadline)
        let answer = try #require(late.value)
        try await runner.scheduler.loop.submit(answer).get()
    }
}
