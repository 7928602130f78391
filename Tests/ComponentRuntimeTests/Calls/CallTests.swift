import ComponentModel
import NIOCore
import TestSupport
import Testing
import WasmEngine

@testable import ComponentRuntime

/// Calls that share an instance.
@Suite struct CallTests {
    private let runner = ComponentRunner.shared

    typealias Run = TypedFunction<CanonicalTuple<UInt32>, UInt32>

    /// `run(n)` and `single(n)` return what the host's `work(n)` says; `single` has the instance to itself. For odd n
    /// `run` calls `work(n + 100)` when it has returned; for 0 it traps. `spin` never ends.
    private static let guest = """
        (component
          (import "work" (func $work async (param "n" u32) (result u32)))
          (core func $work' (canon lower (func $work)))
          (core func $return (canon task.return (result u32)))
          (core module $Main
            (import "" "work" (func $work (param i32) (result i32)))
            (import "" "return" (func $return (param i32)))
            (func (export "run") (param $n i32)
              (if (i32.eqz (local.get $n)) (then (unreachable)))
              (call $return (call $work (local.get $n)))
              (if (i32.and (local.get $n) (i32.const 1))
                (then (drop (call $work (i32.add (local.get $n) (i32.const 100)))))))
            (func (export "single") (param $n i32) (result i32) (call $work (local.get $n)))
            (func (export "spin") (param $n i32) (result i32) (loop $more (br $more)) (unreachable)))
          (core instance $main (instantiate $Main (with "" (instance
            (export "work" (func $work')) (export "return" (func $return))))))
          (func (export "run") async (param "n" u32) (result u32)
            (canon lift (core func $main "run") async))
          (func (export "single") async (param "n" u32) (result u32)
            (canon lift (core func $main "single")))
          (func (export "spin") async (param "n" u32) (result u32) (canon lift (core func $main "spin"))))
        """

    /// The host's `work`: keeps what it is asked until the test answers.
    private final class Desk {
        var open: [UInt32: HostCompletion<UInt32>] = [:]
        var cancelled: [UInt32] = []
        var onAsk: (UInt32) -> Void = { _ in }

        func answer(_ number: UInt32) { open.removeValue(forKey: number)?.complete(number * 10) }

        /// Goes on once the guest has asked for all of these: a guest whose time slice is over, as happens on a busy
        /// machine, asks in a later turn of the loop.
        func whenAsked(_ numbers: UInt32..., on loop: any EventLoop, then body: @escaping () -> Void) {
            wait(for: numbers, loop.assumeIsolated(), body)
        }

        private func wait(
            for numbers: [UInt32], _ loop: NIOIsolatedEventLoop, _ body: @escaping () -> Void
        ) {
            if numbers.allSatisfy({ open[$0] != nil }) { return body() }
            loop.execute { self.wait(for: numbers, loop, body) }
        }
    }

    private static let deskKey = StateKey<Desk>()

    /// The same `run` behind a component that only hands calls on, twice.
    private static let chain = """
        (component $Chain
          (import "work" (func $work async (param "n" u32) (result u32)))
          (component $Inner
            (import "work" (func $work async (param "n" u32) (result u32)))
            (core func $work' (canon lower (func $work)))
            (core func $return (canon task.return (result u32)))
            (core module $Main
              (import "" "work" (func $work (param i32) (result i32)))
              (import "" "return" (func $return (param i32)))
              (func (export "run") (param $n i32)
                (call $return (call $work (local.get $n)))
                (if (i32.and (local.get $n) (i32.const 1))
                  (then (drop (call $work (i32.add (local.get $n) (i32.const 100))))))
                (if (i32.eq (local.get $n) (i32.const 5)) (then unreachable))))
            (core instance $main (instantiate $Main (with "" (instance
              (export "work" (func $work')) (export "return" (func $return))))))
            (func (export "run") async (param "n" u32) (result u32) (canon lift (core func $main "run") async)))
          (component $Outer
            (import "next" (func $next async (param "n" u32) (result u32)))
            (core func $next' (canon lower (func $next)))
            (core module $Main
              (import "" "next" (func $next (param i32) (result i32)))
              (func (export "run") (param i32) (result i32) (call $next (local.get 0))))
            (core instance $main (instantiate $Main (with "" (instance (export "next" (func $next'))))))
            (func (export "run") async (param "n" u32) (result u32) (canon lift (core func $main "run"))))
          (instance $inner (instantiate $Inner (with "work" (func $work))))
          (instance $middle (instantiate $Outer (with "next" (func $inner "run"))))
          (instance $outer (instantiate $Outer (with "next" (func $middle "run"))))
          (export "run" (func $outer "run"))
          (export "single" (func $outer "run"))
          (export "spin" (func $outer "run")))
        """

