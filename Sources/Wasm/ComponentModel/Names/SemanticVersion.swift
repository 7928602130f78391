/// A version by the rules of semver.org, 2.0.0.
public struct SemanticVersion: Sendable, Hashable, CustomStringConvertible {
    /// Incompatible changes.
    public let major: UInt64
    /// Compatible additions.
    public let minor: UInt64
    /// Corrections.
    public let patch: UInt64
    /// Identifiers after the hyphen, without it; empty for a release.
    public let preRelease: String
    /// Identifiers after the plus sign, without it.
    public let build: String

    /// Parses a version, or gives nil.
    public init?(_ text: some StringProtocol) {
        var rest = text[...]
        var build = ""
        if let plus = rest.firstIndex(of: "+") {
            build = String(rest[rest.index(after: plus)...])
            rest = rest[..<plus]
            guard Self.areIdentifiers(build, areNumbersStrict: false) else { return nil }
        }
        var preRelease = ""
        if let hyphen = rest.firstIndex(of: "-") {
            preRelease = String(rest[rest.index(after: hyphen)...])
            rest = rest[..<hyphen]
            guard Self.areIdentifiers(preRelease, areNumbersStrict: true) else { return nil }
        }
        let numbers = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3, let major = Self.number(numbers[0]), let minor = Self.number(numbers[1]),
            let patch = Self.number(numbers[2])
        else { return nil }
        self.major = major
        self.minor = minor
        self.patch = patch
        self.preRelease = preRelease
        self.build = build
    }

    private static func number(_ text: some StringProtocol) -> UInt64? {
        guard !text.isEmpty, text.utf8.allSatisfy(isDigit),
            text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0")
        else { return nil }
        return UInt64(text)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func areIdentifiers(_ text: String, areNumbersStrict: Bool) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy {
            identifier in
            guard !identifier.isEmpty else { return false }
            if areNumbersStrict, identifier.count > 1, identifier.first == UInt8(ascii: "0"),
                identifier.allSatisfy(isDigit)
            {
                return false
            }
            return identifier.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        }
    }

    /// `1.2.3-pre+build`.
    public var description: String {
        "\(major).\(minor).\(patch)" + (preRelease.isEmpty ? "" : "-\(preRelease)")
            + (build.isEmpty ? "" : "+\(build)")
    }

    /// The part that decides about compatibility: `1` for 1.x.y, `0.2` for 0.2.x, `0.0.3` for 0.0.3; a pre-release
    /// stands for itself (Explainer.md, `canonversion`).
    public var compatibilityKey: String {
        if !preRelease.isEmpty { return "\(major).\(minor).\(patch)-\(preRelease)" }
        if major != 0 { return "\(major)" }
        return minor != 0 ? "0.\(minor)" : "0.0.\(patch)"
    }
}
