import NIOCore
import TestSupport
import Testing

@testable import WasmEngine

/// Instances that are made new for the next guest: it finds nothing that it would not find in one just made.
@Suite struct RenewalTests {
    private static let page = 65_536

    private static let guest = """
        (module
          (memory (export "memory") 1)
          (data (i32.const 100) "abcdefgh")
          (global $a (mut i32) (i32.const -7)) (global $b (mut i64) (i64.const 0x7fffffffffffffff))
          (global $c (mut f32) (f32.const nan:0x123)) (global $d (mut f64) (f64.const -0.5))
          (global $e i32 (i32.const 3)) (global (export "f") (mut i32) (i32.const 2147483647))
          (table 4 funcref) (elem (i32.const 1) func $bits)
          (func $bits (export "bits") (result i32)
            (i32.xor (i32.xor (global.get $a) (i32.wrap_i64 (i64.shr_u (global.get $b) (i64.const 20))))
              (i32.xor (i32.reinterpret_f32 (global.get $c)) (i32.xor (global.get 5)
                (i32.wrap_i64 (i64.shr_u (i64.reinterpret_f64 (global.get $d)) (i64.const 32)))))))
          (func (export "spoil") (param i32) (result i32)
            (global.set $a (local.get 0)) (global.set $b (i64.extend_i32_u (local.get 0)))
            (global.set $c (f32.convert_i32_s (local.get 0))) (global.set $d (f64.const 9))
            (global.set 5 (i32.const 1)) (i32.store (i32.const 101) (local.get 0)) (i32.const 1))
          (func (export "indirect") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))
          (func (export "size") (result i32) (memory.size))
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
          (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0)))
          (func (export "write") (param i32 i32) (i32.store8 (local.get 0) (local.get 1))))
        """

    private func count(_ engine: Engine) -> Int { engine.memories.idleInstances.instanceCount }

    @Test func `a guest that ended well leaves its instance as it was when it was new`() throws {
        let engine = try Engine()
        let template = try MemoryGuest.template(Self.guest, engine)
        let pristine = try MemoryGuest(template).bytes
        let bits = try MemoryGuest(template).call("bits")
        var stores: Set<OpaquePointer> = []
        for number in 0..<50 {
            let guest = try MemoryGuest(renewing: template)
            unsafe stores.insert(guest.store.raw)
            #expect(try guest.bytes == pristine)
            #expect(try guest.call("size") == 1)
            #expect(try guest.call("bits") == bits)
            #expect(try guest.call("indirect", 1) == bits)
            try guest.call("spoil", number)
            #expect(try guest.call("bits") != bits)
            if number % 3 == 0 {
                #expect(try guest.call("grow", number) == 1)
                try guest.call("write", (number + 1) * Self.page - 1, 5)
            }
        }
        #expect(unsafe stores.count == 1)
        #expect(count(engine) == 1)
    }

