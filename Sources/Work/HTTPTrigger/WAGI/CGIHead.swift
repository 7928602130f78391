import AppModel
import HTTPServer
import NIOCore
import NIOHTTP1

/// The header section that a CGI program writes before its body (RFC 3875 section 6.2), as Spin reads it.
struct CGIHead {
    var status: HTTPResponseStatus = .ok
    var headers = HTTPHeaders()
    /// Lines that are no header field and were left out.
    var ignoredLines = 0

    private var isSufficient = false
    private var hasStatus = false

    /// What makes a header section unusable.
    enum Problem: Error, Equatable, CustomStringConvertible {
        /// Neither `Content-Type` nor `Status` nor `Location`.
        case insufficient

        var description: String {
            "the program wrote a header section without Content-Type, Status or Location"
        }
    }

    /// Parses the first `length` readable bytes: the section, without the empty line at its end. Carriage returns are ignored.
    init(_ section: ByteBuffer, length: Int) throws(Problem) {
        let bytes = section.readableBytesUInt8Span
        var start = 0
        while start < length {
            var end = start
            var hasReturn = false
            while end < length, bytes[end] != UInt8(ascii: "\n") {
                if bytes[end] == UInt8(ascii: "\r") { hasReturn = true }
                end += 1
            }
            if hasReturn {
                takeLineWithReturns(section, start..<end)
            } else if end > start {
                take(section, start..<end)
            }
            start = end + 1
        }
        guard isSufficient || hasStatus else { throw .insufficient }
    }

    private mutating func takeLineWithReturns(_ section: ByteBuffer, _ range: Range<Int>) {
        let line = section.readableBytesView.dropFirst(range.lowerBound).prefix(range.count)
        let rest = ByteBuffer(bytes: line.filter { $0 != UInt8(ascii: "\r") })
        // A line of returns alone is not empty, but it is no field either.
        take(rest, 0..<rest.readableBytes)
    }

    private mutating func take(_ buffer: ByteBuffer, _ line: Range<Int>) {
        guard let (name, value) = Self.field(buffer, line) else {
            ignoredLines += 1
            return
        }
        // Most names differ in their length alone.
        switch name.utf8.count {
        case 6 where FieldRules.equals(name, "status"):
            hasStatus = true
            status = Self.status(value)
            return
        case 8 where FieldRules.equals(name, "location"):
            isSufficient = true
            if !hasStatus { status = .found }
        case 12 where FieldRules.equals(name, "content-type"): isSufficient = true
        default: break
        }
        headers.add(name: name, value: value)
    }

    // `Status: 404 Not Found`; anything that is no status is the program's fault, so 502.
    private static func status(_ value: String) -> HTTPResponseStatus {
        let code = value.prefix { $0 != " " }
        guard let number = Int(code), (200...599).contains(number) else { return .badGateway }
        return HTTPResponseStatus(statusCode: number)
    }

    private static func field(_ buffer: ByteBuffer, _ line: Range<Int>) -> (String, String)? {
        let bytes = buffer.readableBytesUInt8Span
        var colon = line.lowerBound
        while colon < line.upperBound, bytes[colon] != UInt8(ascii: ":") { colon += 1 }
        guard colon < line.upperBound else { return nil }
        let name = trimmed(bytes, line.lowerBound..<colon)
        let value = trimmed(bytes, colon + 1..<line.upperBound)
        guard !name.isEmpty else { return nil }
        for index in name where !FieldRules.isToken(bytes[index]) { return nil }
        var isASCII = true
        for index in value {
            guard FieldRules.isValue(bytes[index]) else { return nil }
            if bytes[index] >= 0x80 { isASCII = false }
        }
        let start = buffer.readerIndex
        guard let name = buffer.getString(at: start + name.lowerBound, length: name.count),
            let text = buffer.getString(at: start + value.lowerBound, length: value.count)
        else { return nil }
        if isASCII { return (name, text) }
        return (
            name, FieldText.text(of: buffer.readableBytesView.dropFirst(value.lowerBound).prefix(value.count))
        )
    }

    private static func trimmed(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}
