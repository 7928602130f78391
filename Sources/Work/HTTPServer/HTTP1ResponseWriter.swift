import AppModel
import NIOCore
import NIOHTTP1

/// Response heads and body framing of HTTP/1.1 as bytes. Knows nothing of channels.
struct HTTP1ResponseWriter {
    enum Framing: Equatable {
        /// No body by rule (HEAD, 204, 304): what is written is thrown away.
        case none
        case length(remaining: Int)
        case chunked
        /// HTTP/1.0 without a length: the connection's end is the body's end.
        case untilClose
    }

    /// What the request and the connection say about a response.
    struct Circumstances {
        var isHEAD: Bool
        var isHTTP10: Bool
        var keepsAlive: Bool
        var requestID: String
        var dateField: String
    }

    private(set) var framing = Framing.none

    /// Appends a whole head to `out`.
    ///
    /// - Parameter bodyLength: the body's length where it is known; it beats a `content-length` of the
    ///   handler.
    /// - Returns: false where a field cannot be sent; `out` is then as before.
    mutating func writeHead(
        _ status: HTTPResponseStatus, _ headers: HTTPHeaders, bodyLength: Int?, into out: inout ByteBuffer,
        _ circumstances: inout Circumstances
    ) -> Bool {
        let room =
            Self.room(status, headers) + circumstances.dateField.utf8.count
            + circumstances.requestID.utf8.count
        var isWhole = false
        out.writeHead(room: room) { head in
            isWhole = writeHead(status, headers, bodyLength: bodyLength, into: &head, &circumstances)
            return isWhole
        }
        return isWhole
    }

    private mutating func writeHead(
        _ status: HTTPResponseStatus, _ headers: HTTPHeaders, bodyLength: Int?, into out: inout HeadBytes,
        _ circumstances: inout Circumstances
    ) -> Bool {
        Self.writeStatusLine(status, into: &out)
        var declared = Declared()
        for (name, value) in headers {
            guard Self.write(name, value, into: &out, &declared) else { return false }
        }
        if !declared.hasDate { out.append(circumstances.dateField) }
        out.append("x-request-id: ")
        out.append(circumstances.requestID)
        out.append("\r\n")
        writeFraming(status, bodyLength: bodyLength, declared: declared.length, into: &out, &circumstances)
        if !circumstances.keepsAlive {
            out.append("connection: close\r\n\r\n")
        } else if circumstances.isHTTP10 {
            out.append("connection: keep-alive\r\n\r\n")
        } else {
            out.append("\r\n")
        }
        return true
    }

    /// Bytes that a head with these fields may take, request id and date left out.
    private static func room(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) -> Int {
        // Status line without its phrase, `x-request-id`, one framing field, `connection`: less than 192 bytes.
        var room = 192 + (status == .ok ? 0 : status.reasonPhrase.utf8.count)
        for (name, value) in headers { room += name.utf8.count + value.utf8.count + 4 }
        return room
    }

    private mutating func writeFraming(
        _ status: HTTPResponseStatus, bodyLength: Int?, declared: Int?, into out: inout HeadBytes,
        _ circumstances: inout Circumstances
    ) {
        let hasNoBody = circumstances.isHEAD || status.code == 204 || status.code == 304
        if hasNoBody {
            framing = .none
            // HEAD and 304 may say how long the body would be; 204 must not (RFC 9110 §8.6).
            let known = declared ?? (circumstances.isHEAD ? bodyLength : nil)
            if status.code != 204, let known { Self.writeLength(known, into: &out) }
        } else if let length = bodyLength ?? declared {
            framing = .length(remaining: length)
            Self.writeLength(length, into: &out)
        } else if circumstances.isHTTP10 {
            framing = .untilClose
            circumstances.keepsAlive = false
        } else {
            framing = .chunked
            out.append("transfer-encoding: chunked\r\n")
        }
    }

    private static func writeLength(_ length: Int, into out: inout HeadBytes) {
        out.append("content-length: ")
        out.append(length)
        out.append("\r\n")
    }

    /// Appends a status line to `out`.
    static func writeStatusLine(_ status: HTTPResponseStatus, into out: inout ByteBuffer) {
        out.writeHead(room: room(status, [:])) { head in
            writeStatusLine(status, into: &head)
            return true
        }
    }

