import AppModel
import HostSystem
import NIOHTTP1
import WASIHTTP

/// A request that may go out as it is: nothing in it can become a second request, a second field or another place.
struct CheckedRequest {
    /// Who is asked.
    enum Target: Equatable {
        /// A place of the network.
        case network(Place)
        /// The application itself.
        case local(LocalTarget)
    }

    let target: Target
    let method: HTTPMethod
    /// Path and query in ASCII; begins with `/`, or is `*`.
    let uri: String
    /// With `host`, without fields of the connection.
    let headers: HTTPHeaders
    /// Bytes that the body must have.
    let declaredLength: Int?

    /// Whether the request may be sent again when a connection dies before an answer (RFC 9110 §9.2.2).
    var isIdempotent: Bool {
        switch method {
        case .GET, .HEAD, .OPTIONS, .PUT, .DELETE, .TRACE: true
        default: false
        }
    }
}

extension CheckedRequest {
    /// What a guest said, with the path that the check has made of it.
    func head(of head: OutgoingRequestHead) -> OutgoingRequestHead {
        var head = head
        // Whatever the check lets through is a path by the rules for guests too.
        _ = head.setPathWithQuery(uri)
        return head
    }
}

/// Why a request does not go out.
struct RequestRefusal: Error {
    /// For the guest.
    let code: HTTPErrorCode
    /// For the operator.
    let reason: NetworkRefusal.Reason

    static func invalid(_ code: HTTPErrorCode, _ sentence: String) -> RequestRefusal {
        RequestRefusal(code: code, reason: .invalidRequest(sentence))
    }

    static let notText = invalid(
        .httpProtocolError, "the value of a field is not UTF-8, which is all that our HTTP/2 can carry")
}

extension CheckedRequest {
    /// Checks what a guest said.
    init(_ head: OutgoingRequestHead, limits: OutboundHTTPLimits) throws(RequestRefusal) {
        let isSecure = try Self.isSecure(head.scheme)
        let method = try Self.method(head.method)
        let uri = try Self.uri(head.pathWithQuery, method: method)
        if method.rawValue.utf8.count + uri.utf8.count > limits.requestLineBytes {
            throw .invalid(
                .httpRequestURITooLong, "the request line is longer than \(limits.requestLineBytes) bytes")
        }
        let authority = try Self.authority(head.authority, isSecure: isSecure)
        self.method = method
        self.uri = uri
        target = authority.target
        declaredLength = try Self.declaredLength(head.fields)
        headers = try Self.headers(head.fields, host: authority.field, limits: limits)
    }

    private static func isSecure(_ scheme: RequestScheme?) throws(RequestRefusal) -> Bool {
        switch scheme {
        case .https, nil: return true
        case .http: return false
        case .other:
            throw .invalid(.httpProtocolError, "the scheme of the request is neither http nor https")
        }
    }

    private static func method(_ method: RequestMethod) throws(RequestRefusal) -> HTTPMethod {
        let token = method.token
        guard token.utf8.count <= 64, OutboundSyntax.isToken(token) else {
            throw .invalid(.httpRequestMethodInvalid, "the method of the request is not a token")
        }
        guard token.uppercased() != "CONNECT" else {
            throw .invalid(.httpRequestMethodInvalid, "CONNECT asks for a tunnel, which no guest gets")
        }
        return HTTPMethod(rawValue: token)
    }

    private static func uri(_ path: String?, method: HTTPMethod) throws(RequestRefusal) -> String {
        var path = path ?? "/"
        if path == "*", method == .OPTIONS { return path }
        if path.isEmpty || path.utf8.first == UInt8(ascii: "?") { path = "/" + path }
        guard path.utf8.first == UInt8(ascii: "/") else {
            throw .invalid(
                .httpRequestURIInvalid,
                "the path of the request does not begin with a slash, so that it could name another host")
        }
        guard OutboundSyntax.isTarget(path) else {
            throw .invalid(
                .httpRequestURIInvalid,
                "the path of the request has a control character, a blank or a fragment in it")
        }
        return OutboundSyntax.percentEncodedBeyondASCII(path)
    }

    private static func declaredLength(_ fields: HTTPFields) throws(RequestRefusal) -> Int? {
        switch fields.contentLength {
        case .none: return nil
        case .bytes(let count): return count
        case .invalid:
            throw .invalid(.httpProtocolError, "the content-length of the request is no length, or several")
        }
    }

    // MARK: - The authority