    private func plan(_ text: String = guest) throws -> ComponentPlan {
        try runner.plan(text) { linker in
            linker.root.asyncFunction("work") {
                (call: borrowing ComponentCall, completion: HostCompletion<UInt32>, number: UInt32)
                    throws(Trap) in
                let desk = call.state(Self.deskKey)
                desk.open[number] = completion
                completion.onCancel { [unowned desk] in desk.cancelled.append(number) }
                desk.onAsk(number)
            }
        }
    }

    private func function(_ plan: ComponentPlan, _ name: String) throws -> Run {
        try plan.function(name, parameters: CanonicalTuple<UInt32>.self, result: UInt32.self)
    }

    /// What a test has in hand on the loop.
    private struct Scene {
        let instance: ComponentInstance
        let desk: Desk
        let scheduler: FiberScheduler
        let run: Run
        let single: Run
        let spin: Run

        func start(
            _ function: Run, _ number: UInt32, _ limits: CallLimits = CallLimits(),
            completion: @escaping (Result<UInt32, Trap>) -> Void
        ) -> GuestCall {
            instance.start(
                function, CanonicalTuple(number), on: scheduler, limits: limits, completion: completion)
        }
    }

    private func scene<Success: Sendable>(
        _ text: String = guest,
        _ body: @escaping @Sendable (Scene, EventLoopPromise<Success>) throws -> Void
    ) async throws -> Success {
        let plan = try plan(text)
        let (run, single, spin) = (
            try function(plan, "run"), try function(plan, "single"), try function(plan, "spin")
        )
        return try await runner.scheduler.onLoop { scheduler, promise in
            let instance = try ComponentInstance(plan)
            let desk = Desk()
            instance.store[Self.deskKey] = desk
            try body(
                Scene(
                    instance: instance, desk: desk, scheduler: scheduler, run: run, single: single, spin: spin
                ), promise)
            // The instance lives until the test is over.
            promise.futureResult.assumeIsolated().whenComplete { _ in withExtendedLifetime(instance) {} }
        }
    }

    @Test func `calls overlap`() async throws {
        let results = try await scene { (scene, promise: EventLoopPromise<[UInt32]>) in
            var results: [UInt32] = []
            for number in [UInt32(2), 4, 6] {
                _ = scene.start(scene.run, number) { result in
                    results.append((try? result.get()) ?? 0)
                    if results.count == 3 { promise.succeed(results) }
                }
            }
            scene.desk.whenAsked(2, 4, 6, on: promise.futureResult.eventLoop) {
                #expect(scene.instance.callCount == 3)
                for number in [UInt32(4), 6, 2] { scene.desk.answer(number) }
            }
        }
        #expect(results == [40, 60, 20])
    }

    @Test func `an instance is called again after its driver has ended`() async throws {
        let results = try await scene { (scene, promise: EventLoopPromise<[UInt32]>) in
            var results: [UInt32] = []
            scene.desk.onAsk = { scene.desk.answer($0) }
            func next(_ number: UInt32) {
                let call = scene.start(scene.run, number) { result in
                    results.append((try? result.get()) ?? 0)
                }
                call.onSettled = { _ in if number < 8 { next(number + 2) } else { promise.succeed(results) } }
                if call.isSettled {
                    if number < 8 { next(number + 2) } else { promise.succeed(results) }
                }
            }
            next(2)
        }
        #expect(results == [20, 40, 60, 80])
    }

