import Testing

@testable import ComponentModel

@Suite("Enums, flags, records and variants that Swift types declare")
struct DeclaredTypeTests {
    private let colors = "(import \"c\" (type $t (eq $x)))"

    private func named(_ type: String) -> String { "(type $x \(type)) \(colors)" }

    @Test func `an enum has its case names as labels`() throws {
        let type = named("(enum \"deep-red\" \"green\" \"ipv4\")")
        try check(Color.deepRed, "$t", .variant(0, nil), type)
        try check(Color.ipv4, "$t", .variant(2, nil), type)
        for other in [
            "(enum \"deep-red\" \"green\")", "(enum \"green\" \"deep-red\" \"ipv4\")", "(flags \"deep-red\")",
        ] {
            #expect(try !matches(Color.self, named(other)))
        }
    }

    @Test func `a number beyond the cases of an enum traps`() throws {
        let fixture = try CanonicalFixture.one("$t", named("(enum \"deep-red\" \"green\" \"ipv4\")"))
        var context = fixture.context()
        let storage = FlatStorage(count: 1)
        var slots = storage.values
        try slots.append(3 as UInt32)
        slots = storage.values
        #expect(throws: CanonicalTrap.self) { try Color.lift(from: &slots, &context) }
        try context.view.store(3 as UInt8, at: 32)
        #expect(throws: CanonicalTrap.self) { try Color.load(at: 32, &context) }
    }

    @Test func `flags are bits in the order of their labels`() throws {
        let type = named("(flags \"read\" \"write\" \"run-at-once\")")
        try check([.write, .runAtOnce] as Access, "$t", .flags(6), type)
        #expect(try !matches(Access.self, named("(flags \"read\" \"write\")")))
        let fixture = try CanonicalFixture.one("$t", type)
        var context = fixture.context()
        try context.view.store(0xff as UInt8, at: 32)
        #expect(try Access.load(at: 32, &context) == [.read, .write, .runAtOnce])
    }

    @Test func `a record has names and a tuple of fields`() throws {
        let type = named("(record (field \"id\" u8) (field \"label\" string) (field \"size\" u64))")
        try check(Thing(id: 1, label: "n", size: 2), "$t", .record([.u8(1), .string("n"), .u64(2)]), type)
        #expect(
            try !matches(
                Thing.self, named("(record (field \"id\" u8) (field \"name\" string) (field \"size\" u64))")))
        #expect(try !matches(Thing.self, named("(record (field \"id\" u8) (field \"label\" string))")))
    }

    @Test func `a variant joins the slots of its payloads`() throws {
        let type = named(
            "(variant (case \"none\") (case \"name\" string) (case \"size\" u64) (case \"part\" f32))")
        try check(Choice.none, "$t", .variant(0, nil), type)
        try check(Choice.name("n"), "$t", .variant(1, .string("n")), type)
        try check(Choice.size(1 << 40), "$t", .variant(2, .u64(1 << 40)), type)
        try check(Choice.part(1.5), "$t", .variant(3, .f32((1.5 as Float).bitPattern)), type)
        #expect(
            try !matches(
                Choice.self,
                named(
                    "(variant (case \"none\") (case \"name\" string) (case \"size\" u32) (case \"part\" f32))"
                )))
    }

    private func matches(_ type: any CanonicalType.Type, _ definitions: String) throws -> Bool {
        let fixture = try CanonicalFixture.one("$t", definitions)
        let matcher = TypeMatcher(types: fixture.component.types, names: fixture.component.names)
        return type.matches(fixture.component.types[fixture.function.parameters].first?.type, matcher)
    }
}

private enum Color: UInt8, CanonicalEnum { case deepRed, green, ipv4 }

private struct Access: CanonicalFlags, Equatable {
    let rawValue: UInt8
    static let labels = ["read", "write", "run-at-once"]
    static let read = Access(rawValue: 1)
    static let write = Access(rawValue: 2)
    static let runAtOnce = Access(rawValue: 4)
}

private struct Thing: CanonicalRecord, Equatable {
    var id: UInt8
    var label: String
    var size: UInt64

    init(id: UInt8, label: String, size: UInt64) { (self.id, self.label, self.size) = (id, label, size) }
    static let fieldNames = ["id", "label", "size"]
    init(_ fields: CanonicalTuple<UInt8, String, UInt64>) { (id, label, size) = fields.elements }
    var fields: CanonicalTuple<UInt8, String, UInt64> { CanonicalTuple(id, label, size) }
}

private enum Choice: CanonicalVariant, Equatable {
    case none
    case name(String)
    case size(UInt64)
    case part(Float)

    static let cases = CanonicalCases<Self>([
        .case("none", .none),
        .case("name", make: Self.name) { if case .name(let name) = $0 { name } else { nil } },
        .case("size", make: Self.size) { if case .size(let size) = $0 { size } else { nil } },
        .case("part", make: Self.part) { if case .part(let part) = $0 { part } else { nil } },
    ])

    var caseNumber: Int {
        switch self {
        case .none: 0
        case .name: 1
        case .size: 2
        case .part: 3
        }
    }
}
