import NIOCore
import TestSupport
import Testing

@testable import WasmEngine

@Suite struct FiberTests {
    let runner = GuestRunner.shared

    static let countingLoop = """
        (module (import "h" "step" (func $step (param i32) (result i32))) (memory (export "memory") 1)
          (func (export "run") (param $n i32) (result i32) (local $x i32)
            (loop $again
              (local.set $x (call $step (local.get $x)))
              (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (local.get $x)))
        """

    @Test func aGuestReturnsItsResults() async throws {
        let result = try await runner.run(
            "(module (func (export \"run\") (param i32 i64) (result i64) (i64.add (i64.extend_i32_s (local.get 0)) (local.get 1))))",
            "run", [.i32(-2), .i64(44)])
        #expect(try result.get() == [.i64(42)])
    }

    @Test func aHostFunctionWaitsAndTheGuestGoesOn() async throws {
        let result = try await runner.run(Self.countingLoop, "run", [.i32(100)]) { linker in
            try linker.define("h", "step", [.i32], [.i32]) { call, values throws(Trap) in
                let text = "a heap value that lives across the suspension: \(values[i32: 0])"
                let fiber = try call.fiber
                try fiber.suspend { waker in fiber.eventLoop.execute { waker.wake() } }
                values[i32: 0] += text.isEmpty ? 0 : 1
            }
        }
        #expect(try result.get() == [.i32(100)])
    }

    @Test func aWakerUsedAtOnceMeansNoWait() async throws {
        let result = try await runner.run(Self.countingLoop, "run", [.i32(10)]) { linker in
            try linker.define("h", "step", [.i32], [.i32]) { call, values throws(Trap) in
                try call.fiber.suspend { $0.wake() }
                values[i32: 0] += 1
            }
        }
        #expect(try result.get() == [.i32(10)])
    }

    @Test func aFutureFromAnotherThreadEndsAWait() async throws {
        let result = try await runner.run(Self.countingLoop, "run", [.i32(20)]) { linker in
            try linker.define("h", "step", [.i32], [.i32]) { call, values throws(Trap) in
                let fiber = try call.fiber
                let other = fiber.eventLoop.any()
                let answer = try fiber.wait(for: other.submit { 1 })
                guard case .success(let one) = answer else { throw Trap.host("no answer") }
                values[i32: 0] += Int32(one)
            }
        }
        #expect(try result.get() == [.i32(20)])
    }

    @Test func anEndlessGuestEndsAtItsCPUBudget() async throws {
        let result = try await runner.run(
            "(module (func (export \"run\") (loop $l (br $l))))",
            limits: FiberLimits(cpuBudget: .milliseconds(20)))
        #expect(try trap(of: result).reason == .cpuBudget)
    }

    @Test func anEndlessGuestEndsAtItsDeadline() async throws {
        let result = try await runner.run(
            "(module (func (export \"run\") (loop $l (br $l))))",
            limits: FiberLimits(cpuBudget: .seconds(60), deadline: .milliseconds(30)))
        #expect(try trap(of: result).reason == .deadline)
    }

    @Test func anEndlessStartFunctionEndsToo() async throws {
        let result = try await runner.run(
            "(module (func $s (loop $l (br $l))) (start $s) (func (export \"run\")))",
            limits: FiberLimits(cpuBudget: .milliseconds(20)))
        #expect(try trap(of: result).reason == .cpuBudget)
    }

    @Test func aWaitingGuestEndsAtItsDeadlineAndItsHostFramesUnwind() async throws {
        let unwound = EventCounter()
        let result = try await runner.run(
            Self.countingLoop, "run", [.i32(1)], limits: FiberLimits(deadline: .milliseconds(30))
        ) { linker in
            try linker.define("h", "step", [.i32], [.i32]) { call, _ throws(Trap) in
                defer { unwound.increment() }
                try call.fiber.suspend { _ in }
            }
        }
        #expect(try trap(of: result).reason == .deadline)
        #expect(unwound.value == 1)
    }

    @Test func aDeadlineBroughtForwardEndsAWaitingGuest() async throws {
        let start = NIODeadline.now()
        let result = try await runner.run(
            Self.countingLoop, "run", [.i32(1)], limits: FiberLimits(deadline: .hours(1))
        ) { linker in
            try linker.define("h", "step", [.i32], [.i32]) { call, _ throws(Trap) in
                let fiber = try call.fiber
                try fiber.suspend { _ in
                    fiber.eventLoop.assumeIsolated().execute { fiber.deadline = .now() }
                }
            }
        }
        #expect(try trap(of: result).reason == .deadline)
        // The one it began with is an hour away.
        #expect(NIODeadline.now() - start < .minutes(10))
    }

    @Test func aPostponedDeadlineIsAskedAboutAgain() async throws {
        let questions = EventCounter()
        let result = try await runner.run(
            Self.countingLoop, "run", [.i32(1)], limits: FiberLimits(deadline: .hours(1))
        ) { linker in
            try linker.define("h", "step", [.i32], [.i32]) { call, _ throws(Trap) in
                let fiber = try call.fiber
                fiber.onDeadline = {
                    questions.increment()
                    return questions.value < 3 ? .now() + .milliseconds(5) : nil
                }
                fiber.deadline = .now() + .milliseconds(5)
                try fiber.suspend { _ in }
            }
        }
        #expect(try trap(of: result).reason == .deadline)
        #expect(questions.value == 3)
    }