    @Test func `work goes on after the result, and its end is told`() async throws {
        let steps = try await scene { (scene, promise: EventLoopPromise<[String]>) in
            var steps: [String] = []
            scene.desk.onAsk = { steps.append("ask \($0)") }
            let call = scene.start(scene.run, 3) { result in
                steps.append("result \((try? result.get()) ?? 0)")
            }
            call.onSettled = { trap in
                steps.append("settled \(trap == nil)")
                promise.succeed(steps)
            }
            let loop = promise.futureResult.eventLoop
            scene.desk.whenAsked(3, on: loop) {
                scene.desk.answer(3)
                scene.desk.whenAsked(103, on: loop) {
                    #expect(!call.isSettled && call.isResolved)
                    scene.desk.answer(103)
                }
            }
        }
        #expect(steps == ["ask 3", "result 30", "ask 103", "settled true"])
    }

    @Test func `a call lasts as long as what its callees still do`() async throws {
        let steps = try await scene(Self.chain) { (scene, promise: EventLoopPromise<[String]>) in
            var steps: [String] = []
            scene.desk.onAsk = { number in
                steps.append("ask \(number)")
                if number < 100 { scene.desk.answer(number) }
            }
            let long = scene.start(scene.run, 3) { result in
                steps.append("result \((try? result.get()) ?? 0)")
            }
            long.onSettled = { trap in
                steps.append("settled \(trap == nil)")
                promise.succeed(steps)
            }
            // Both share the instance; what one still does keeps only its own call.
            let short = scene.start(scene.run, 2) { _ in }
            let finish = {
                steps.append("short settled")
                #expect(long.isResolved && !long.isSettled)
                scene.desk.answer(103)
            }
            if short.isSettled { finish() } else { short.onSettled = { _ in finish() } }
        }
        #expect(Set(steps.dropLast(2)) == ["ask 3", "ask 103", "result 30", "ask 2"])
        #expect(steps.suffix(2) == ["short settled", "settled true"])
    }

    @Test func `a callee that traps after the result ends the instance`() async throws {
        let reason = try await scene(Self.chain) { (scene, promise: EventLoopPromise<Trap.Reason?>) in
            scene.desk.onAsk = { scene.desk.answer($0) }
            let call = scene.start(scene.run, 5) { _ in }
            if call.isSettled { promise.succeed(scene.instance.isPoisoned ? .unreachable : nil) }
            call.onSettled = { trap in promise.succeed(trap?.reason) }
        }
        #expect(reason == .unreachable)
    }

    @Test func `what a callee does after the result has a deadline too`() async throws {
        let reason = try await scene(Self.chain) { (scene, promise: EventLoopPromise<Trap.Reason?>) in
            scene.desk.onAsk = { if $0 == 3 { scene.desk.answer(3) } }
            let limits = CallLimits(deadline: .seconds(60), settling: .milliseconds(20))
            let call = scene.start(scene.run, 3, limits) { _ in }
            call.onSettled = { trap in promise.succeed(trap?.reason) }
        }
        #expect(reason == .deadline)
    }

    @Test func `a trap fails every call and ends the instance`() async throws {
        let reasons = try await scene { (scene, promise: EventLoopPromise<[Trap.Reason?]>) in
            var reasons: [Trap.Reason?] = []
            func note(_ result: Result<UInt32, Trap>) {
                if case .failure(let trap) = result {
                    reasons.append(trap.reason)
                } else {
                    reasons.append(nil)
                }
            }
            _ = scene.start(scene.run, 2, completion: note)
            let call = scene.start(scene.run, 0, completion: note)
            call.onSettled = { _ in
                _ = scene.start(scene.run, 4, completion: note)
                promise.succeed(reasons)
            }
            if call.isSettled { promise.succeed(reasons) }
        }
        #expect(reasons.prefix(2) == [.unreachable, .unreachable])
    }

    @Test func `a call that is cancelled leaves the others alone`() async throws {
        let results = try await scene { (scene, promise: EventLoopPromise<[String]>) in
            var results: [String] = []
            let first = scene.start(scene.run, 2) { result in
                if case .failure(let trap) = result { results.append("\(trap.reason)") }
            }
            let second = scene.start(scene.run, 4) { result in
                results.append("\((try? result.get()) ?? 0)")
            }
            second.onSettled = { _ in promise.succeed(results) }
            scene.desk.whenAsked(2, 4, on: promise.futureResult.eventLoop) {
                first.cancel()
                #expect(!first.isSettled)
                scene.desk.answer(2)
                scene.desk.answer(4)
            }
        }
        #expect(results == ["cancelled", "40"])
    }

