import Testing

@testable import ComponentModel

@Suite("Reading the binary format's primitives")
struct BinaryReaderTests {
    private func reader(_ bytes: [UInt8]) -> BinaryReader { BinaryReader(bytes, range: 0..<bytes.count) }

    @Test(
        arguments: [
            ([0x00], 0), ([0x7f], 127), ([0x80, 0x01], 128), ([0xff, 0xff, 0xff, 0xff, 0x0f], .max),
            ([0x80, 0x80, 0x80, 0x80, 0x00], 0),
        ] as [([UInt8], UInt32)])
    func `unsigned numbers`(bytes: [UInt8], value: UInt32) throws {
        var reader = reader(bytes)
        #expect(try reader.u32() == value)
        #expect(reader.isAtEnd)
    }

    @Test(
        arguments: [
            [], [0x80], [0xff, 0xff, 0xff, 0xff, 0x1f], [0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
        ] as [[UInt8]])
    func `unsigned numbers that are cut or too long are refused`(bytes: [UInt8]) {
        var reader = reader(bytes)
        #expect(throws: ComponentModelError.self) { try reader.u32() }
    }

    @Test(
        arguments: [
            ([0x00], 0), ([0x40], -64), ([0x7f], -1), ([0xff, 0x00], 127),
            ([0xff, 0xff, 0xff, 0xff, 0x0f], 0xffff_ffff),
            ([0x80, 0x80, 0x80, 0x80, 0x70], -0x1_0000_0000),
        ] as [([UInt8], Int64)])
    func `signed numbers of 33 bits`(bytes: [UInt8], value: Int64) throws {
        var reader = reader(bytes)
        #expect(try reader.signed(bits: 33) == value)
    }

    @Test(
        arguments: [
            [0x80, 0x80, 0x80, 0x80, 0x20], [0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
            [0xff, 0xff, 0xff, 0xff, 0x4f],
        ] as [[UInt8]])
    func `signed numbers that are too long are refused`(bytes: [UInt8]) {
        var reader = reader(bytes)
        #expect(throws: ComponentModelError.self) { try reader.signed(bits: 33) }
    }

    @Test func `64-bit numbers keep their extremes`() throws {
        var smallest = reader([UInt8](repeating: 0x80, count: 9) + [0x7f])
        #expect(try smallest.signed(bits: 64) == .min)
        var largest = reader([UInt8](repeating: 0xff, count: 9) + [0x01])
        #expect(try largest.u64() == .max)
    }

    @Test func `names are UTF-8 and not longer than allowed`() throws {
        var name = reader([3] + Array("a\u{e9}".utf8))
        #expect(try name.string(limit: 3) == "a\u{e9}")
        var long = reader([3] + Array("a\u{e9}".utf8))
        #expect(throws: ComponentModelError.self) { try long.string(limit: 2) }
        var broken = reader([1, 0xff])
        #expect(throws: ComponentModelError.self) { try broken.string(limit: 9) }
        var cut = reader([4, 0x61])
        #expect(throws: ComponentModelError.self) { try cut.string(limit: 9) }
    }
}
