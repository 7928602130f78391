import TestSupport
import Testing

@testable import WasmEngine

/// Linear memories that are used again: no guest sees what another one did.
@Suite struct MemoriesTests {
    private static let page = 65_536

    // Data on either side of a border between pages of the system, at the very end, and over what came before it.
    private static let guest = """
        (module
          (memory (export "memory") 40)
          (data (i32.const 100000) "abcdefgh") (data (i32.const 102396) "over the border")
          (data (i32.const 2621439) "z") (data (i32.const 100002) "XY") (data $later "later")
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
          (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0)))
          (func (export "write") (param i32 i32) (i32.store8 (local.get 0) (local.get 1))))
        """

    private static let pagesIn4GiB = 65_536

    @Test func `a 64-bit memory may begin with more than 4 GiB where the engine's limit allows it`() throws {
        var limits = EngineLimits()
        limits.memoryBytes = 5 << 30
        let pages = Self.pagesIn4GiB + 2
        let text = """
            (module (memory (export "memory") i64 \(pages))
              (func (export "last") (result i32)
                (i64.store (i64.const \(pages * Self.page - 8)) (i64.const 7))
                (i32.load8_u (i64.const \(pages * Self.page - 8)))))
            """
        var instanceLimits = InstanceLimits()
        instanceLimits.memoryBytes = 6 << 30
        let template = try MemoryGuest.template(text, try Engine(limits: limits))
        let guest = try MemoryGuest(template, limits: instanceLimits)
        #expect(try guest.call("last") == 7)
    }

    @Test func `a module with garbage-collected objects finds the data of its memory`() throws {
        let text = """
            (module
              (type $box (struct (field i32)))
              (memory (export "memory") 1)
              (data (i32.const 8) "\\2a")
              (table 1 (ref i31) (ref.i31 (i32.const 0)))
              (func (export "read") (result i32)
                (struct.get $box 0 (struct.new $box (i32.load8_u (i32.const 8))))))
            """
        let template = try MemoryGuest.template(text, try Engine())
        for _ in 0..<2 { #expect(try MemoryGuest(template).call("read") == 42) }
    }

    @Test func `a memory beyond the engine's limit is refused with the limit`() throws {
        var instanceLimits = InstanceLimits()
        instanceLimits.memoryBytes = 6 << 30
        let template = try MemoryGuest.template(
            "(module (memory (export \"memory\") i64 \(Self.pagesIn4GiB + 1)))", try Engine())
        #expect {
            try MemoryGuest(template, limits: instanceLimits)
        } throws: { error in
            "\(error)".contains(
                "a memory of 4295032832 bytes is larger than the 4294967296 that one may have")
        }
    }

    @Test func `an engine's limit takes nothing away from what compiled code must find forbidden`() throws {
        var limits = EngineLimits()
        limits.memoryBytes = 2 * Self.page
        let engine = try Engine(limits: limits)
        let text = """
            (module (memory (export "memory") 1)
              (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
              (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0))))
            """
        let template = try MemoryGuest.template(text, engine)
        // Neighbours, of which nothing may be seen.
        let others = try (0..<8).map { _ in try MemoryGuest(template) }
        for gigabytes in [0, 1, 2, 3] {
            for offset in [2 * Self.page, 8 << 20, 64 << 20, 1 << 29] {
                let guest = try MemoryGuest(template)
                #expect(try guest.call("grow", 2) == Int(UInt32.max))
                #expect(try guest.call("grow", 1) == 1)
                let trap = #expect(throws: Trap.self) { try guest.call("read", gigabytes << 30 + offset) }
                #expect(trap?.reason == .memoryOutOfBounds)
            }
        }
        #expect(others.count == 8)
    }