    @Test func `a call that waits for its turn is cancelled before it begins`() async throws {
        let isSettled = try await scene { (scene, promise: EventLoopPromise<Bool>) in
            let first = scene.start(scene.single, 2) { _ in }
            let second = scene.start(scene.single, 4) { _ in }
            first.onSettled = { _ in promise.succeed(scene.desk.open.isEmpty) }
            scene.desk.whenAsked(2, on: promise.futureResult.eventLoop) {
                #expect(Array(scene.desk.open.keys) == [2])
                second.cancel()
                #expect(second.isSettled)
                scene.desk.answer(2)
            }
        }
        #expect(isSettled)
    }

    @Test func `each call has its own deadline`() async throws {
        let results = try await scene { (scene, promise: EventLoopPromise<[String]>) in
            var results: [String] = []
            let limits = CallLimits(deadline: .milliseconds(20))
            _ = scene.start(scene.run, 2, limits) { result in
                if case .failure(let trap) = result { results.append("\(trap.reason)") }
                scene.desk.whenAsked(4, on: promise.futureResult.eventLoop) { scene.desk.answer(4) }
            }
            _ = scene.start(scene.run, 4) { result in
                results.append("\((try? result.get()) ?? 0)")
                promise.succeed(results)
            }
        }
        #expect(results == ["deadline", "40"])
    }

    @Test func `a call that ignores the end of its time ends when the others have ended`() async throws {
        let steps = try await scene { (scene, promise: EventLoopPromise<[String]>) in
            var steps: [String] = []
            let note = { (name: String, result: Result<UInt32, Trap>) in
                switch result {
                case .success(let value): steps.append("\(name) \(value)")
                case .failure(let trap): steps.append("\(name) \(trap.reason)")
                }
            }
            let limits = CallLimits(deadline: .milliseconds(20), grace: .milliseconds(20))
            let loop = promise.futureResult.eventLoop
            let late = scene.start(scene.run, 2, limits) { result in
                note("late", result)
                #expect(!scene.instance.acceptsCalls)
                _ = scene.start(scene.run, 6) { note("new", $0) }
                // Well after its grace time the late call is where it was, and the other may end well.
                loop.assumeIsolated().scheduleTask(in: .milliseconds(100)) { scene.desk.answer(4) }
            }
            late.onSettled = { trap in
                steps.append("settled \(trap.map { "\($0.reason)" } ?? "well")")
                promise.succeed(steps)
            }
            _ = scene.start(scene.run, 4) { note("other", $0) }
        }
        #expect(steps == ["late deadline", "new cancelled", "other 40", "settled deadline"])
    }

    @Test func `a call that nobody shares ends with its deadline`() async throws {
        let reason = try await scene { (scene, promise: EventLoopPromise<Trap.Reason?>) in
            let limits = CallLimits(deadline: .milliseconds(20))
            let call = scene.start(scene.run, 2, limits) { _ in }
            call.onSettled = { trap in
                #expect(scene.instance.isPoisoned)
                promise.succeed(trap?.reason)
            }
        }
        #expect(reason == .deadline)
    }

    @Test func `what comes after the result has a deadline too`() async throws {
        let reason = try await scene { (scene, promise: EventLoopPromise<Trap.Reason?>) in
            let limits = CallLimits(deadline: .seconds(60), settling: .milliseconds(20))
            let call = scene.start(scene.run, 3, limits) { _ in }
            call.onSettled = { trap in promise.succeed(trap?.reason) }
            scene.desk.whenAsked(3, on: promise.futureResult.eventLoop) { scene.desk.answer(3) }
        }
        #expect(reason == .deadline)
    }

