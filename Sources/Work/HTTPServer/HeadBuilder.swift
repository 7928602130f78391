import NIOCore
import NIOHTTP1

/// The rules of one HTTP/1 request head that go beyond a single line: target, host, framing, persistence.
struct HeadBuilder {
    private var method = HTTPMethod.GET
    private var target = ""
    private var version = HTTPVersion.http1_1
    private var host: String?
    private var contentLength: Int?
    private var isChunked = false
    private var says: (close: Bool, keepAlive: Bool) = (false, false)
    private var expectsContinue = false
    private var requestID: String?

    // MARK: Request line (RFC 9112 §3)

    mutating func readRequestLine(
        _ input: ByteBuffer, length: Int, targetBytes: Int
    ) throws(Refusal) {
        let bytes = input.readableBytesUInt8Span
        var methodEnd = 0
        while methodEnd < length, FieldRules.isToken(bytes[methodEnd]) { methodEnd += 1 }
        guard methodEnd > 0, methodEnd <= 32, methodEnd < length, bytes[methodEnd] == 0x20 else {
            throw .malformed("malformed method")
        }
        var targetEnd = methodEnd + 1
        while targetEnd < length, FieldRules.isTarget(bytes[targetEnd]) { targetEnd += 1 }
        let targetLength = targetEnd - methodEnd - 1
        guard targetLength > 0, targetEnd < length, bytes[targetEnd] == 0x20 else {
            throw .malformed("malformed request target")
        }
        guard targetLength <= targetBytes else { throw Refusal(.uriTooLong, "request target too long") }
        let versionStart = targetEnd + 1
        guard length - versionStart == 8 else { throw .malformed("malformed version") }
        // «HTTP/1.» with digits checked one by one: "HTTP/1.1" and nothing that looks like it.
        let expected: [8 of UInt8] = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e, 0x31]
        var mismatch = 8
        for index in 0..<8 where bytes[versionStart + index] != expected[index] {
            mismatch = index
            break
        }
        switch mismatch {
        case 8: version = .http1_1
        case 7 where bytes[versionStart + 7] == 0x30: version = .http1_0
        case 5...7: throw Refusal(.httpVersionNotSupported, "version not supported")
        default: throw .malformed("malformed version")
        }
        let start = input.readerIndex
        method = Self.method(input.getString(at: start, length: methodEnd) ?? "")
        target = input.getString(at: start + methodEnd + 1, length: targetLength) ?? ""
    }

    /// The usual methods first; `HTTPMethod(rawValue:)` compares with all of them.
    private static func method(_ name: String) -> HTTPMethod {
        switch name {
        case "GET": .GET
        case "POST": .POST
        case "HEAD": .HEAD
        case "PUT": .PUT
        default: HTTPMethod(rawValue: name)
        }
    }

    // MARK: Fields

    /// Looks at a field that means something to the server. Most are told apart by their length alone.
    mutating func note(name: String, value: String) throws(Refusal) {
        switch name.utf8.count {
        case 4 where FieldRules.equals(name, "host"):
            guard host == nil else { throw .malformed("several Host fields") }
            host = value
        case 6 where FieldRules.equals(name, "expect"):
            guard FieldRules.equals(value, "100-continue") else {
                throw Refusal(.expectationFailed, "unknown expectation")
            }
            expectsContinue = true
        case 10 where FieldRules.equals(name, "connection"):
            if FieldRules.list(value, has: "close") { says.close = true }
            if FieldRules.list(value, has: "keep-alive") { says.keepAlive = true }
        case 12 where FieldRules.equals(name, "x-request-id"):
            requestID = value
        case 14 where FieldRules.equals(name, "content-length"):
            guard contentLength == nil else { throw .malformed("several Content-Length fields") }
            guard let length = FieldRules.decimal(value) else { throw .malformed("malformed Content-Length") }
            contentLength = length
        case 17 where FieldRules.equals(name, "transfer-encoding"):
            guard !isChunked else { throw .malformed("several Transfer-Encoding fields") }
            guard FieldRules.equals(value, "chunked") else {
                throw Refusal(.notImplemented, "transfer coding other than chunked")
            }
            isChunked = true
        default:
            break
        }
    }

    /// Fields that would change how the message is read, were they believed after its end (RFC 9110 §6.5.1).
    static func isForbiddenInTrailers(_ name: String) -> Bool {
        FieldRules.equals(name, "content-length") || FieldRules.equals(name, "transfer-encoding")
            || FieldRules.equals(name, "host") || FieldRules.equals(name, "connection")
            || FieldRules.equals(name, "trailer") || FieldRules.equals(name, "te")
            || FieldRules.equals(name, "content-encoding") || FieldRules.equals(name, "content-type")
            || FieldRules.equals(name, "authorization") || FieldRules.equals(name, "cookie")
            || FieldRules.equals(name, "expect")
    }

    // MARK: The whole

    func finish(fields: HTTPHeaders, scheme: String, bodyLimit: Int?) throws(Refusal) -> ParsedHead {
        if isChunked {
            guard version == .http1_1 else { throw .malformed("Transfer-Encoding in HTTP/1.0") }
            guard contentLength == nil else { throw .malformed("Content-Length and Transfer-Encoding") }
        }
        if let contentLength, let bodyLimit, contentLength > bodyLimit {
            throw Refusal(.payloadTooLarge, "body too long")
        }
        if version == .http1_1, host == nil { throw .malformed("no Host field") }
        if let host, !FieldRules.isAuthority(host) { throw .malformed("malformed Host field") }
        let (pathAndQuery, authority) = try splitTarget()
        var parsed = ParsedHead(
            head: RequestHead(
                method: method, target: target, pathAndQuery: pathAndQuery, scheme: scheme,
                authority: authority, version: version, headers: fields),
            keepsAlive: version == .http1_1 ? !says.close : says.keepAlive && !says.close)
        parsed.expectsContinue = expectsContinue && version == .http1_1
        parsed.requestID = requestID
        if isChunked {
            parsed.body = .chunked
        } else if let contentLength, contentLength > 0 {
            parsed.body = .length(contentLength)
        }
        return parsed
    }

    /// Origin form, absolute form (its authority must be the Host field's), or `*` for OPTIONS.
    private func splitTarget() throws(Refusal) -> (pathAndQuery: String, authority: String) {
        let authority = host ?? ""
        if method == .CONNECT { throw Refusal(.notImplemented, "CONNECT is for proxies") }
        if target.utf8.first == UInt8(ascii: "/") { return (target, authority) }
        if target == "*" {
            guard method == .OPTIONS else { throw .malformed("asterisk form is for OPTIONS") }
            return (target, authority)
        }
        let lowercase = target.prefix(8).lowercased()
        let prefix = lowercase.hasPrefix("http://") ? 7 : lowercase.hasPrefix("https://") ? 8 : 0
        guard prefix > 0 else { throw .malformed("malformed request target") }
        let rest = target.utf8.dropFirst(prefix)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        let named = String(target[rest.startIndex..<end])
        guard FieldRules.isAuthority(named) else { throw .malformed("malformed authority in the target") }
        if let host, host.lowercased() != named.lowercased() {
            throw .malformed("target and Host field name different authorities")
        }
        let path = String(target[end...])
        return (path.utf8.first == UInt8(ascii: "/") ? path : "/" + path, named)
    }
}
