/// Which bytes RFC 9110 allows where. Bit masks instead of tables: no memory is read, nothing is set up
/// lazily.
enum FieldRules {
    // tchar (RFC 9110 §5.6.2), bytes 0–63 and 64–127.
    private static let tokenLow: UInt64 = 0x03ff_6cfa_0000_0000
    private static let tokenHigh: UInt64 = 0x57ff_ffff_c7ff_fffe

    @inline(always)
    static func isToken(_ byte: UInt8) -> Bool {
        let mask = byte < 64 ? tokenLow : tokenHigh
        return byte < 128 && (mask >> UInt64(byte & 63)) & 1 == 1
    }

    /// HTAB, SP, visible characters and obs-text.
    @inline(always)
    static func isValue(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7f) || byte == 0x09
    }

    /// Visible ASCII but `#`: a fragment is never sent.
    @inline(always)
    static func isTarget(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "#")
    }

    static func isFieldName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { isToken($0) }
    }

    static func isFieldValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { isValue($0) }
    }

    /// `lowercase` is ASCII in lower case.
    @inline(always)
    static func equals(_ name: String, _ lowercase: StaticString) -> Bool {
        let utf8 = name.utf8
        guard utf8.count == lowercase.utf8CodeUnitCount else { return false }
        return lowercase.withUTF8Buffer { expected in
            var index = 0
            for byte in utf8 {
                // Setting bit 5 maps upper case to lower case; for `-` and digits it changes nothing.
                if unsafe byte | 0x20 != expected[index] { return false }
                index += 1
            }
            return true
        }
    }

    /// Whether the comma-separated list in `value` has `token` (lower case) as an element.
    static func list(_ value: String, has token: StaticString) -> Bool {
        for element in value.utf8.split(separator: UInt8(ascii: ",")) {
            let trimmed = String(Substring(element)).trimmingBlanks()
            if equals(trimmed, token) { return true }
        }
        return false
    }

    /// Host and optional port (RFC 9110 §4.2): no user information, no blank, nothing that ends an authority.
    static func isAuthority(_ authority: String) -> Bool {
        var bytes = Array(authority.utf8)[...]
        guard let first = bytes.first else { return false }
        if first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")), end > bytes.startIndex + 1 else {
                return false
            }
            let address = bytes[(bytes.startIndex + 1)..<end]
            guard address.allSatisfy({ isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return false }
            bytes = bytes[(end + 1)...]
        } else {
            let end = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            guard end > bytes.startIndex, bytes[..<end].allSatisfy(isRegisteredName) else { return false }
            bytes = bytes[end...]
        }
        guard let colon = bytes.first else { return true }
        let port = bytes.dropFirst()
        return colon == UInt8(ascii: ":") && port.count <= 5 && port.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    /// unreserved, sub-delims and `%` (RFC 3986 §3.2.2).
    private static func isRegisteredName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return true
        default:
            return "-._~!$&'()*+;=%".utf8.contains(byte)
        }
    }

    static func isHexDigit(_ byte: UInt8) -> Bool {
        hexValue(byte) != nil
    }

    @inline(always)
    static func hexValue(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x41 + 10
        case 0x61...0x66: Int(byte) - 0x61 + 10
        default: nil
        }
    }

    /// A length of 1 to 18 digits and nothing else; nil for anything a second reader might read otherwise.
    static func decimal(_ value: String) -> Int? {
        guard !value.isEmpty, value.utf8.count <= 18 else { return nil }
        var result = 0
        for byte in value.utf8 {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            result = result * 10 + Int(byte - 0x30)
        }
        return result
    }
}

extension String {
    /// Without leading and trailing SP and HTAB.
    fileprivate func trimmingBlanks() -> String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        guard let start = utf8.firstIndex(where: { !isBlank($0) }),
            let end = utf8.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(self[start...end])
    }
}
