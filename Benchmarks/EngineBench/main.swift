// What the engine costs per event, measured through the same Swift API that the runtime uses: one line of JSON for
// each figure. scripts/bench runs it and puts the lines beside the other results.
import NIOCore
import NIOPosix
import WasmEngine

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

let rounds = 9

let guestText = """
    (module
      (import "h" "increment" (func $increment (param i32) (result i32)))
      (import "h" "wait" (func $wait (param i32) (result i32)))
      (import "h" "back" (func $back (param i32) (result i32)))
      (memory (export "memory") 17) (data (i32.const 1024) "hello world") (table 100 funcref)
      (func (export "once") (param i32) (result i32)
        (i32.store (i32.const 100000) (i32.const 7)) (call $increment (local.get 0)))
      (func (export "callee") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
      (func (export "calls") (param $n i32) (result i32) (local $x i32)
        (loop $l (local.set $x (call $increment (local.get $x)))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get $x))
      (func (export "empty") (param $n i32) (result i32) (local $x i32)
        (loop $l (local.set $x (i32.add (local.get $x) (i32.const 1)))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get $x))
      (func (export "waits") (param $n i32) (result i32) (local $x i32)
        (loop $l (local.set $x (call $wait (local.get $x)))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get $x))
      (func (export "backs") (param $n i32) (result i32) (call $back (local.get $n))))
    """

/// Nanoseconds of a steady clock.
func now() -> Double { Double(NIODeadline.now().uptimeNanoseconds) }

func median(_ samples: [Double]) -> Double { samples.sorted()[samples.count / 2] }

func report(_ name: String, _ nanoseconds: Double, bar: Double?) {
    let against = bar.map { ",\"against\":\"bar\",\"ratio\":\(nanoseconds / $0)" } ?? ""
    print("{\"name\":\"engine.\(name)\",\"value\":\(nanoseconds),\"unit\":\"ns\"\(against)}")
}

struct Bench {
    let engine: Engine
    let module: Module
    let template: InstanceTemplate
    let loop: any EventLoop

    init() throws {
        engine = try Engine()
        module = try Module(engine: engine, binary: WasmText.binary(fromText: guestText))
        let linker = try Linker(engine: engine)
        try linker.define("h", "increment", [.i32], [.i32]) { _, values throws(Trap) in values[i32: 0] += 1 }
        try linker.define("h", "wait", [.i32], [.i32]) { call, values throws(Trap) in
            let fiber = try call.fiber
            // The wake comes from another task of the loop, as it does from a socket.
            try fiber.suspend { waker in fiber.eventLoop.assumeIsolated().execute { waker.wake() } }
            values[i32: 0] += 1
        }
        try linker.define("h", "back", [.i32], [.i32]) { call, values throws(Trap) in
            guard let callee = call.function(named: "callee") else { throw Trap.host("no callee") }
            var slots = [RawValue(i32: 0)]
            for _ in 0..<values[i32: 0] { try call.store.call(callee, &slots) }
            values[i32: 0] = slots[0].i32
        }
        template = try linker.template(for: module)
        loop = MultiThreadedEventLoopGroup.singleton.next()
    }

    /// Median time of one call of an export in an instance of its own, in nanoseconds.
    func time(_ export: String, _ argument: Int32) throws -> Double {
        let entry = try EntryPoint(template, export)
        return median(
            try (0..<rounds).map { _ in
                let promise = loop.makePromise(of: Double.self)
                loop.execute {
                    do {
                        let scheduler = FiberScheduler(engine: engine, eventLoop: loop)
                        let start = now()
                        let limits = FiberLimits(cpuBudget: .seconds(60), deadline: .seconds(60))
                        Fiber(
                            store: try Store(engine: engine), scheduler: scheduler, limits: limits,
                            entry: .fresh(entry, [.i32(argument)])
                        ) { result in
                            promise.completeWith(
                                result.map { _ in now() - start }.mapError { $0 as any Error })
                        }.start()
                    } catch { promise.fail(error) }
                }
                return try promise.futureResult.wait()
            })
    }

    func freshInstance() throws -> Double {
        let entry = try EntryPoint(template, "once")
        let count = 5_000
        return median(
            try (0..<rounds).map { _ in
                try loop.submit {
                    let scheduler = FiberScheduler(engine: engine, eventLoop: loop)
                    let start = now()
                    for _ in 0..<count {
                        Fiber(
                            store: try Store(engine: engine), scheduler: scheduler,
                            entry: .fresh(entry, [.i32(41)])
                        ) { _ in }.start()
                    }
                    return (now() - start) / Double(count)
                }.wait()
            })
    }

    func imageLoad() throws -> Double {
        let folder = FileManager.default.temporaryDirectory.path + "/martlet-bench-\(UUID().uuidString)"
        let images = try ImageFolder(engine: engine, path: folder)
        let bytes = Array(guestText.utf8)
        let binary = try WasmText.binary(from: bytes)
        defer { _ = try? FileManager.default.removeItem(atPath: folder) }
        _ = try images.module(for: binary, name: "bench")
        let samples = try (0..<200).map { _ in
            let start = now()
            _ = try images.module(for: binary, name: "bench")
            return now() - start
        }
        return median(samples)
    }
}

let bench = try Bench()
report("fresh-instance", try bench.freshInstance(), bar: 12_000)
let calls: Int32 = 2_000_000
let loopCost = try bench.time("empty", calls) / Double(calls)
report("host-call", try bench.time("calls", calls) / Double(calls) - loopCost, bar: 15)
report("call-back", try bench.time("backs", 500_000) / 500_000, bar: nil)
report("suspend-resume", try bench.time("waits", 200_000) / 200_000, bar: 600)
report("image-load", try bench.imageLoad(), bar: nil)
