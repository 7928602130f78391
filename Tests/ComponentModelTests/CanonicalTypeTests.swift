import Testing

@testable import ComponentModel

@Suite("Swift types as component types")
struct CanonicalTypeTests {
    @Test func `scalars`() throws {
        try check(true, "bool", .bool(true))
        try check(-5 as Int8, "s8", .s8(-5))
        try check(200 as UInt8, "u8", .u8(200))
        try check(-500 as Int16, "s16", .s16(-500))
        try check(60000 as UInt16, "u16", .u16(60000))
        try check(-1 as Int32, "s32", .s32(-1))
        try check(UInt32.max, "u32", .u32(.max))
        try check(Int64.min, "s64", .s64(.min))
        try check(UInt64.max, "u64", .u64(.max))
        try check(1.5 as Float, "f32", .f32((1.5 as Float).bitPattern))
        try check(-2.5, "f64", .f64((-2.5).bitPattern))
        try check("\u{1f600}" as Unicode.Scalar, "char", .char("\u{1f600}"))
    }

    @Test func `strings and lists`() throws {
        try check("h\u{e9}llo", "string", .string("h\u{e9}llo"))
        try check([1, 2, 3] as [UInt8], "(list u8)", .bytes([1, 2, 3]))
        try check([-1, 2] as [Int64], "(list s64)", .list([.s64(-1), .s64(2)]))
        try check(["a", ""], "(list string)", .list([.string("a"), .string("")]))
        try check([[true], []], "(list (list bool))", .list([.list([.bool(true)]), .list([])]))
    }

    @Test func `options and results`() throws {
        try check(7 as UInt64?, "(option u64)", .variant(1, .u64(7)))
        try check(nil as String?, "(option string)", .variant(0, nil))
        try check(3 as UInt8??, "(option (option u8))", .variant(1, .variant(1, .u8(3))))
        try check(Result<UInt8, Problem>.success(1), "(result u8 (error u16))", .variant(0, .u8(1)))
        try check(
            Result<UInt8, Problem>.failure(Problem(code: 9)), "(result u8 (error u16))", .variant(1, .u16(9)))
    }

    @Test func `records written by hand, and tuples`() throws {
        let definitions = """
            (type $r (record (field "id" u8) (field "name" string) (field "size" u64)))
            (import "r" (type $t (eq $r)))
            """
        try check(
            Item(id: 1, name: "n", size: 2), "$t", .record([.u8(1), .string("n"), .u64(2)]), definitions)
        let fixture = try CanonicalFixture.one("(tuple u8 string)")
        let matcher = TypeMatcher(types: fixture.component.types, names: fixture.component.names)
        let declared = fixture.component.types[fixture.function.parameters].first?.type
        #expect(CanonicalTuple<UInt8, String>.matches(declared, matcher))
        #expect(!CanonicalTuple<UInt8>.matches(declared, matcher))
        #expect(!CanonicalTuple<String, UInt8>.matches(declared, matcher))
        #expect(!CanonicalTuple<UInt8, String, Bool>.matches(declared, matcher))
        #expect(!Item.matches(declared, matcher))
    }

    @Test func `parameters and results spill to memory as the types say`() throws {
        let fixture = try CanonicalFixture(
            "(import \"f\" (func (param \"a\" string) (result (tuple u8 string))))")
        var context = fixture.context()
        let storage = FlatStorage(count: 4)
        var slots = storage.values
        try CanonicalTuple("x").lowerParameters(into: &slots, &context)
        slots = storage.values
        #expect(try CanonicalTuple<String>.liftParameters(from: &slots, &context).elements == "x")
        let place = try context.allocate(12, alignment: 4)
        try CanonicalTuple(7 as UInt8, "y").lowerResult(into: &slots, outParameter: place, &context)
        slots = storage.values
        try slots.append(place)
        slots = storage.values
        let result = try CanonicalTuple<UInt8, String>.liftResult(from: &slots, &context)
        #expect(result.elements == (7, "y"))
        slots = storage.values
        #expect(throws: CanonicalTrap.unaligned) {
            try CanonicalTuple(7 as UInt8, "y").lowerResult(into: &slots, outParameter: 33, &context)
        }
        #expect(throws: CanonicalTrap.outOfBounds) {
            try CanonicalTuple(7 as UInt8, "y").lowerResult(into: &slots, outParameter: 65528, &context)
        }
    }

    @Test func `a list that lies outside of memory traps`() throws {
        let fixture = try CanonicalFixture.one("(list u8)")
        var context = fixture.context()
        let storage = FlatStorage(count: 2)
        var slots = storage.values
        try slots.append(65000 as UInt32)
        try slots.append(1000 as UInt32)
        slots = storage.values
        #expect(throws: CanonicalTrap.listOutOfBounds) { try [UInt8].lift(from: &slots, &context) }
    }
}

/// An error with a number, as `u16`.
private struct Problem: Error, Equatable, CanonicalType {
    var code: UInt16

    static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        UInt16.matches(type, types)
    }
    static func layout(_ width: PointerWidth) -> ValueLayout { UInt16.layout(width) }
    static var flatTypes: FlatTypes { UInt16.flatTypes }
    static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Problem { Problem(code: try UInt16.lift(from: &slots, &context)) }
    static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) -> Problem {
        Problem(code: try UInt16.load(at: offset, &context))
    }
    func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try code.lower(into: &slots, &context)
    }
    func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try code.store(at: offset, &context)
    }
}

/// A record, as a host author writes it.
private struct Item: Equatable, CanonicalType {
    var id: UInt8
    var name: String
    var size: UInt64

    static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        types.isRecord(type, [("id", UInt8.self), ("name", String.self), ("size", UInt64.self)])
    }
    static func layout(_ width: PointerWidth) -> ValueLayout {
        CanonicalTuple<UInt8, String, UInt64>.layout(width)
    }
    static var flatTypes: FlatTypes { CanonicalTuple<UInt8, String, UInt64>.flatTypes }
    static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Item {
        Item(
            id: try .lift(from: &slots, &context), name: try .lift(from: &slots, &context),
            size: try .lift(from: &slots, &context))
    }
    static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) -> Item {
        var cursor = RecordCursor(at: offset, context.plan.width)
        return Item(
            id: try .load(at: cursor.next(UInt8.self), &context),
            name: try .load(at: cursor.next(String.self), &context),
            size: try .load(at: cursor.next(UInt64.self), &context))
    }
    func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try id.lower(into: &slots, &context)
        try name.lower(into: &slots, &context)
        try size.lower(into: &slots, &context)
    }
    func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        var cursor = RecordCursor(at: offset, context.plan.width)
        try id.store(at: cursor.next(UInt8.self), &context)
        try name.store(at: cursor.next(String.self), &context)
        try size.store(at: cursor.next(UInt64.self), &context)
    }
}
