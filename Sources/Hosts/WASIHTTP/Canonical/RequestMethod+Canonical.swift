public import ComponentModel

extension RequestMethod: CanonicalVariant {
    /// `method`.
    public static let cases = CanonicalCases<Self>([
        .case("get", .get), .case("head", .head), .case("post", .post), .case("put", .put),
        .case("delete", .delete), .case("connect", .connect), .case("options", .options),
        .case("trace", .trace), .case("patch", .patch),
        .case("other", make: Self.other) { if case .other(let token) = $0 { token } else { nil } },
    ])

    /// The index of the case.
    public var caseNumber: Int {
        switch self {
        case .get: 0
        case .head: 1
        case .post: 2
        case .put: 3
        case .delete: 4
        case .connect: 5
        case .options: 6
        case .trace: 7
        case .patch: 8
        case .other: 9
        }
    }
}

extension RequestScheme: CanonicalVariant {
    /// `scheme`.
    public static let cases = CanonicalCases<Self>([
        .case("HTTP", .http), .case("HTTPS", .https),
        .case("other", make: Self.other) { if case .other(let text) = $0 { text } else { nil } },
    ])

    /// The index of the case.
    public var caseNumber: Int {
        switch self {
        case .http: 0
        case .https: 1
        case .other: 2
        }
    }
}

extension HTTPFieldValue: CanonicalBytes {
    /// A copy of a guest's bytes.
    public init(guestBytes: RawSpan) { self.init(bytes: guestBytes) }
    /// How many bytes.
    public var guestByteCount: Int { byteCount }
    /// Copies the bytes into a guest's memory.
    public func copy(toGuest target: inout MutableRawSpan) { copy(to: &target) }
}

/// `tuple<field-name, field-value>`. The generic tuple says the same, but comes out slower.
extension HTTPField: CanonicalType {
    private typealias Pair = CanonicalTuple<String, HTTPFieldValue>

    /// Whether the type is a tuple of a string and a list of bytes.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        Pair.matches(type, types)
    }

    /// Two pointers and two lengths.
    public static func layout(_ width: PointerWidth) -> ValueLayout {
        ValueLayout(width.size * 4, alignment: width.size)
    }

    /// Four slots.
    public static var flatTypes: FlatTypes { Pair.flatTypes }

    /// Name and value.
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> HTTPField {
        let name = try String.lift(from: &slots, &context)
        return HTTPField(name: name, value: try HTTPFieldValue.lift(from: &slots, &context))
    }

    /// Name and value.
    public static func load(
        at offset: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> HTTPField {
        let name = try String.load(at: offset, &context)
        let place = offset + context.plan.width.size * 2
        return HTTPField(name: name, value: try HTTPFieldValue.load(at: place, &context))
    }

    /// Name and value.
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try name.lower(into: &slots, &context)
        try value.lower(into: &slots, &context)
    }

    /// Name and value.
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try name.store(at: offset, &context)
        try value.store(at: offset + context.plan.width.size * 2, &context)
    }
}
