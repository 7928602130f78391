import AppModel

/// Which bytes RFC 9110 allows where. Bit masks instead of tables: no memory is read, nothing is set up
/// lazily.
package enum FieldRules {
    /// tchar (RFC 9110 §5.6.2): a bit for each of the bytes 0–63 and 64–127.
    @inlinable
    @inline(always)
    package static func isToken(_ byte: UInt8) -> Bool {
        let mask: UInt64 = byte < 64 ? 0x03ff_6cfa_0000_0000 : 0x57ff_ffff_c7ff_fffe
        return byte < 128 && (mask >> UInt64(byte & 63)) & 1 == 1
    }

    /// HTAB, SP, visible characters and obs-text.
    @inlinable
    @inline(always)
    package static func isValue(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7f) || byte == 0x09
    }

    /// A byte of a value that is written as its string says, whatever stands beside it; see `FieldText`.
    @inline(always)
    static func isPlainValue(_ byte: UInt8) -> Bool { isValue(byte) && byte != 0xf4 }

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

    /// A value as HTTP/2's codec takes it; nil for bytes that are not UTF-8, which it cannot carry.
    static func textOnly(_ value: String) -> String? {
        guard let bytes = FieldText.bytes(of: value) else { return value }
        return String(validating: bytes, as: UTF8.self)
    }

    /// `lowercase` is ASCII in lower case.
    @inline(always)
    package static func equals(_ name: String, _ lowercase: StaticString) -> Bool {
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
        let bytes = authority.utf8Span.span
        let count = bytes.count
        guard count > 0 else { return false }
        var index = 0
        if bytes[0] == UInt8(ascii: "[") {
            index = 1
            while index < count, bytes[index] != UInt8(ascii: "]") {
                let byte = bytes[index]
                guard isHexDigit(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") else {
                    return false
                }
                index += 1
            }
            guard index > 1, index < count else { return false }
            index += 1
        } else {
            while index < count, isRegisteredName(bytes[index]) { index += 1 }
            guard index > 0 else { return false }
        }
        if index == count { return true }
        guard bytes[index] == UInt8(ascii: ":"), count - index - 1 <= 5 else { return false }
        for digit in (index + 1)..<count where bytes[digit] < 0x30 || bytes[digit] > 0x39 { return false }
        return true
    }

    /// unreserved, sub-delims but `,`, and `%` (RFC 3986 §3.2.2); bits as for a token.
    @inline(always)
    private static func isRegisteredName(_ byte: UInt8) -> Bool {
        let mask: UInt64 = byte < 64 ? 0x2bff_6ff2_0000_0000 : 0x47ff_fffe_87ff_fffe
        return byte < 128 && (mask >> UInt64(byte & 63)) & 1 == 1
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