    private static func writeStatusLine(_ status: HTTPResponseStatus, into out: inout HeadBytes) {
        if status == .ok {
            out.append("HTTP/1.1 200 OK\r\n")
            return
        }
        // A status line holds three digits, whatever a handler asks for.
        out.append("HTTP/1.1 ")
        out.append(min(max(Int(status.code), 100), 999))
        out.append(" ")
        // A phrase that cannot be sent is left out.
        _ = out.append(status.reasonPhrase, allowing: FieldRules.isValue)
        out.append("\r\n")
    }

    struct Declared {
        var length: Int?
        var hasDate = false
    }

    /// Appends a field of the handler, unless the server speaks for it; false where it cannot be sent.
    @inline(__always)
    private static func write(
        _ name: String, _ value: String, into out: inout HeadBytes, _ declared: inout Declared
    ) -> Bool {
        let start = out.count
        guard !name.utf8.isEmpty, out.append(name, allowing: FieldRules.isToken) else { return false }
        out.append(": ")
        guard out.append(value, allowing: FieldRules.isPlainValue) || writeBytes(of: value, into: &out) else {
            return false
        }
        out.append("\r\n")
        switch ResponseField(name) {
        case .ordinary: return true
        case .date:
            declared.hasDate = true
            return true
        case .contentLength: declared.length = FieldRules.decimal(value)
        case .ofTheConnection: break
        }
        out.rewind(to: start)
        return true
    }

    /// Appends a value that is not plain text; false where it cannot be sent.
    private static func writeBytes(of value: String, into out: inout HeadBytes) -> Bool {
        guard let bytes = FieldText.bytes(of: value) else {
            return out.append(value, allowing: FieldRules.isValue)
        }
        return out.append(bytes, allowing: FieldRules.isValue)
    }

    /// Appends an interim response; one with fields that cannot be sent is left out.
    static func writeInformational(
        _ status: HTTPResponseStatus, _ headers: HTTPHeaders, into out: inout ByteBuffer
    ) {
        out.writeHead(room: room(status, headers)) { head in
            writeStatusLine(status, into: &head)
            var declared = Declared()
            for (name, value) in headers where !write(name, value, into: &head, &declared) { return false }
            head.append("\r\n")
            return true
        }
    }

    // MARK: Body

    /// How much of `count` bytes may be sent.
    mutating func take(_ count: Int) -> Int {
        switch framing {
        case .none:
            return 0
        case .length(let remaining):
            let taken = min(count, remaining)
            framing = .length(remaining: remaining - taken)
            return taken
        case .chunked, .untilClose:
            return count
        }
    }

    static func writeChunkSize(_ size: Int, into out: inout ByteBuffer) {
        out.writeString(String(size, radix: 16))
        out.writeStaticString("\r\n")
    }

    /// Appends what ends the body; false where the body is shorter than was declared.
    func writeEnd(trailers: HTTPHeaders?, into out: inout ByteBuffer) -> Bool {
        switch framing {
        case .none, .untilClose:
            return true
        case .length(let remaining):
            return remaining == 0
        case .chunked:
            out.writeStaticString("0\r\n")
            for (name, value) in trailers ?? [:]
            where FieldRules.isFieldName(name) && FieldRules.isFieldValue(value)
                && !HeadBuilder.isForbiddenInTrailers(name)
            {
                out.writeString("\(name): ")
                if let bytes = FieldText.bytes(of: value) {
                    out.writeBytes(bytes)
                } else {
                    out.writeString(value)
                }
                out.writeStaticString("\r\n")
            }
            out.writeStaticString("\r\n")
            return true
        }
    }
}

/// What a field of a handler's response means to the server.
enum ResponseField {
    case ordinary
    case contentLength
    case date
    /// Belongs to the connection, so the server writes it or nobody does (RFC 9110 §7.6.1).
    case ofTheConnection

    @inline(__always)
    init(_ name: String) {
        switch name.utf8.count {
        case 4 where FieldRules.equals(name, "date"): self = .date
        case 7 where FieldRules.equals(name, "upgrade"): self = .ofTheConnection
        case 10 where FieldRules.equals(name, "connection") || FieldRules.equals(name, "keep-alive"):
            self = .ofTheConnection
        case 12 where FieldRules.equals(name, "x-request-id"): self = .ofTheConnection
        case 14 where FieldRules.equals(name, "content-length"): self = .contentLength
        case 16 where FieldRules.equals(name, "proxy-connection"): self = .ofTheConnection
        case 17 where FieldRules.equals(name, "transfer-encoding"): self = .ofTheConnection
        default: self = .ordinary
        }
    }
}
