/// Which bytes the HTTP and URI specifications allow where.
enum HTTPSyntax {
    // tchar (RFC 9110 §5.6.2), bytes 0–63 and 64–127.
    private static let tokenLow: UInt64 = 0x03ff_6cfa_0000_0000
    private static let tokenHigh: UInt64 = 0x57ff_ffff_c7ff_fffe

    @inline(always)
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        byte < 128 && ((byte < 64 ? tokenLow : tokenHigh) >> UInt64(byte & 63)) & 1 == 1
    }

    /// A field name or a method.
    static func isToken(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isTokenByte) }

    /// HTAB, SP, visible characters and obs-text (RFC 9110 §5.5).
    @inline(always)
    static func isFieldValueByte(_ byte: UInt8) -> Bool { (byte >= 0x20 && byte != 0x7f) || byte == 0x09 }

    /// Field names are equal without regard to case.
    static func isSameName(_ first: String, _ second: String) -> Bool {
        let (first, second) = (first.utf8, second.utf8)
        return first.count == second.count && zip(first, second).allSatisfy { lowercase($0) == lowercase($1) }
    }

    @inline(always)
    private static func lowercase(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }

    /// Fields of the connection, which guests neither see nor set.
    static func isForbidden(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: isSameName(name, "host")
        case 7: isSameName(name, "upgrade")
        case 10: isSameName(name, "connection") || isSameName(name, "keep-alive")
        case 14: isSameName(name, "http2-settings")
        case 16: isSameName(name, "proxy-connection")
        case 17: isSameName(name, "transfer-encoding")
        case 18: isSameName(name, "proxy-authenticate")
        case 19: isSameName(name, "proxy-authorization")
        default: false
        }
    }

    /// A length of 1 to 18 digits and nothing else.
    static func decimal(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 18 else { return nil }
        var result = 0
        for byte in text.utf8 {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            result = result * 10 + Int(byte - 0x30)
        }
        return result
    }

    // MARK: - Parts of a URI (RFC 3986)

    /// `scheme`.
    static func isScheme(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
    }

    /// Path and query without a fragment. Bytes beyond ASCII are let through, and what RFC 3986 excludes but clients send
    /// as it is: quotes, braces, brackets, bars, carets and backslashes.
    static func isPathWithQuery(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && !"#<>`".utf8.contains($0) }
    }

    /// Host with optional user information and port.
    static func isAuthority(_ text: String) -> Bool {
        var host = text.utf8[...]
        if let at = host.lastIndex(of: UInt8(ascii: "@")) {
            let user = host[..<at]
            guard !user.isEmpty, user.allSatisfy({ isNameByte($0) || $0 == UInt8(ascii: ":") }) else {
                return false
            }
            host = host[host.index(after: at)...]
        }
        return isHostAndPort(host)
    }

    private static func isHostAndPort(_ text: Substring.UTF8View.SubSequence) -> Bool {
        var rest = text
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = rest[rest.index(after: rest.startIndex)..<end]
            guard !address.isEmpty, address.allSatisfy({ isHexDigit($0) || ":.".utf8.contains($0) }) else {
                return false
            }
            rest = rest[rest.index(after: end)...]
        } else {
            let end = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
            guard end > rest.startIndex, rest[..<end].allSatisfy(isNameByte) else { return false }
            rest = rest[end...]
        }
        guard let colon = rest.first else { return true }
        let port = String(Substring(rest.dropFirst()))
        return colon == UInt8(ascii: ":") && port.utf8.count <= 5
            && decimal(port).map { $0 <= 65_535 } == true
    }

    // unreserved, pct-encoded, sub-delims.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || "-._~%!$&'()*+,;=".utf8.contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        lowercase(byte) >= UInt8(ascii: "a") && lowercase(byte) <= UInt8(ascii: "z")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (lowercase(byte) >= UInt8(ascii: "a") && lowercase(byte) <= UInt8(ascii: "f"))
    }
}
