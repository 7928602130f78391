import NIOHTTP1

/// The header section that a CGI program writes before its body (RFC 3875 section 6.2), as Spin reads it.
struct CGIHead {
    var status: HTTPResponseStatus = .ok
    var headers = HTTPHeaders()
    /// Lines that are no header field and were left out.
    var ignoredLines = 0

    /// What makes a header section unusable.
    enum Problem: Error, Equatable, CustomStringConvertible {
        /// Neither `Content-Type` nor `Status` nor `Location`.
        case insufficient

        var description: String {
            "the program wrote a header section without Content-Type, Status or Location"
        }
    }

    /// Parses the section, without the empty line at its end. Carriage returns are ignored.
    init(_ section: some Collection<UInt8>) throws(Problem) {
        var isSufficient = false
        var hasStatus = false
        for line in section.split(separator: UInt8(ascii: "\n")) {
            guard let (name, value) = Self.field(line) else {
                ignoredLines += 1
                continue
            }
            switch name.lowercased() {
            case "status":
                hasStatus = true
                status = Self.status(value)
            case "location":
                isSufficient = true
                if !hasStatus { status = .found }
                headers.add(name: name, value: value)
            case "content-type":
                isSufficient = true
                headers.add(name: name, value: value)
            default: headers.add(name: name, value: value)
            }
        }
        guard isSufficient || hasStatus else { throw .insufficient }
    }

    // `Status: 404 Not Found`; anything that is no status is the program's fault, so 502.
    private static func status(_ value: String) -> HTTPResponseStatus {
        let code = value.prefix { $0 != " " }
        guard let number = Int(code), (200...599).contains(number) else { return .badGateway }
        return HTTPResponseStatus(statusCode: number)
    }

    private static func field(_ line: some Collection<UInt8>) -> (String, String)? {
        let bytes = line.filter { $0 != UInt8(ascii: "\r") }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = trimmed(bytes[..<colon])
        let value = trimmed(bytes[(colon + 1)...])
        guard !name.isEmpty, name.allSatisfy(isTokenByte), value.allSatisfy(isValueByte) else { return nil }
        return (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }),
            let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return [] }
        return bytes[first...last]
    }

    // RFC 9110 section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    // RFC 9110 section 5.5: no controls but the tab.
    private static func isValueByte(_ byte: UInt8) -> Bool { byte == 9 || (byte >= 0x20 && byte != 0x7f) }
}