    @Test func aCancelledGuestUnwinds() async throws {
        let unwound = EventCounter()
        let result = try await runner.run(Self.countingLoop, "run", [.i32(1)]) { linker in
            try linker.define("h", "step", [.i32], [.i32]) { call, _ throws(Trap) in
                defer { unwound.increment() }
                let fiber = try call.fiber
                try fiber.suspend { _ in
                    fiber.eventLoop.assumeIsolated().execute { fiber.cancel("the client went away") }
                }
            }
        }
        #expect(try trap(of: result).reason == .cancelled)
        #expect(try trap(of: result).message == "the client went away")
        #expect(unwound.value == 1)
    }

    @Test func aBusyGuestLetsTheLoopServeOthers() async throws {
        let turns = EventCounter()
        let loop = runner.scheduler.loop
        let ticking = loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(5)) { _ in
            turns.increment()
        }
        _ = try await runner.run(
            "(module (func (export \"run\") (loop $l (br $l))))",
            limits: FiberLimits(cpuBudget: .milliseconds(200)))
        ticking.cancel()
        #expect(turns.value >= 10)
    }

    @Test func aTrapCarriesItsReasonAndNamedBacktrace() async throws {
        let result = try await runner.run(
            "(module $app (func $inner unreachable) (func $outer (export \"run\") (call $inner)))")
        let trap = try trap(of: result)
        #expect(trap.reason == .unreachable)
        #expect(trap.backtrace.compactMap(\.functionName) == ["inner", "outer"])
        #expect(trap.backtrace.first?.moduleName == "app")
    }

    @Test func unboundedRecursionOverflowsTheGuestsStackOnly() async throws {
        let result = try await runner.run("(module (func $f (export \"run\") (call $f)))")
        let trap = try trap(of: result)
        #expect(trap.reason == .stackOverflow)
        #expect(trap.backtrace.count <= Trap.backtraceFramesMax)
    }

    @Test func aHostFunctionsTrapComesBackWithItsReason() async throws {
        let result = try await runner.run(Self.countingLoop, "run", [.i32(1)]) { linker in
            try linker.define("h", "step", [.i32], [.i32]) { _, _ throws(Trap) in throw Trap.exit(7) }
        }
        #expect(try trap(of: result).reason == .exit(7))
    }

    @Test func memoryStopsAtItsLimit() async throws {
        var limits = InstanceLimits()
        limits.memoryBytes = 3 * 65_536
        let result = try await runner.run(
            "(module (memory 1) (func (export \"run\") (result i32 i32) (memory.grow (i32.const 2)) (memory.grow (i32.const 1))))",
            instanceLimits: limits)
        #expect(try result.get() == [.i32(1), .i32(-1)])
    }

    @Test func missingImportsAreListed() async throws {
        let error = await #expect(throws: EngineError.self) {
            _ = try await runner.run(Self.countingLoop)
        }
        #expect(error?.message.contains("h.step: (i32) -> (i32)") == true)
    }
}

@Suite struct SuspensionExportTests {
    let runner = GuestRunner.shared

    @Test(arguments: [
        "(module (import \"h\" \"step\" (func $s (param i32) (result i32))) (func (export \"run\") (result i32) (call $s (i32.const 4))))",
        """
        (module (rec (type $a (struct (field (ref null $b)))) (type $b (array (mut i8)))) (type $s (sub (func)))
          (import "h" "step" (func $step (param i32) (result i32))) (memory (export "memory") 1 2) (table 3 (ref null $a))
          (global (mut i32) (i32.const 0)) (data (i32.const 0) "x")
          (func (export "run") (result i32) (call $step (i32.const 4))))
        """,
    ])
    func aGuestOfAnyShapeCanWait(text: String) async throws {
        let result = try await runner.run(text) { linker in try Self.defineStep(linker) }
        #expect(try result.get() == [.i32(5)])
    }

    @Test func aStartFunctionCanWaitBeforeItsInstanceExists() async throws {
        let result = try await runner.run(
            """
            (module (import "h" "step" (func $step (param i32) (result i32))) (global $g (mut i32) (i32.const 0))
              (func $start (global.set $g (call $step (i32.const 1)))) (start $start)
              (func (export "run") (result i32) (global.get $g)))
            """
        ) { linker in try Self.defineStep(linker) }
        #expect(try result.get() == [.i32(2)])
    }

    @Test func theFunctionIsNotAmongTheModulesExports() throws {
        let binary = try WasmText.binary(fromText: "(module (func (export \"only\")))")
        #expect(try Module(engine: runner.engine, binary: binary).exports.map(\.name) == ["only"])
    }

    private static func defineStep(_ linker: Linker) throws {
        try linker.define("h", "step", [.i32], [.i32]) { call, values throws(Trap) in
            let fiber = try call.fiber
            try fiber.suspend { waker in fiber.eventLoop.execute { waker.wake() } }
            values[i32: 0] += 1
        }
    }
}