    private static func authority(
        _ text: String?, isSecure: Bool
    ) throws(RequestRefusal) -> (target: Target, field: String) {
        guard let text, !text.isEmpty else { return (.local(.application), "self") }
        if text.utf8.contains(UInt8(ascii: "@")) {
            throw .invalid(
                .httpRequestURIInvalid,
                "the authority has user information in it, which makes one host look like another")
        }
        let (hostText, portText) = split(text)
        var port: UInt16 = isSecure ? 443 : 80
        if let portText {
            guard (1...5).contains(portText.utf8.count),
                portText.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt16(portText), number != 0
            else {
                throw .invalid(
                    .httpRequestURIInvalid, "the port of the authority is not a number from 1 to 65535")
            }
            port = number
        }
        guard let host = OutboundHost(hostText) else {
            let problem = OutboundHost.problem(in: hostText) ?? "is not a host"
            throw RequestRefusal(code: .httpRequestURIInvalid, reason: .invalidTarget(problem))
        }
        if case .name(let name) = host, let local = local(name) { return (.local(local), "\(name)") }
        let usual: UInt16 = isSecure ? 443 : 80
        let field = port == usual ? "\(host)" : "\(host):\(port)"
        return (.network(Place(isSecure: isSecure, host: host, port: port)), field)
    }

    private static func split(_ text: String) -> (host: Substring, port: Substring?) {
        let bracket = text.hasPrefix("[") ? text.lastIndex(of: "]") : nil
        let start = bracket.map { text.index(after: $0) } ?? text.startIndex
        guard let colon = text[start...].firstIndex(of: ":") else { return (text[...], nil) }
        return (text[..<colon], text[text.index(after: colon)...])
    }

    private static func local(_ name: HostName) -> LocalTarget? {
        if name.text == "self" || name.text == "self.alt" { return .application }
        let suffix = "." + OutboundPattern.componentDomain
        guard name.text.hasSuffix(suffix) else { return nil }
        return .component(String(name.text.dropLast(suffix.utf8.count)))
    }

    // MARK: - Fields

    private static func headers(
        _ fields: HTTPFields, host: String, limits: OutboundHTTPLimits
    ) throws(RequestRefusal) -> HTTPHeaders {
        guard fields.entries.count <= limits.requestFields else {
            throw .invalid(
                .httpRequestHeaderSectionSize(nil), "the request has more than \(limits.requestFields) fields"
            )
        }
        var list: [(String, String)] = []
        list.reserveCapacity(fields.entries.count + 2)
        list.append(("host", host))
        var bytes = 0
        for field in fields.entries {
            guard let value = try checked(field, limits) else { continue }
            bytes += field.name.utf8.count + field.value.byteCount + 4
            if bytes > limits.requestHeaderBytes {
                throw .invalid(
                    .httpRequestHeaderSectionSize(UInt32(clamping: bytes)),
                    "the request has more than \(limits.requestHeaderBytes) bytes of fields")
            }
            list.append((field.name, value))
        }
        return HTTPHeaders(list)
    }

    /// The value to send; nil for a field that stays here.
    private static func checked(
        _ field: HTTPField, _ limits: OutboundHTTPLimits
    ) throws(RequestRefusal) -> String? {
        guard OutboundSyntax.isToken(field.name) else {
            throw .invalid(.httpProtocolError, "the name of a field is not a token")
        }
        let name = field.name.lowercased()
        if OutboundSyntax.forbiddenFields.contains(name) {
            throw .invalid(
                .httpRequestDenied, "the field \"\(name)\" belongs to the connection, not to the guest")
        }
        let value = field.value.fieldText
        guard OutboundSyntax.isFieldValue(value) else {
            throw .invalid(
                .httpProtocolError, "the value of the field \"\(shown(name))\" has a control character")
        }
        let size = name.utf8.count + field.value.byteCount
        if size > limits.requestFieldBytes {
            throw .invalid(
                .httpRequestHeaderSize(
                    .init(fieldName: String(name.prefix(256)), fieldSize: UInt32(clamping: size))),
                "the field \"\(shown(name))\" is longer than \(limits.requestFieldBytes) bytes")
        }
        // `te` may only say that trailers are understood (RFC 9113 §8.2.2); nobody waits for a `100 Continue`.
        if name == "expect" || name == "te" && value.lowercased() != "trailers" { return nil }
        return value
    }

    private static func shown(_ name: String) -> String { String(name.prefix(60)) }

    /// Trailers to send, under the same rules.
    static func trailers(
        _ fields: HTTPFields, limits: OutboundHTTPLimits
    ) throws(RequestRefusal) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for field in fields.entries {
            guard let value = try checked(field, limits) else { continue }
            if OutboundSyntax.notInTrailers.contains(field.name.lowercased()) {
                throw .invalid(
                    .httpProtocolError, "the field \"\(shown(field.name))\" cannot stand in trailers")
            }
            headers.add(name: field.name, value: value)
        }
        if fields.countedBytes > limits.requestTrailerBytes {
            throw .invalid(
                .httpRequestTrailerSectionSize(UInt32(clamping: fields.countedBytes)),
                "the request has more than \(limits.requestTrailerBytes) bytes of trailers")
        }
        return headers
    }
}
