/// What may stand where in a request, checked once more at the last moment before the wire: the only place that every
/// byte of every guest passes, whatever interface it came by.
enum OutboundSyntax {
    /// Fields of the connection (RFC 9110 §7.6.1), and those that say where a request goes or ends.
    static let forbiddenFields: Set<String> = [
        "host", "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization",
        "transfer-encoding", "upgrade", "http2-settings",
    ]

    /// Fields that change how a message is read, which is over when trailers come (RFC 9110 §6.5.1).
    static let notInTrailers: Set<String> = [
        "content-length", "content-encoding", "content-type", "content-range", "authorization", "cookie",
        "set-cookie", "te", "trailer", "cache-control", "expect", "max-forwards", "range",
    ]

    /// A method or the name of a field (RFC 9110 §5.6.2).
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// A value of a field: no control character but the tab (RFC 9110 §5.5).
    static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }

    /// A path with a query: no control character, no blank, no fragment, and no backslash, which some take for a slash.
    static func isTarget(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\")
        }
    }

    /// The text with bytes beyond ASCII as `%XX` (RFC 3986 §2.1).
    static func percentEncodedBeyondASCII(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var result = ""
        for byte in text.utf8 {
            if byte < 0x80 {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
