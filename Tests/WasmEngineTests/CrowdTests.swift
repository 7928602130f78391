import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import WasmEngine

/// Guests of one kind that all want to compute.
@Suite("Crowds of guests")
struct CrowdTests {
    let runner = GuestRunner.shared

    /// Computes until `step` says that it is enough.
    private static let busy = """
        (module (import "h" "begin" (func $begin)) (import "h" "step" (func $step (result i32)))
          (func (export "run") (call $begin)
            (loop $again (br_if $again (i32.eqz (call $step))))))
        """

    /// What happened to the guests of a test.
    private final class Course: Sendable {
        struct State {
            var begun = 0
            var most = 0
            /// Whether the turn is over in which they were started.
            var areStarted = false
            var results: [Result<[Value], Trap>] = []
        }
        private let state = Mutex(State())
        var now: State { state.withLock { $0 } }

        func begins() {
            state.withLock {
                $0.begun += 1
                $0.most = max($0.most, $0.begun - $0.results.count)
            }
        }

        func started() { state.withLock { $0.areStarted = true } }

        func ended(_ result: Result<[Value], Trap>) { state.withLock { $0.results.append(result) } }
    }

    /// An entry into a guest that computes until it is enough.
    private func entry(
        _ course: Course, until isEnough: @escaping @Sendable () -> Bool
    ) throws -> EntryPoint {
        let linker = try Linker(engine: runner.engine)
        try linker.define("h", "begin", [], []) { _, _ throws(Trap) in course.begins() }
        try linker.define("h", "step", [], [.i32]) { _, values throws(Trap) in
            values[i32: 0] = isEnough() ? 1 : 0
        }
        let module = try Module(engine: runner.engine, binary: WasmText.binary(fromText: Self.busy))
        return try EntryPoint(linker.template(for: module), "run")
    }

    /// A fiber that was started.
    private static func start(
        _ entry: EntryPoint, kind: EntryPoint?, on scheduler: FiberScheduler,
        limits: FiberLimits = FiberLimits(), _ course: Course
    ) throws -> Fiber {
        let fiber = Fiber(
            store: try Store(engine: entry.template.module.engine), scheduler: scheduler, limits: limits,
            entry: .fresh(entry, []), completion: course.ended)
        fiber.kind = kind.map { ObjectIdentifier($0.template) }
        fiber.start()
        return fiber
    }

    private func results(_ count: Int, of course: Course) async throws -> [Result<[Value], Trap>] {
        try await eventually("all guests end") { course.now.results.count == count }
        return course.now.results
    }

    /// A scheduler of the test's own; guests of it stay young for an hour where nothing else is said.
    private func scheduler(youth: TimeAmount = .hours(1)) throws -> LoopConfined<FiberScheduler> {
        try LoopConfined(on: runner.scheduler.loop) { [engine = runner.engine] loop in
            FiberScheduler(engine: engine, eventLoop: loop, crowds: FiberCrowds(youth: youth))
        }
    }

    /// Starts so many in one turn of the loop; each computes until `isEnough`. Waits for their ends.
    ///
    /// - Returns: how many had begun at the end of that turn, and what became of them.
    private func run(
        _ count: Int, ofAKind: Bool, youth: TimeAmount = .hours(1),
        until isEnough: @escaping @Sendable (Course.State) -> Bool
    ) async throws -> (atOnce: Int, state: Course.State) {
        let course = Course()
        let entry = try entry(course) { isEnough(course.now) }
        let scheduler = try scheduler(youth: youth)
        let atOnce = try await scheduler.onLoop { (scheduler, promise: EventLoopPromise<Int>) in
            for _ in 0..<count {
                _ = try Self.start(entry, kind: ofAKind ? entry : nil, on: scheduler, course)
            }
            promise.succeed(course.now.begun)
            course.started()
        }
        for result in try await results(count, of: course) { #expect(try result.get() == []) }
        return (atOnce, course.now)
    }

    @Test func `a few of a kind compute at once, the others begin as those end`() async throws {
        let (atOnce, state) = try await run(20, ofAKind: true) {
            $0.areStarted && $0.begun >= FiberCrowds.sizeMax
        }
        #expect(atOnce <= FiberCrowds.sizeMax)
        #expect(state.begun == 20 && state.most == FiberCrowds.sizeMax)
    }

    @Test func `guests of no kind all begin`() async throws {
        let (_, state) = try await run(20, ofAKind: false) { $0.begun == 20 }
        #expect(state.most == 20)
    }

    @Test func `endless guests keep no others of their kind from beginning`() async throws {
        let (_, state) = try await run(12, ofAKind: true, youth: .milliseconds(5)) { $0.begun == 12 }
        #expect(state.most == 12)
    }

    @Test func `guests of another kind begin at once`() async throws {
        let (busy, quick) = (Course(), Course())
        let busyEntry = try entry(busy) { !quick.now.results.isEmpty }
        let quickEntry = try entry(quick) { true }
        try await scheduler().onLoop { scheduler, promise in
            for _ in 0..<(FiberCrowds.sizeMax + 1) {
                _ = try Self.start(busyEntry, kind: busyEntry, on: scheduler, busy)
            }
            _ = try Self.start(quickEntry, kind: quickEntry, on: scheduler, quick)
            #expect(busy.now.begun <= FiberCrowds.sizeMax)
            promise.succeed(())
        }
        #expect(try await results(1, of: quick)[0].get() == [])
        _ = try await results(FiberCrowds.sizeMax + 1, of: busy)
    }

    @Test func `a guest that is cancelled before it began never does`() async throws {
        let (course, signal) = (Course(), Course())
        let entry = try entry(course) { !signal.now.results.isEmpty }
        try await scheduler().onLoop { scheduler, promise in
            for _ in 0..<FiberCrowds.sizeMax { _ = try Self.start(entry, kind: entry, on: scheduler, course) }
            let held = try Self.start(entry, kind: entry, on: scheduler, course)
            held.cancel("nobody waits")
            _ = try Self.start(entry, kind: entry, on: scheduler, course)
            signal.ended(.success([]))
            promise.succeed(())
        }
        let results = try await results(FiberCrowds.sizeMax + 2, of: course)
        #expect(course.now.begun == FiberCrowds.sizeMax + 1)
        let traps = results.compactMap { if case .failure(let trap) = $0 { trap } else { nil } }
        #expect(traps.map(\.reason) == [.cancelled])
    }

    @Test func `a guest whose deadline passes before it began never does`() async throws {
        let course = Course()
        let entry = try entry(course) { !course.now.results.isEmpty }
        try await scheduler().onLoop { scheduler, promise in
            for _ in 0..<FiberCrowds.sizeMax { _ = try Self.start(entry, kind: entry, on: scheduler, course) }
            let limits = FiberLimits(deadline: .milliseconds(1))
            _ = try Self.start(entry, kind: entry, on: scheduler, limits: limits, course)
            promise.succeed(())
        }
        let results = try await results(FiberCrowds.sizeMax + 1, of: course)
        #expect(course.now.begun == FiberCrowds.sizeMax)
        let traps = results.compactMap { if case .failure(let trap) = $0 { trap } else { nil } }
        #expect(traps.map(\.reason) == [.deadline])
    }
}