    @Test func `a call that only computes ends with its budget`() async throws {
        let reason = try await scene { (scene, promise: EventLoopPromise<Trap.Reason?>) in
            let limits = CallLimits(cpuBudget: .milliseconds(20))
            // On a busy machine the budget may be used up in the first slice, before this returns.
            _ = scene.start(scene.spin, 2, limits) { result in
                guard case .failure(let trap) = result else { return promise.succeed(nil) }
                promise.succeed(trap.reason)
            }
        }
        #expect(reason == .cpuBudget)
    }

    @Test func `an instance that goes away cancels what goes on in it`() async throws {
        let plan = try plan()
        let run = try function(plan, "run")
        let (reason, cancelled) = try await runner.scheduler.onLoop {
            (scheduler, promise: EventLoopPromise<(Trap.Reason?, [UInt32])>) in
            var instance: ComponentInstance? = try ComponentInstance(plan)
            let desk = Desk()
            instance?.store[Self.deskKey] = desk
            let call = instance?.start(run, CanonicalTuple(2), on: scheduler) { _ in }
            call?.onSettled = { trap in promise.succeed((trap?.reason, desk.cancelled)) }
            desk.whenAsked(2, on: promise.futureResult.eventLoop) { instance = nil }
        }
        #expect(reason == .cancelled)
        #expect(cancelled == [2])
    }

    @Test func `a call that nothing can wake is a deadlock`() async throws {
        let plan = try runner.plan(
            """
            (component
              (core func $new (canon waitable-set.new))
              (core module $Memory (memory (export "memory") 1))
              (core instance $memory (instantiate $Memory))
              (core func $wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
              (core module $Main
                (import "" "new" (func $new (result i32)))
                (import "" "wait" (func $wait (param i32 i32) (result i32)))
                (func (export "run") (param i32) (result i32) (call $wait (call $new) (i32.const 16))))
              (core instance $main (instantiate $Main (with "" (instance
                (export "new" (func $new)) (export "wait" (func $wait))))))
              (func (export "run") async (param "n" u32) (result u32) (canon lift (core func $main "run"))))
            """)
        let run = try function(plan, "run")
        let message = try await runner.scheduler.onLoop { (scheduler, promise: EventLoopPromise<String>) in
            let instance = try ComponentInstance(plan)
            instance.start(run, CanonicalTuple(2), on: scheduler) { result in
                if case .failure(let trap) = result { promise.succeed(trap.message) }
                withExtendedLifetime(instance) {}
            }
        }
        #expect(message == CanonicalTrap.deadlock.message)
    }

    private enum Token: CanonicalResource { static let resourceType = RuntimeResourceType.host() }

    @Test func `resources that a guest still owns go with its instance`() async throws {
        let destroyed = Recorder<[UInt64]>([])
        let plan = try runner.plan(
            """
            (component
              (import "test:host/tokens" (instance $tokens
                (export "token" (type $token (sub resource)))
                (export "make" (func (result (own $token))))))
              (core func $make (canon lower (func $tokens "make")))
              (core module $Main
                (import "" "make" (func $make (result i32)))
                (func (export "run") (param i32) (result i32)
                  (drop (call $make)) (drop (call $make)) (i32.const 1)))
              (core instance $main (instantiate $Main (with "" (instance (export "make" (func $make))))))
              (func (export "run") (param "n" u32) (result u32) (canon lift (core func $main "run"))))
            """
        ) { linker in
            let interface = linker.interface("test:host/tokens")
            interface.resource("token", Token.self) { _, representation in
                destroyed.change { $0.append(representation) }
            }
            let next = Recorder<UInt64>(6)
            interface.function("make") { (_: borrowing ComponentCall) throws(Trap) -> Own<Token> in
                next.change { $0 += 1 }
                return Own(representation: next.value)
            }
        }
        let run = try function(plan, "run")
        let isSettled = try await runner.scheduler.onLoop { (scheduler, promise: EventLoopPromise<Bool>) in
            let instance = try ComponentInstance(plan)
            let call = instance.start(run, CanonicalTuple(2), on: scheduler) { _ in }
            promise.succeed(call.isSettled && destroyed.value.isEmpty)
        }
        #expect(isSettled)
        #expect(destroyed.value.sorted() == [7, 8])
    }
}
