import TestSupport
import Testing

@testable import WasmEngine

/// Memories that go over to another place when they grow: nothing of a guest is seen by the next one in any of them.
@Suite struct MemoryWindowsTests {
    private static let page = 65_536

    private static let guest = """
        (module
          (memory (export "memory") 2)
          (data (i32.const 70000) "abcdefgh") (data (i32.const 131071) "z")
          (func (export "size") (result i32) (memory.size))
          (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
          (func (export "read") (param i32) (result i32) (i32.load8_u (local.get 0)))
          (func (export "write") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
          (func (export "across") (param i32) (result i32)
            (local $sum i32)
            (i32.store8 (i32.const 5) (i32.const 7))
            (drop (memory.grow (local.get 0)))
            (i32.store8 (i32.const 6) (i32.const 8))
            (i32.store8 (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 1)) (i32.const 9))
            (i32.add (i32.add (i32.load8_u (i32.const 5)) (i32.load8_u (i32.const 6)))
              (i32.load8_u (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 1))))))
        """

    /// A module with an idle slot that has windows: guests of it have grown.
    private func opened(_ limits: EngineLimits = EngineLimits()) throws -> InstanceTemplate {
        let template = try MemoryGuest.template(Self.guest, try Engine(limits: limits))
        try MemoryGuest(template).call("grow", 1)
        return template
    }

    private func memories(_ template: InstanceTemplate) -> LinearMemories { template.module.engine.memories }

    /// What a memory begins with, from a guest that nobody came before.
    private func pristine() throws -> [UInt8] {
        try MemoryGuest(try MemoryGuest.template(Self.guest, try Engine())).bytes
    }

    private func expectOutOfBounds(_ guest: MemoryGuest, _ address: Int) {
        let trap = #expect(throws: Trap.self) { try guest.call("read", address) }
        #expect(trap?.reason == .memoryOutOfBounds)
    }

    @Test func `a memory is the same before and after it has grown`() throws {
        let template = try opened()
        for pages in [1, 3, 1, 2, 0, 3] { #expect(try MemoryGuest(template).call("across", pages) == 24) }
        #if os(Linux)
            #expect(memories(template).openedCount == 1)
        #endif
    }

    @Test(arguments: [(1, 1_100), (2, 200), (3, 200), (4, 200)])
    func `each guest finds its memory as its module says`(seed: UInt64, guests: Int) throws {
        let template = try opened()
        let pristine = try pristine()
        var random = SeededGenerator(seed: seed)
        // More sizes than are remembered, in steps; the cleaning every so often too.
        for _ in 0..<guests {
            let guest = try MemoryGuest(template)
            #expect(try guest.bytes == pristine)
            var size = 2
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let grown = Int.random(in: 0...4, using: &random)
                #expect(try guest.call("grow", grown) == size)
                size += grown
                let place = Int.random(in: 0..<(size * Self.page), using: &random)
                try guest.call("write", place, 77)
                #expect(try guest.call("read", place) == 77)
                if size > 2 { try guest.call("write", size * Self.page - 1, 78) }
                let beyond = Int.random(in: 0...3, using: &random) * Self.page
                if Int.random(in: 0...9, using: &random) == 0 {
                    expectOutOfBounds(guest, size * Self.page + beyond)
                    break
                }
            }
            let bytes = try guest.bytes
            #expect(bytes.count == size * Self.page)
        }
        #expect(memories(template).slotCount == 1)
    }

    @Test func `what a guest did not grow by is out of bounds, however large others were`() throws {
        let template = try opened()
        for pages in [1, 2, 5, 9] { try MemoryGuest(template).call("grow", pages) }
        for pages in 0...12 {
            for beyond in [0, 1, 4_096, Self.page, 10 * Self.page, 1 << 25, 1 << 30, 3 << 30] {
                let guest = try MemoryGuest(template)
                try guest.call("grow", pages)
                expectOutOfBounds(guest, (2 + pages) * Self.page + beyond)
            }
        }
    }

    @Test func `zeros follow what a memory held before it grew`() throws {
        let template = try opened()
        for pages in [1, 6, 2, 6, 1, 4, 9, 6] {
            let guest = try MemoryGuest(template)
            try guest.call("grow", pages)
            let bytes = try guest.bytes
            #expect(bytes[(2 * Self.page)...].allSatisfy { $0 == 0 })
            #expect(try bytes[..<(2 * Self.page)] == pristine()[...])
            for place in stride(from: 0, to: bytes.count, by: 4_000) { try guest.call("write", place, 5) }
        }
    }

