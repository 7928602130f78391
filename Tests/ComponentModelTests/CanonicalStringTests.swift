import Testing

@testable import ComponentModel

@Suite("Strings through the canonical ABI")
struct CanonicalStringTests {
    static let encodings: [StringEncoding] = [.utf8, .utf16, .latin1UTF16]
    static let texts = [
        "", "plain", "caf\u{e9}", "\u{20ac}uro", "a\u{1f600}b", String(repeating: "x\u{e9}", count: 300),
    ]

    private func transfer(
        _ text: String, _ from: StringEncoding, _ to: StringEncoding
    ) throws -> (String, [FakeMemory.Request]) {
        let fixture = try CanonicalFixture.one("string")
        let given = FakeMemory()
        let taken = FakeMemory()
        var source = fixture.context(given, from)
        let storage = FlatStorage(count: 2)
        var slots = storage.values
        try source.lowerValues([.string(text)], fixture.parameters, most: 16, into: &slots)
        var transfer = CanonicalTransfer(source: source, target: fixture.context(taken, to))
        let result = FlatStorage(count: 2)
        var input = storage.values
        var output = result.values
        try transfer.copy(
            from: (fixture.parameters, 16), &input, to: (fixture.parameters, 16), &output)
        var again = result.values
        let values = try transfer.target.liftValues(fixture.parameters, most: 16, from: &again)
        guard case .string(let string)? = values.first else { return ("", []) }
        return (string, taken.requests)
    }

    @Test(arguments: encodings, encodings)
    func `are the same after a copy between two encodings`(from: StringEncoding, to: StringEncoding) throws {
        for text in Self.texts { #expect(try transfer(text, from, to).0 == text) }
    }

    @Test func `the allocator is called with the specification's sizes`() throws {
        let requests = { (text: String, from: StringEncoding, to: StringEncoding) in
            try transfer(text, from, to).1.map { [$0.oldSize, $0.alignment, $0.newSize] }
        }
        #expect(try requests("abc", .utf8, .utf8) == [[0, 1, 3]])
        #expect(try requests("ab\u{20ac}", .utf16, .utf8) == [[0, 1, 3], [3, 1, 9], [9, 1, 5]])
        #expect(try requests("ab", .utf16, .utf8) == [[0, 1, 2]])
        #expect(try requests("a\u{20ac}", .utf8, .utf16) == [[0, 2, 8], [8, 2, 4]])
        #expect(try requests("abcd", .utf8, .utf16) == [[0, 2, 8]])
        #expect(try requests("a\u{e9}", .utf8, .latin1UTF16) == [[0, 2, 3], [3, 2, 2]])
        #expect(try requests("a\u{20ac}", .utf8, .latin1UTF16) == [[0, 2, 4], [4, 2, 8], [8, 2, 4]])
        #expect(try requests("a\u{e9}", .latin1UTF16, .utf8) == [[0, 1, 2], [2, 1, 4], [4, 1, 3]])
        #expect(try requests("a\u{e9}", .latin1UTF16, .latin1UTF16) == [[0, 2, 2]])
        #expect(try requests("a\u{20ac}", .latin1UTF16, .latin1UTF16) == [[0, 2, 4]])
    }

    private func lift(_ bytes: [UInt8], _ units: UInt32, _ encoding: StringEncoding, at pointer: UInt32 = 64)
        throws
        -> ComponentValue?
    {
        let fixture = try CanonicalFixture.one("string")
        let memory = FakeMemory()
        try memory.view.write(bytes, at: 64)
        var context = fixture.context(memory, encoding)
        let storage = FlatStorage(count: 2)
        var slots = storage.values
        try slots.append(pointer)
        try slots.append(units)
        var again = storage.values
        return try context.liftValues(fixture.parameters, most: 16, from: &again).first
    }

    @Test(
        arguments: [
            [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0x61, 0x80], [0xf4, 0x90, 0x80, 0x80],
        ] as [[UInt8]])
    func `broken UTF-8 traps`(bytes: [UInt8]) {
        #expect(throws: CanonicalTrap.badUTF8) { try lift(bytes, UInt32(bytes.count), .utf8) }
    }

    @Test func `unpaired surrogates trap`() {
        #expect(throws: CanonicalTrap.badUTF16) { try lift([0x00, 0xd8], 1, .utf16) }
        #expect(throws: CanonicalTrap.badUTF16) { try lift([0x00, 0xdc, 0x61, 0x00], 2, .utf16) }
        #expect(throws: CanonicalTrap.badUTF16) { try lift([0x00, 0xd8], 1 | 1 << 31, .latin1UTF16) }
    }

    @Test func `the tag chooses between Latin-1 and UTF-16`() throws {
        #expect(try lift([0xe9, 0x00], 1, .latin1UTF16) == .string("\u{e9}"))
        #expect(try lift([0xac, 0x20], 1 | 1 << 31, .latin1UTF16) == .string("\u{20ac}"))
    }

    @Test func `ranges outside of memory and odd places trap`() {
        #expect(throws: CanonicalTrap.stringOutOfBounds) { try lift([], 2, .utf8, at: 65535) }
        #expect(throws: CanonicalTrap.stringOutOfBounds) { try lift([], .max, .utf8) }
        #expect(throws: CanonicalTrap.unaligned) { try lift([], 1, .utf16, at: 65) }
        #expect(throws: CanonicalTrap.unaligned) { try lift([], 1, .latin1UTF16, at: 65) }
    }

    @Test func `what is not ASCII is found wherever it stands`() throws {
        let ascii = Array(repeating: UInt8(ascii: "a"), count: 150)
        for length in [0, 1, 7, 8, 9, 63, 64, 65, 71, 72, 128, 150] {
            let plain = Array(ascii.prefix(length))
            #expect(try lift(plain, UInt32(length), .utf8) == .string(String(repeating: "a", count: length)))
            for place in 0..<length {
                var broken = plain
                broken[place] = 0x80
                #expect(throws: CanonicalTrap.badUTF8) { try lift(broken, UInt32(length), .utf8) }
                let text = plain[..<place] + Array("é".utf8) + plain[place...]
                let lifted = try lift(Array(text), UInt32(text.count), .utf8)
                #expect(lifted == .string(String(decoding: text, as: UTF8.self)))
            }
        }
    }

    @Test func `UTF-8 that stays in place is checked beyond its ASCII part`() throws {
        let memory = FakeMemory()
        try memory.view.write(Array("0123456789abcdef\u{e9}".utf8), at: 0)
        try memory.view.checkUTF8(0, 18)
        #expect(throws: CanonicalTrap.badUTF8) { try memory.view.checkUTF8(0, 17) }
    }
}
