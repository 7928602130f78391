import Testing

@testable import ComponentModel

@Suite("Values through the canonical ABI")
struct CanonicalValueTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var type: String
        var definitions = ""
        var value: ComponentValue
        var testDescription: String { "\(type) \(definitions)" }
    }

    static let samples: [Sample] = [
        Sample(type: "bool", value: .bool(true)), Sample(type: "s8", value: .s8(-128)),
        Sample(type: "u8", value: .u8(255)), Sample(type: "s16", value: .s16(-32768)),
        Sample(type: "u16", value: .u16(65535)), Sample(type: "s32", value: .s32(-1)),
        Sample(type: "u32", value: .u32(.max)), Sample(type: "s64", value: .s64(.min)),
        Sample(type: "u64", value: .u64(.max)), Sample(type: "f32", value: .f32(Float(1.5).bitPattern)),
        Sample(type: "f64", value: .f64(Double(-0.0).bitPattern)),
        Sample(type: "char", value: .char("\u{10ffff}")),
        Sample(type: "string", value: .string("a\u{e9}\u{20ac}\u{1f600}")),
        Sample(type: "string", value: .string("")),
        Sample(type: "(list u8)", value: .bytes([1, 2, 3])),
        Sample(type: "(list u16)", value: .list([.u16(1), .u16(65535)])),
        Sample(type: "(list string)", value: .list([.string("x"), .string("")])),
        Sample(type: "(list (list bool))", value: .list([.list([.bool(true)]), .list([])])),
        Sample(type: "(tuple u8 u32 u8)", value: .record([.u8(1), .u32(2), .u8(3)])),
        Sample(type: "(option u64)", value: .variant(1, .u64(7))),
        Sample(type: "(option string)", value: .variant(0, nil)),
        Sample(type: "(result u8 (error string))", value: .variant(1, .string("no"))),
        Sample(type: "(result)", value: .variant(1, nil)),
        Sample(type: "(option (option (option u8)))", value: .variant(1, .variant(1, .variant(0, nil)))),
        Sample(type: "(result f32 (error f64))", value: .variant(0, .f32(Float(2).bitPattern))),
        Sample(
            type: "(tuple (result f32 (error u64)) u8)", value: .record([.variant(1, .u64(.max)), .u8(9)])),
        Sample(
            type: "$t",
            definitions:
                "(type $r (record (field \"a\" u8) (field \"b\" f64))) (import \"r\" (type $t (eq $r)))",
            value: .record([.u8(1), .f64(Double(3).bitPattern)])),
        Sample(
            type: "$t",
            definitions: """
                (type $v (variant (case "a") (case "b" u8) (case "c" (list u32))))
                (import "v" (type $t (eq $v)))
                """, value: .variant(2, .list([.u32(1), .u32(2)]))),
        Sample(
            type: "$t", definitions: "(type $e (enum \"x\" \"y\")) (import \"e\" (type $t (eq $e)))",
            value: .variant(1, nil)),
        Sample(
            type: "$t",
            definitions: """
                (type $g (flags \((0..<17).map { "\"f\($0)\"" }.joined(separator: " "))))
                (import "g" (type $t (eq $g)))
                """, value: .flags(0x1_0001)),
        Sample(type: "(map string u32)", value: .list([.record([.string("k"), .u32(1)])])),
    ]

    @Test(arguments: samples)
    func `come back from flat values and from memory`(sample: Sample) throws {
        for width in [PointerWidth.bits32, .bits64] {
            for encoding in [StringEncoding.utf8, .utf16, .latin1UTF16] {
                let fixture = try CanonicalFixture.one(sample.type, sample.definitions, width: width)
                var context = fixture.context(FakeMemory(), encoding)
                #expect(try fixture.roundTrip([sample.value], &context) == [sample.value])
                #expect(try fixture.roundTrip([sample.value], most: 0, &context) == [sample.value])
            }
        }
    }

    @Test func `more than sixteen flat values go through memory`() throws {
        let types = (0..<17).map { "(param \"p\($0)\" u8)" }.joined(separator: " ")
        let fixture = try CanonicalFixture("(import \"f\" (func \(types)))")
        let memory = FakeMemory()
        var context = fixture.context(memory)
        let values = (0..<17).map { ComponentValue.u8(UInt8($0)) }
        #expect(try fixture.roundTrip(values, &context) == values)
        #expect(memory.requests == [.init(old: 0, oldSize: 0, alignment: 1, newSize: 17)])
    }

    @Test func `a NaN becomes the canonical one`() throws {
        let fixture = try CanonicalFixture("(import \"f\" (func (param \"a\" f32) (param \"b\" f64)))")
        var context = fixture.context()
        let result = try fixture.roundTrip([.f32(0xffc0_1234), .f64(0x7ff0_0000_0000_0001)], &context)
        #expect(result == [.f32(0x7fc0_0000), .f64(0x7ff8_0000_0000_0000)])
        #expect(CanonicalNaN.canonical(0x7f80_0000 as UInt32) == 0x7f80_0000)
    }

    @Test func `unused bits of small numbers and of flags are ignored`() throws {
        let fixture = try CanonicalFixture(
            """
            (type $g (flags "a" "b")) (import "g" (type $t (eq $g)))
            (import "f" (func (param "a" u8) (param "b" s8) (param "c" bool) (param "d" $t)))
            """)
        var context = fixture.context()
        let storage = FlatStorage(count: 4)
        var slots = storage.values
        for bits in [0xffff_ff01, 0x80, 0x100, 0xff] as [UInt32] { try slots.append(bits) }
        var again = storage.values
        let values = try context.liftValues(fixture.parameters, most: 16, from: &again)
        #expect(values == [.u8(1), .s8(-128), .bool(true), .flags(3)])
    }

    @Test(arguments: [(0xd800, false), (0xdfff, false), (0x110000, false), (0xe000, true), (0x10ffff, true)])
    func `only Unicode scalars are characters`(bits: UInt32, isValid: Bool) throws {
        let fixture = try CanonicalFixture.one("char")
        var context = fixture.context()
        let storage = FlatStorage(count: 1)
        var slots = storage.values
        try slots.append(bits)
        var again = storage.values
        let values = try? context.liftValues(fixture.parameters, most: 16, from: &again)
        #expect((values != nil) == isValid)
    }

    @Test func `an unknown case traps, flat and in memory`() throws {
        let fixture = try CanonicalFixture.one("(option u8)")
        let memory = FakeMemory()
        var context = fixture.context(memory)
        let storage = FlatStorage(count: 2)
        var slots = storage.values
        try slots.append(2 as UInt32)
        var again = storage.values
        #expect(throws: CanonicalTrap.badDiscriminant) {
            try context.liftValues(fixture.parameters, most: 16, from: &again)
        }
        try memory.view.store(2 as UInt8, at: 32)
        var pointer = storage.values
        try pointer.append(32 as UInt32)
        again = storage.values
        #expect(throws: CanonicalTrap.badDiscriminant) {
            try context.liftValues(fixture.parameters, most: 0, from: &again)
        }
    }

    @Test(arguments: [
        (1 as UInt32, 1 as UInt32, CanonicalTrap.unaligned), (65536, 1, .listOutOfBounds),
        (65532, 2, .listOutOfBounds),
        (0, 0x1000_0000, .listTooLong), (0xffff_fffc, 0xffff_ffff, .listTooLong),
    ])
    func `lists outside of memory trap`(pointer: UInt32, count: UInt32, trap: CanonicalTrap) throws {
        let fixture = try CanonicalFixture.one("(list u32)")
        var context = fixture.context()
        let storage = FlatStorage(count: 2)
        var slots = storage.values
        try slots.append(pointer)
        try slots.append(count)
        var again = storage.values
        #expect(throws: trap) { try context.liftValues(fixture.parameters, most: 16, from: &again) }
    }

    @Test(arguments: [
        (3 as UInt64, CanonicalTrap.reallocUnaligned), (65536, .reallocOutOfBounds),
        (.max, .reallocUnaligned),
    ])
    func `what the allocator gives is checked`(answer: UInt64, trap: CanonicalTrap) throws {
        let fixture = try CanonicalFixture.one("(list u32)")
        let memory = FakeMemory()
        memory.answer = answer
        var context = fixture.context(memory)
        let storage = FlatStorage(count: 2)
        var slots = storage.values
        #expect(throws: trap) {
            try context.lowerValues([.list([.u32(1)])], fixture.parameters, most: 16, into: &slots)
        }
    }

    @Test func `a value of another type is the host's mistake`() throws {
        let fixture = try CanonicalFixture.one("(tuple u8 string)")
        var context = fixture.context()
        let storage = FlatStorage(count: 4)
        for wrong in [ComponentValue.u8(1), .record([.u8(1)]), .record([.u8(1), .u8(2)])] {
            var slots = storage.values
            #expect(throws: CanonicalTrap.wrongValue) {
                try context.lowerValues([wrong], fixture.parameters, most: 16, into: &slots)
            }
        }
    }
}