    @Test(arguments: [1, 2, 3]) func `memories, sizes and globals are those of a fresh instance`(seed: UInt64)
        throws
    {
        let template = try MemoryGuest.template(Self.guest, try Engine())
        let fresh = try MemoryGuest(template)
        let (pristine, bits) = (try fresh.bytes, try fresh.call("bits"))
        var random = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            // Some at once, so that there are several idle ones; some that trap.
            let guests = try (0..<Int.random(in: 1...4, using: &random)).map { _ in
                try MemoryGuest(renewing: template)
            }
            for guest in guests {
                #expect(try guest.bytes == pristine)
                #expect(try guest.call("bits") == bits)
                var size = 1
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    let grown = Int.random(in: 0...5, using: &random)
                    #expect(try guest.call("grow", grown) == size)
                    size += grown
                    let place = Int.random(in: 0..<(size * Self.page), using: &random)
                    try guest.call("write", place, 77)
                    try guest.call("spoil", place)
                }
                #expect(try guest.bytes.count == size * Self.page)
                if Int.random(in: 0...4, using: &random) == 0 {
                    let trap = #expect(throws: Trap.self) { try guest.call("read", size * Self.page) }
                    #expect(trap?.reason == .memoryOutOfBounds)
                }
            }
        }
    }

    @Test func `what a guest grew by is out of bounds for the next one`() throws {
        let template = try MemoryGuest.template(Self.guest, try Engine())
        for pages in [1, 5, 2, 300, 1] {
            let guest = try MemoryGuest(renewing: template)
            let trap = #expect(throws: Trap.self) { try guest.call("read", Self.page) }
            #expect(trap?.reason == .memoryOutOfBounds)
            let next = try MemoryGuest(renewing: template)
            #expect(try next.call("grow", pages) == 1)
            #expect(try next.call("read", (pages + 1) * Self.page - 1) == 0)
            try next.call("write", (pages + 1) * Self.page - 1, 1)
        }
    }

    @Test func `a guest that grew beyond what can be put back leaves nothing to those who grow after it`()
        throws
    {
        let engine = try Engine()
        let template = try MemoryGuest.template(Self.guest, engine)
        try MemoryGuest(renewing: template).call("grow", 1)
        for pages in [320, 1, 300, 256, 255, 2] {
            do {
                let guest = try MemoryGuest(renewing: template)
                try guest.call("grow", pages)
                for page in 0...pages { try guest.call("write", page * Self.page + 9, 66) }
            }
            for grown in [1, 330] {
                let next = try MemoryGuest(renewing: template)
                #expect(try next.call("grow", grown) == 1)
                let bytes = try next.bytes
                #expect(bytes[Self.page...].allSatisfy { $0 == 0 })
                #expect(bytes[9] == 0)
            }
        }
        #expect(engine.memories.openedCount <= 1)
        #expect(engine.memories.residentBytes < 24 << 20)
    }

    @Test func `a section with more in it than it says cannot bring its own functions`() throws {
        // Two exports are counted. Behind them stand others, the last of which would take what is added for its name.
        func export(_ name: String, _ kind: UInt8, _ index: UInt8) -> [UInt8] {
            [UInt8(name.utf8.count)] + Array(name.utf8) + [kind, index]
        }
        func section(_ id: UInt8, _ body: [UInt8]) -> [UInt8] { [id, UInt8(body.count)] + body }
        let names = [SuspensionExport.name, Renewal.renewName, Renewal.resizeName]
        let added = names.map { export($0, 0, 1) }.joined().count
        let surplus = names.flatMap { export($0, 0, 0) } + [UInt8(added - 2)]
        let module =
            [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0] + section(1, [1, 0x60, 0, 0]) + section(3, [1, 0])
            + section(7, [2] + export("run", 0, 0) + surplus)
            + section(10, [1, 7, 0, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b])
        #expect(throws: EngineError.self) { try Module(engine: GuestRunner.shared.engine, binary: module) }
    }

    @Test func `an instance with a trap behind it is not used again`() throws {
        let engine = try Engine()
        let template = try MemoryGuest.template(Self.guest, engine)
        for _ in 0..<3 {
            let guest = try MemoryGuest(renewing: template)
            #expect(throws: Trap.self) { try guest.call("indirect", 3) }
        }
        #expect(count(engine) == 0)
        try MemoryGuest(renewing: template).call("bits")
        #expect(count(engine) == 1)
        do {
            let guest = try MemoryGuest(renewing: template)
            #expect(throws: Trap.self) { try guest.call("read", -1) }
        }
        #expect(count(engine) == 0)
    }

    @Test func `a store that nobody used goes back, and one with a second instance does not`() throws {
        let engine = try Engine()
        let template = try MemoryGuest.template(Self.guest, engine)
        let other = try MemoryGuest.template("(module (memory (export \"memory\") 1))", engine)
        try MemoryGuest(renewing: template).call("bits")
        #expect(count(engine) == 1)
        _ = try template.makeStore(InstanceLimits())
        #expect(count(engine) == 1)
        do {
            let store = try template.makeStore(InstanceLimits())
            _ = try store.instantiate(template)
            _ = try store.instantiate(template)
        }
        #expect(count(engine) == 0)
        do {
            let store = try template.makeStore(InstanceLimits())
            _ = try store.instantiate(other)
        }
        #expect(count(engine) == 0)
    }

    @Test func `instances with other limits are not mixed up`() throws {
        let engine = try Engine()
        let template = try MemoryGuest.template(Self.guest, engine)
        var small = InstanceLimits()
        small.memoryBytes = 2 * Self.page
        for _ in 0..<3 {
            #expect(try MemoryGuest(renewing: template).call("grow", 5) == 1)
            #expect(try MemoryGuest(renewing: template, limits: small).call("grow", 5) == Int(UInt32.max))
        }
    }

    @Test func `idle instances end with their template`() throws {
        let engine = try Engine()
        do {
            let template = try MemoryGuest.template(Self.guest, engine)
            let loop = template.forOneLoop()
            _ = try (0..<3).map { _ in try MemoryGuest(renewing: template) }
            _ = try (0..<3).map { _ in try MemoryGuest(renewing: loop) }
            #expect(count(engine) == 6)
        }
        #expect(count(engine) == 0)
        #expect(engine.memories.slotCount == 0)
    }

    @Test func `one that is in use when its template goes ends with its guest`() throws {
        let engine = try Engine()
        var template: InstanceTemplate? = try MemoryGuest.template(Self.guest, engine)
        try MemoryGuest(renewing: #require(template)).call("bits")
        var guest: MemoryGuest? = try MemoryGuest(renewing: #require(template))
        template = nil
        try guest?.call("bits")
        #expect(count(engine) == 1)
        guest = nil
        #expect(count(engine) == 0)
    }

    @Test func `when there are as many as may be, those that wait longest go`() throws {
        var limits = EngineLimits()
        limits.idleInstances = 4
        let engine = try Engine(limits: limits)
        let one = try MemoryGuest.template(Self.guest, engine)
        let other = try MemoryGuest.template(Self.guest, engine)
        _ = try (0..<4).map { _ in try MemoryGuest(renewing: one) }
        #expect(count(engine) == 4)
        for _ in 0..<3 { _ = try (0..<3).map { _ in try MemoryGuest(renewing: other) } }
        #expect(count(engine) == 4)
        #expect(engine.memories.slotCount <= 8)
    }

    @Test func `idle instances give their memories to whoever needs them`() throws {
        var limits = EngineLimits()
        limits.memories = 8
        let engine = try Engine(limits: limits)
        let one = try MemoryGuest.template(Self.guest, engine)
        let other = try MemoryGuest.template(Self.guest.replacing("abcd", with: "ABCD"), engine)
        _ = try (0..<8).map { _ in try MemoryGuest(renewing: one) }
        #expect(count(engine) == 2)
        let guests = try (0..<8).map { _ in try MemoryGuest(renewing: other) }
        for guest in guests { #expect(try guest.call("read", 100) == Int(UInt8(ascii: "A"))) }
        #expect(count(engine) == 0)
    }

    @Test(arguments: [
        "(func (export \"f\") (param externref) (table.set $t (i32.const 0) (local.get 0)))",
        "(func (drop (table.grow $t (ref.null extern) (i32.const 1))))",
        "(func (table.fill $t (i32.const 0) (ref.null extern) (i32.const 1)))",
        "(func (table.copy $t $t (i32.const 0) (i32.const 0) (i32.const 0)))",
        "(elem $e externref (ref.null extern)) (func (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 0)))",
        "(elem $e externref (ref.null extern)) (func (block (loop (elem.drop $e))))",
        "(data $d \"x\") (func (if (i32.const 1) (then) (else (data.drop $d))))",
        "(func $s) (start $s)",
        "(global (mut funcref) (ref.null func))",
        "(global (mut i32) (i32.add (i32.const 1) (i32.const 2)))",
        "(global $g i32 (i32.const 9)) (data (global.get $g) \"x\")",
        "(tag)",
    ]) func `what cannot be put back is not made new`(part: String) throws {
        let module = try Module(
            engine: GuestRunner.shared.engine,
            binary: WasmText.binary(fromText: "(module (memory 1) (table $t 2 externref) \(part))"))
        #expect(!module.canRenew)
    }

    @Test(arguments: [
        "(import \"a\" \"m\" (memory 1))", "(import \"a\" \"t\" (table 1 funcref))",
        "(import \"a\" \"g\" (global i32))", "(import \"a\" \"g\" (global (mut i32)))",
    ]) func `what is shared is not made new`(part: String) throws {
        let module = try Module(
            engine: GuestRunner.shared.engine, binary: WasmText.binary(fromText: "(module \(part))"))
        #expect(!module.canRenew)
    }

    @Test(arguments: [
        "", "(func (drop (table.get $t (i32.const 0))) (drop (table.size $t)))",
        "(data $d \"x\") (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))",
        "(func (memory.fill (i32.const 0) (i32.const 0) (i32.const 1)) (memory.copy (i32.const 0) (i32.const 0) (i32.const 0)))",
        "(func (param i32 v128) (result f64) (local i64 f32) (block (result f64) (f64.const 0x2626)))",
        "(func (param i32) (result i32) (block (block (br_table 0 1 0 (local.get 0)))) (i32.const -0x26d9d9da))",
        "(func (drop (i64.trunc_sat_f64_u (f64.const 1))) (drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 3))))",
        "(func (drop (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.const i32x4 1 2 3 4) (v128.const i64x2 0 0))))",
        "(func (v128.store32_lane offset=4 1 (i32.const 0) (v128.load64_splat (i32.const 8))))",
        "(func (param i64 i64) (result i64 i64) (i64.add128 (local.get 0) (local.get 1) (local.get 0) (local.get 1)))",
        "(func (drop (ref.is_null (ref.null func))))", "(memory i64 1)",
        "(global i64 (i64.const -1)) (global (mut f32) (f32.const 1))",
    ]) func `what only computes is made new`(part: String) throws {
        let module = try Module(
            engine: GuestRunner.shared.engine,
            binary: WasmText.binary(fromText: "(module (memory 1) (table $t 2 externref) \(part))"))
        #expect(module.canRenew)
        let template = try #require(try InstanceTemplate(module: module, functions: []))
        for _ in 0..<3 { _ = try MemoryGuest(renewing: template) }
    }

    @Test func `each memory is put back, those of 64 bits too`() throws {
        let text = """
            (module
              (memory (export "memory") 1) (memory $two i64 2)
              (data (i32.const 5) "one") (data (memory $two) (i64.const 5) "two")
              (func (export "read") (param i32) (result i32)
                (i32.add (i32.load8_u 0 (local.get 0))
                  (i32.mul (i32.const 256) (i32.load8_u $two (i64.extend_i32_u (local.get 0))))))
              (func (export "size") (result i32)
                (i32.add (memory.size 0) (i32.mul (i32.const 256) (i32.wrap_i64 (memory.size $two)))))
              (func (export "spoil")
                (drop (memory.grow 0 (i32.const 3))) (drop (memory.grow $two (i64.const 4)))
                (i32.store 0 (i32.const 5) (i32.const -1)) (i32.store $two (i64.const 5) (i32.const -1))))
            """
        let engine = try Engine()
        let template = try MemoryGuest.template(text, engine)
        for _ in 0..<4 {
            let guest = try MemoryGuest(renewing: template)
            #expect(try guest.call("read", 5) == Int(UInt8(ascii: "o")) + 256 * Int(UInt8(ascii: "t")))
            #expect(try guest.call("size") == 1 + 256 * 2)
            try guest.call("spoil")
            #expect(try guest.call("size") == 4 + 256 * 6)
        }
        #expect(count(engine) == 1)
    }

    @Test(arguments: [Renewal.renewName, Renewal.resizeName, SuspensionExport.name])
    func `a guest may not take the place of what puts its instance back`(name: String) throws {
        for part in ["", "(table 1 funcref) (func (table.set 0 (i32.const 0) (ref.null func)))"] {
            guard part.isEmpty || name == Renewal.renewName else { continue }
            #expect(throws: EngineError.self) {
                try Module(
                    engine: GuestRunner.shared.engine,
                    binary: WasmText.binary(
                        fromText: "(module \(part) (func (export \"\(name)\") (param i64 i64 i64)))"))
            }
        }
    }

    @Test func `a guest that was ended while it waited takes its instance with it`() async throws {
        let text = """
            (module (import "h" "wait" (func $wait (param i32))) (memory (export "memory") 1)
              (func (export "run") (param i32)
                (i32.store (i32.const 0) (i32.const 1)) (call $wait (local.get 0))))
            """
        let engine = try Engine()
        let linker = try Linker(engine: engine)
        try linker.define("h", "wait", [.i32], []) { call, values throws(Trap) in
            let fiber = try call.fiber
            let isCancelled = values[i32: 0] != 0
            try fiber.suspend { waker in
                fiber.eventLoop.assumeIsolated().execute {
                    if isCancelled { fiber.cancel("enough") } else { waker.wake() }
                }
            }
        }
        let module = try Module(engine: engine, binary: WasmText.binary(fromText: text))
        #expect(module.canRenew)
        let entry = try EntryPoint(linker.template(for: module), "run")
        let scheduler = try LoopConfined { FiberScheduler(engine: engine, eventLoop: $0) }
        for (isCancelled, idle) in [(false, 1), (false, 1), (true, 0), (true, 0), (false, 1)] {
            let result: Result<[Value], Trap> = try await scheduler.onLoop { scheduler, promise in
                let fiber = Fiber(
                    store: try entry.template.makeStore(InstanceLimits()), scheduler: scheduler,
                    entry: .fresh(entry, [.i32(isCancelled ? 1 : 0)])
                ) { promise.succeed($0) }
                fiber.start()
            }
            #expect((try? result.get()) == (isCancelled ? nil : []))
            // The store goes in a later turn of the loop than the one with the result.
            _ = try await scheduler.onLoop { (_, promise: EventLoopPromise<Bool>) in promise.succeed(true) }
            #expect(count(engine) == idle)
        }
    }
}
