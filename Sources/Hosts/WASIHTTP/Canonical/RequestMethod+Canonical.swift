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