    @Test func `a guest that grows beyond what windows are for gets its memory, and leaves nothing`() throws {
        let template = try opened()
        let pristine = try pristine()
        for pages in [1, 400, 2, 1_000, 256] {
            let guest = try MemoryGuest(template)
            #expect(try guest.bytes == pristine)
            try guest.call("write", 9, 9)
            #expect(try guest.call("grow", pages) == 2)
            try guest.call("write", (pages + 2) * Self.page - 1, 3)
            #expect(try guest.call("grow", 1) == pages + 2)
            #expect(try guest.call("read", (pages + 2) * Self.page - 1) == 3)
            #expect(try guest.call("read", 9) == 9)
            #expect(try guest.call("read", 70_000) == Int(UInt8(ascii: "a")))
            expectOutOfBounds(guest, (pages + 3) * Self.page)
        }
        #expect(try MemoryGuest(template).bytes == pristine)
        #expect(memories(template).slotCount == 1)
    }

    @Test func `zeros follow where a guest wrote beyond what windows are for`() throws {
        let template = try opened()
        for pages in [300, 2, 260, 254] {
            do {
                let guest = try MemoryGuest(template)
                try guest.call("grow", pages)
                for page in 2..<(pages + 2) { try guest.call("write", page * Self.page, 8) }
            }
            for grown in [1, 310] {
                let guest = try MemoryGuest(template)
                try guest.call("grow", grown)
                #expect(try guest.bytes[(2 * Self.page)...].allSatisfy { $0 == 0 })
            }
        }
    }

    @Test func `what larger guests have left counts as resident until it has gone`() throws {
        var limits = EngineLimits()
        limits.memoryResidentBytes = 1 << 20
        for isOpened in [false, true] {
            if !isOpened { limits.openedMemories = 0 } else { limits.openedMemories = 64 }
            let template = try opened(limits)
            do {
                let guest = try MemoryGuest(template)
                try guest.call("grow", 12)
                for page in 0..<(12 * 16) { try guest.call("write", page << 12, 8) }
            }
            let before = memories(template).residentBytes
            #expect(before >= 12 * Self.page - (2 << 12))
            for _ in 0..<3 { try MemoryGuest(template).call("write", 5, 5) }
            #expect(memories(template).residentBytes >= before)
            // More than may stay all in all.
            let guest = try MemoryGuest(template)
            for page in 0..<32 { try guest.call("write", page << 12, 8) }
            #expect(memories(template).residentBytes <= limits.memoryResidentBytes)
        }
    }

    @Test func `a guest that writes every other page leaves nothing to the next one, and few pages`() throws {
        let template = try opened()
        let pristine = try pristine()
        for _ in 0..<3 {
            let guest = try MemoryGuest(template)
            #expect(try guest.bytes == pristine)
            try guest.call("grow", 100)
            for page in stride(from: 0, to: 102 * 16, by: 2) { try guest.call("write", page << 12, 1) }
        }
        #expect(try MemoryGuest(template).bytes == pristine)
        #expect(memories(template).residentBytes < 1 << 20)
    }

    @Test func `no more than the limit have windows, and none of a module that is gone`() throws {
        var limits = EngineLimits()
        limits.openedMemories = 2
        let engine = try Engine(limits: limits)
        do {
            let template = try MemoryGuest.template(Self.guest, engine)
            let guests = try (0..<5).map { _ in try MemoryGuest(template) }
            for guest in guests { try guest.call("grow", 1) }
            #expect(engine.memories.openedCount == 0)
        }
        #expect(engine.memories.openedCount == 0 && engine.memories.slotCount == 0)
        let template = try MemoryGuest.template(Self.guest, engine)
        for _ in 0..<2 {
            let guests = try (0..<5).map { _ in try MemoryGuest(template) }
            for guest in guests { #expect(try guest.call("across", 2) == 24) }
        }
        #expect(engine.memories.openedCount <= 2)
        #expect(engine.memories.residentBytes <= limits.memoriesResidentBytes)
    }

    @Test func `where nothing may stay resident memories are made anew`() throws {
        var limits = EngineLimits()
        limits.memoriesResidentBytes = 0
        let template = try opened(limits)
        let pristine = try pristine()
        for _ in 0..<3 {
            let guest = try MemoryGuest(template)
            #expect(try guest.bytes == pristine)
            #expect(try guest.call("across", 2) == 24)
        }
        #expect(memories(template).residentBytes == 0)
    }

    @Test func `a memory that says how far it grows stays where it is`() throws {
        let text = Self.guest.replacing("\"memory\") 2)", with: "\"memory\") 2 8)")
        let template = try MemoryGuest.template(text, try Engine())
        let pristine = try pristine()
        for pages in [1, 6, 3] {
            let guest = try MemoryGuest(template)
            #expect(try guest.bytes == pristine)
            #expect(try guest.call("across", pages) == 24)
            #expect(try guest.call("grow", 7 - pages) == Int(UInt32.max))
        }
        #expect(memories(template).openedCount == 0)
    }
}