    @Test(arguments: WrittenPages.Method.allCases)
    func `each guest finds its memory as its module says, whatever the last one wrote`(
        method: WrittenPages.Method
    ) throws {
        var limits = EngineLimits()
        limits.memoryResidentBytes = 12 << 12
        let engine = try Engine(limits: limits, written: WrittenPages(method))
        let template = try MemoryGuest.template(Self.guest, engine)
        let pristine = try MemoryGuest(template).bytes
        #expect(pristine.count == 40 * Self.page)
        #expect(String(decoding: pristine[100_000..<100_008], as: UTF8.self) == "abXYefgh")
        #expect(String(decoding: pristine[102_396..<102_411], as: UTF8.self) == "over the border")
        #expect(pristine.last == UInt8(ascii: "z"))
        var random = SeededGenerator(seed: 7)
        for _ in 0..<60 {
            let guest = try MemoryGuest(template)
            #expect(try guest.bytes == pristine)
            let grown = Int.random(in: 0...3, using: &random)
            #expect(try guest.call("grow", grown) == 40)
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let place = Int.random(in: 0..<((40 + grown) * Self.page), using: &random)
                try guest.call("write", place, Int.random(in: 1...255, using: &random))
            }
            for place in [100_001, 102_395, 102_400] { try guest.call("write", place, 1) }
        }
        #expect(engine.memories.slotCount == 1)
        #expect(engine.memories.residentBytes <= limits.memoryResidentBytes)
        #expect(method == .none || engine.memories.residentBytes > 0)
    }

    @Test func `what a guest grew by is out of bounds for the next one`() throws {
        let engine = try Engine()
        let template = try MemoryGuest.template(Self.guest, engine)
        let first = try MemoryGuest(template)
        try first.call("grow", 2)
        try first.call("write", 41 * Self.page, 5)
        #expect(try first.call("read", 41 * Self.page) == 5)
        let second = try MemoryGuest(template)
        #expect(engine.memories.slotCount == 2)
        try second.call("grow", 1)
        for guest in [second, try MemoryGuest(template)] {
            let trap = #expect(throws: Trap.self) { try guest.call("read", 41 * Self.page) }
            #expect(trap?.reason == .memoryOutOfBounds)
        }
    }

    @Test(arguments: WrittenPages.Method.allCases)
    func `a guest that writes every other page leaves nothing to the next one`(
        method: WrittenPages.Method
    ) throws {
        var limits = EngineLimits()
        limits.memoryResidentBytes = 30 << 12
        let engine = try Engine(limits: limits, written: WrittenPages(method))
        let template = try MemoryGuest.template(Self.guest, engine)
        let pristine = try MemoryGuest(template).bytes
        for first in [0, 1, 0] {
            let guest = try MemoryGuest(template)
            for page in stride(from: first, to: 40 * 16, by: 2) { try guest.call("write", page << 12, 1) }
        }
        #expect(try MemoryGuest(template).bytes == pristine)
        #expect(engine.memories.slotCount == 1)
        #expect(engine.memories.residentBytes <= limits.memoryResidentBytes)
    }

    @Test func `data that is far apart stays in the module`() throws {
        var limits = EngineLimits()
        limits.memoryImageBytes = 64 << 10
        let engine = try Engine(limits: limits)
        // The first memory's data spans a page of the system more than may be.
        let text = """
            (module (memory (export "memory") 3) (memory 3)
              (data (i32.const 5) "one") (data (i32.const 65536) "far") (data (memory 1) (i32.const 7) "two")
              (func (export "write") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
              (func (export "two") (param i32) (result i32) (i32.load8_u 1 (local.get 0))))
            """
        let outline = try #require(ModuleOutline(WasmText.binary(fromText: text)))
        let segments = try #require(DataSegments(outline, limits))
        #expect(segments.starts.map(\.segments.count) == [0, 1])
        let template = try MemoryGuest.template(text, engine)
        for _ in 0..<3 {
            let guest = try MemoryGuest(template)
            let bytes = try guest.bytes
            #expect(String(decoding: bytes[5..<8] + bytes[65_536..<65_539], as: UTF8.self) == "onefar")
            #expect(try (7..<10).map { try guest.call("two", $0) } == Array("two".utf8).map(Int.init))
            for place in [0, 5, 65_537] { try guest.call("write", place, 1) }
        }
    }

    /// Exceptions are objects on the collector's heap, which the engine gets as a memory, too.
    @Test(arguments: ["(tag $fault (param i32))", "(import \"a\" \"fault\" (tag $fault (param i32)))"])
    func `the engine's own heap is not taken for a memory of the module`(tag: String) throws {
        let text = "(module \(tag) (memory 1) (data (i32.const 5) \"data\"))"
        let outline = try #require(ModuleOutline(WasmText.binary(fromText: text)))
        #expect(outline.hasManagedReferences)
        #expect(DataSegments(outline, EngineLimits()) == nil)
    }

    @Test func `a memory that is not what the module says is not made`() throws {
        let engine = try Engine()
        let starts = [1, 3].map { MemoryStart(minimumBytes: $0 * Self.page, is64: false) }
        let memories = try MemoriesInMaking(engine.memories.images(of: starts))
        func next(_ pages: Int) -> Int? {
            switch MemoriesInMaking.next(minimumBytes: pages * Self.page) {
            case .image(let image): image.takeUnretainedValue().minimumBytes / Self.page
            case .other: 0
            case .unexpected: nil
            }
        }
        memories.making {
            #expect(next(3) == nil)
            #expect(next(1) == 1)
            #expect(next(1) == nil)
            #expect(next(3) == 3)
            #expect(next(5) == 0)
        }
        #expect(next(1) == 0)
    }

    @Test func `pages that are kept stay within the engine's limit`() throws {
        var limits = EngineLimits()
        limits.memoriesResidentBytes = 5 << 12
        let engine = try Engine(limits: limits, written: WrittenPages())
        let template = try MemoryGuest.template(Self.guest, engine)
        for _ in 0..<3 {
            let guests = try (0..<3).map { _ in try MemoryGuest(template) }
            for guest in guests { for page in 0..<20 { try guest.call("write", page << 13, 1) } }
        }
        #expect(engine.memories.slotCount == 3)
        #expect(engine.memories.residentBytes <= limits.memoriesResidentBytes)
    }

    @Test func `slots that wait since a crowd leave their pages to one in use`() throws {
        var limits = EngineLimits()
        limits.memoriesResidentBytes = 40 << 12
        limits.memoryResidentBytes = 8 << 12
        let engine = try Engine(limits: limits)
        var one: InstanceTemplate? = try MemoryGuest.template(Self.guest, engine)
        let other = try MemoryGuest.template(Self.guest, engine)
        let pristine = try MemoryGuest(other).bytes
        func use(_ guests: [MemoryGuest]) throws {
            for guest in guests { for page in 0..<8 { try guest.call("write", page << 13, 1) } }
        }
        try use((0..<8).map { _ in try MemoryGuest(#require(one)) })
        #expect(engine.memories.residentBytes > 30 << 12)
        for _ in 0..<2 { try use([MemoryGuest(other)]) }
        #expect(engine.memories.residentBytes <= limits.memoriesResidentBytes)
        for guest in try (0..<8).map({ _ in try MemoryGuest(#require(one)) }) {
            #expect(try guest.bytes == pristine)
        }
        one = nil
        #expect(engine.memories.residentBytes == 8 << 12, "all that the other one writes")
        #expect(try MemoryGuest(other).bytes == pristine)
    }

    @Test func `when all slots are in use the next guest is refused, and idle ones go to whoever needs them`()
        throws
    {
        var limits = EngineLimits()
        limits.memories = 2
        let engine = try Engine(limits: limits)
        let one = try MemoryGuest.template(Self.guest, engine)
        let other = try MemoryGuest.template(
            "(module (memory (export \"memory\") 3) (data (i32.const 5) \"other\"))", engine)
        var guests = [try MemoryGuest(one), try MemoryGuest(one)]
        let error = #expect(throws: EngineError.self) { try MemoryGuest(other) }
        #expect(error?.code == .exhausted)
        guests.removeLast()
        let guest = try MemoryGuest(other)
        #expect(try String(decoding: guest.bytes[5..<10], as: UTF8.self) == "other")
        #expect(guests.count == 1 && engine.memories.slotCount == 2)
    }

    @Test func `a segment that was written is empty for whoever asks for it`() throws {
        let engine = try Engine()
        let template = try MemoryGuest.template(
            """
            (module (memory (export "memory") 1) (data $active (i32.const 0) "abc") (data $passive "def")
              (func (export "active") (memory.init $active (i32.const 9) (i32.const 0) (i32.const 1)))
              (func (export "nothing") (memory.init $active (i32.const 9) (i32.const 0) (i32.const 0)))
              (func (export "passive") (memory.init $passive (i32.const 9) (i32.const 0) (i32.const 3)))
              (func (export "drop") (data.drop $active) (data.drop $passive)))
            """, engine)
        let guest = try MemoryGuest(template)
        try guest.call("nothing")
        try guest.call("passive")
        #expect(try String(decoding: guest.bytes[9..<12], as: UTF8.self) == "def")
        #expect(throws: Trap.self) { try guest.call("active") }
        try guest.call("drop")
        try guest.call("nothing")
        #expect(throws: Trap.self) { try guest.call("passive") }
    }

    @Test func `each memory of a module begins with its own data`() throws {
        let engine = try Engine()
        let template = try MemoryGuest.template(
            """
            (module (memory 1) (memory (export "memory") 3) (memory i64 2)
              (global $where i32 (i32.const 4))
              (data (memory 1) (i32.const 70000) "one") (data (memory 0) (i32.const 1) "zero")
              (data (memory 2) (i64.const 65540) "two") (data (memory 0) (global.get $where) "four")
              (func (export "zero") (param i32) (result i32) (i32.load8_u 0 (local.get 0)))
              (func (export "two") (param i32) (result i32)
                (i32.load8_u 2 (i64.extend_i32_u (local.get 0)))))
            """, engine)
        for _ in 0..<3 {
            let guest = try MemoryGuest(template)
            #expect(try String(decoding: guest.bytes[70_000..<70_003], as: UTF8.self) == "one")
            #expect(try (1..<8).map { try guest.call("zero", $0) } == Array("zerfour".utf8).map(Int.init))
            #expect(
                try (65_540..<65_543).map { try guest.call("two", $0) } == Array("two".utf8).map(Int.init))
        }
    }

    /// Modules whose data section is wrong, or does not fit.
    @Test(arguments: [
        "(module (memory 1) (data (i64.const 0) \"x\"))",
        "(module (memory i64 1) (data (i32.const 0) \"x\"))",
        "(module (memory 1) (data (memory 1) (i32.const 0) \"x\"))", "(module (data (i32.const 0) \"x\"))",
        "(module (memory 1) (data (i32.const 0) \"x\") (data (f32.const 0) \"y\"))",
    ])
    func `taking data out of a module does not make it valid`(text: String) throws {
        let engine = GuestRunner.shared.engine
        let binary = try WasmText.binary(fromText: text)
        #expect(throws: EngineError.self) { try Module.validate(binary, engine: engine) }
        #expect(throws: EngineError.self) { try Module(engine: engine, binary: binary) }
    }

    @Test(arguments: ["65536", "-1", "65535"]) func `data that does not fit ends the instance`(offset: String)
        throws
    {
        let engine = GuestRunner.shared.engine
        let template = try MemoryGuest.template(
            "(module (memory 1) (data (i32.const \(offset)) \"xy\"))", engine)
        #expect(throws: Trap.self) { try MemoryGuest(template) }
    }

    @Test func `numbers that are longer than the format allows are not taken for segments`() throws {
        // One memory of a page; a segment whose flags take six bytes.
        let head: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1]
        let segment: [UInt8] = [1, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 0x41, 0, 0x0b, 1, 0x78]
        let binary = head + [11, UInt8(segment.count)] + segment
        #expect(throws: EngineError.self) { try Module(engine: GuestRunner.shared.engine, binary: binary) }
    }

    @Test func `threads that make instances at once get their own memories`() async throws {
        let engine = try Engine()
        let templates = try (0..<4).map { number in
            try MemoryGuest.template(
                """
                (module (memory (export "memory") \(number + 2)) (data (i32.const 70000) "guest \(number)")
                  (func (export "write") (param i32 i32) (i32.store8 (local.get 0) (local.get 1))))
                """, engine)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                let template = templates[number]
                group.addTask {
                    for _ in 0..<300 {
                        let guest = try MemoryGuest(template)
                        let bytes = try guest.bytes
                        #expect(bytes.count == (number + 2) * Self.page)
                        #expect(String(decoding: bytes[70_000..<70_007], as: UTF8.self) == "guest \(number)")
                        try guest.call("write", 70_006, 0x78)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(engine.memories.slotCount <= 16)
    }
}
