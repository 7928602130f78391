/// An address of the internet protocol, version 4 or 6, without a port and without a zone.
public enum IPAddress: Sendable, Hashable {
    /// Version 4, as a number in host order: 127.0.0.1 is `0x7F00_0001`.
    case v4(UInt32)
    /// Version 6, as a number in host order: ::1 is 1.
    case v6(UInt128)

    /// The version 4 address inside an IPv4-mapped one (`::ffff:a.b.c.d`, RFC 4291 §2.5.5.2); else the address itself.
    /// A system connects both to the same place, so rules look at this form.
    public var canonical: IPAddress {
        if case .v6(let bits) = self, bits >> 32 == 0xFFFF {
            .v4(UInt32(truncatingIfNeeded: bits))
        } else {
            self
        }
    }

    /// 4 or 16 bytes, most significant first.
    public init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self = .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }

    /// The 8 groups of a version 6 address, most significant first.
    public init(groups: (UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16, UInt16)) {
        let high = [groups.0, groups.1, groups.2, groups.3]
        let low = [groups.4, groups.5, groups.6, groups.7]
        self = .v6((high + low).reduce(0) { $0 << 16 | UInt128($1) })
    }

    /// The bytes, most significant first: 4 or 16.
    public var bytes: [UInt8] {
        switch self {
        case .v4(let bits): (0..<4).map { UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0)) }
        case .v6(let bits): (0..<16).map { UInt8(truncatingIfNeeded: bits >> (120 - 8 * $0)) }
        }
    }

    /// Whether it is of version 6.
    public var isVersion6: Bool { if case .v6 = self { true } else { false } }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted decimal, or the form of RFC 5952.
    public var description: String {
        switch self {
        case .v4: return bytes.map(String.init).joined(separator: ".")
        case .v6(let bits):
            if bits >> 32 == 0xFFFF { return "::ffff:\(IPAddress.v4(UInt32(truncatingIfNeeded: bits)))" }
            let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) }
            guard let zeros = Self.longestZeros(groups) else { return Self.joined(groups[...]) }
            return "\(Self.joined(groups[..<zeros.lowerBound]))::\(Self.joined(groups[zeros.upperBound...]))"
        }
    }

    /// As it stands in a URL: version 6 in brackets.
    public var inURL: String { isVersion6 ? "[\(self)]" : description }

    private static func joined(_ groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    // The first of the longest runs of at least two zero groups.
    private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
        var best: Range<Int>?
        var start = 0
        while start < groups.count {
            let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
            if end - start >= 2, end - start > best?.count ?? 0 { best = start..<end }
            start = max(end, start + 1)
        }
        return best
    }
}
