import AppModel
import NIOHPACK
import NIOHTTP1

/// A request made of an HTTP/2 header block.
///
/// The codec has verified names, pseudo-header fields and fields of the connection (RFC 9113 §8.2, §8.3).
/// Here follow the rules that make the request mean the same as over HTTP/1.1.
struct HTTP2Request {
    let head: RequestHead
    let expectsContinue: Bool
    let requestID: String?

    init(_ block: HPACKHeaders, scheme: String, limits: HTTPServerLimits) throws(Refusal) {
        var method = ""
        var target = ""
        var authority: String?
        var fields: [(String, String)] = []
        fields.reserveCapacity(block.count)
        for (name, value, _) in block {
            switch name {
            case ":method": method = value
            case ":path": target = value
            case ":authority": authority = value
            default:
                if name.utf8.first != UInt8(ascii: ":") { fields.append((name, FieldText.text(of: value))) }
            }
        }
        guard fields.count <= limits.headerCount else {
            throw Refusal(.requestHeaderFieldsTooLarge, "too many fields")
        }
        let notes = try Notes(fields, authority: authority, limits: limits)
        let name = notes.authority
        guard FieldRules.isAuthority(name) else { throw .malformed("malformed or missing authority") }
        if notes.host == nil { fields.insert(("host", name), at: 0) }
        try Self.check(method: method, target: target, limits: limits)
        head = RequestHead(
            method: HTTPMethod(rawValue: method), target: target, pathAndQuery: target, scheme: scheme,
            authority: name, version: .http2, headers: HTTPHeaders(Self.joiningCookies(fields)))
        expectsContinue = notes.expectsContinue
        requestID = notes.requestID
    }

    private static func check(method: String, target: String, limits: HTTPServerLimits) throws(Refusal) {
        guard FieldRules.isFieldName(method), method.utf8.count <= 32 else {
            throw .malformed("malformed method")
        }
        if method == "CONNECT" { throw Refusal(.notImplemented, "CONNECT is for proxies") }
        guard target.utf8.count <= limits.targetBytes else {
            throw Refusal(.uriTooLong, "request target too long")
        }
        let isPath = target.utf8.first == UInt8(ascii: "/") || (target == "*" && method == "OPTIONS")
        guard isPath, target.utf8.allSatisfy({ FieldRules.isTarget($0) }) else {
            throw .malformed("malformed request target")
        }
    }

    /// A cookie may come in pieces; everybody else expects one field (RFC 9113 §8.2.3).
    private static func joiningCookies(_ fields: [(String, String)]) -> [(String, String)] {
        guard fields.count(where: { $0.0 == "cookie" }) > 1 else { return fields }
        var joined = fields.filter { $0.0 != "cookie" }
        joined.append(("cookie", fields.filter { $0.0 == "cookie" }.map(\.1).joined(separator: "; ")))
        return joined
    }

    /// What the fields say to the server.
    private struct Notes {
        var host: String?
        var authority = ""
        var expectsContinue = false
        var requestID: String?

        init(_ fields: [(String, String)], authority: String?, limits: HTTPServerLimits) throws(Refusal) {
            var hasLength = false
            for (name, value) in fields {
                let (first, last) = (value.utf8.first, value.utf8.last)
                guard first != 0x20, first != 0x09, last != 0x20, last != 0x09 else {
                    throw .malformed("field value with blanks around it")
                }
                switch name {
                case "host":
                    guard host == nil else { throw .malformed("several Host fields") }
                    host = value
                case "content-length":
                    guard !hasLength else { throw .malformed("several Content-Length fields") }
                    guard let length = FieldRules.decimal(value) else {
                        throw .malformed("malformed Content-Length")
                    }
                    if let limit = limits.bodyBytes, length > limit {
                        throw Refusal(.payloadTooLarge, "body too long")
                    }
                    hasLength = true
                case "expect":
                    guard FieldRules.equals(value, "100-continue") else {
                        throw Refusal(.expectationFailed, "unknown expectation")
                    }
                    expectsContinue = true
                case "x-request-id":
                    requestID = value
                default:
                    break
                }
            }
            if let host, let authority, host.lowercased() != authority.lowercased() {
                throw .malformed(":authority and host name different authorities")
            }
            self.authority = authority ?? host ?? ""
        }
    }
}
