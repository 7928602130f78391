import AppModel
import HTTPServer
import HostSystem
import NIOCore
import NIOHTTP1

/// The variables and arguments of a CGI program for one request (RFC 3875 section 4.1), with those that Spin adds.
enum CGIEnvironment {
    /// Headers that never reach a program: credentials and connection matters by RFC 3875 section 4.1.18, and `Proxy`, whose
    /// variable `HTTP_PROXY` many programs take for a setting of their own.
    private static func isHidden(_ name: String) -> Bool {
        switch name.utf8.count {
        case 13: name.lowercased() == "authorization"
        case 10: name.lowercased() == "connection"
        case 5: name.lowercased() == "proxy"
        default: false
        }
    }

    /// The variables. One with a zero byte in it is left out; the server lets none through, so this is a second lock.
    static func variables(
        _ exchange: HTTPExchange, texts: RouteTexts, parameters: [RouteParameter], pathInfo: String
    ) -> EncodedStrings {
        let head = exchange.head
        let (host, port) = hostAndPort(head)
        let client = exchange.remoteAddress
        let address = client?.ipAddress ?? ""
        var strings = EncodedStrings(reservingBytes: 1_024, strings: 32 + head.headers.count)
        strings.add(name: "AUTH_TYPE", value: "")
        strings.add(
            name: "CONTENT_LENGTH",
            value: head.headers.first(name: "content-length") ?? (exchange.hasBody ? "" : "0"))
        strings.add(name: "CONTENT_TYPE", field: head.headers.first(name: "content-type") ?? "")
        strings.add(name: "GATEWAY_INTERFACE", value: "CGI/1.1")
        strings.add(name: "PATH_INFO", value: pathInfo)
        strings.add(name: "PATH_TRANSLATED", value: pathInfo)
        strings.add(name: "QUERY_STRING", value: head.query.map(String.init) ?? "")
        strings.add(name: "REMOTE_ADDR", value: address)
        strings.add(name: "REMOTE_HOST", value: address)
        strings.add(name: "REMOTE_USER", value: "")
        strings.add(name: "REQUEST_METHOD", value: head.method.rawValue)
        strings.add(name: "SCRIPT_NAME", value: texts.component)
        strings.add(name: "SERVER_NAME", value: host)
        strings.add(name: "SERVER_PORT", value: port)
        strings.add(name: "SERVER_PROTOCOL", value: "HTTP/\(head.version.major).\(head.version.minor)")
        strings.add(name: "SERVER_SOFTWARE", value: "WAGI/1")
        strings.add(name: "X_RAW_PATH_INFO", value: pathInfo)
        strings.add(
            name: "X_FULL_URL",
            value:
                "\(head.scheme)://\(head.authority.isEmpty ? "localhost" : head.authority)\(head.pathAndQuery)"
        )
        strings.add(name: "X_MATCHED_ROUTE", value: texts.matched)
        strings.add(name: "X_RAW_COMPONENT_ROUTE", value: texts.raw)
        strings.add(name: "X_COMPONENT_ROUTE", value: texts.component)
        strings.add(name: "X_BASE_PATH", value: "/")
        strings.add(name: "X_CLIENT_ADDR", value: client.flatMap(text(of:)) ?? "")
        for parameter in parameters {
            strings.add(name: "X_PATH_MATCH_\(variableName(parameter.name))", value: parameter.value)
        }
        for field in head.headers where !isHidden(field.name) {
            strings.add(name: "HTTP_\(variableName(field.name))", field: field.value)
        }
        return strings
    }

    /// The argument vector: Spin's template, split at blanks after substitution. One with a zero byte in it is empty.
    static func arguments(template: String, head: RequestHead) -> EncodedStrings {
        var strings = EncodedStrings()
        // The default template, without the detour of building and splitting it.
        if template == "${SCRIPT_NAME} ${ARGS}" {
            strings.add(String(head.path))
            for part in (head.query ?? "").split(separator: "&", omittingEmptySubsequences: false) {
                strings.add(String(part))
            }
            return strings
        }
        let arguments = head.query.map { String($0.map { $0 == "&" ? " " : $0 }) } ?? ""
        let text = substitute(template, ["${SCRIPT_NAME}": String(head.path), "${ARGS}": arguments])
        for part in text.split(separator: " ", omittingEmptySubsequences: false) {
            strings.add(String(part))
        }
        return strings
    }

    private static func substitute(_ template: String, _ values: [String: String]) -> String {
        var result = ""
        var rest = template[...]
        while !rest.isEmpty {
            if let (name, value) = values.first(where: { rest.hasPrefix($0.key) }) {
                result += value
                rest = rest.dropFirst(name.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }

    private static func variableName(_ name: String) -> String {
        String(
            decoding: name.utf8.lazy.map { byte in
                switch byte {
                case UInt8(ascii: "-"): UInt8(ascii: "_")
                case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
                default: byte
                }
            }, as: UTF8.self)
    }

    private static func text(of address: NIOCore.SocketAddress) -> String? {
        guard let ip = address.ipAddress, let port = address.port else { return nil }
        return ip.utf8.contains(UInt8(ascii: ":")) ? "[\(ip)]:\(port)" : "\(ip):\(port)"
    }

    private static func hostAndPort(_ head: RequestHead) -> (String, String) {
        let defaultPort = head.scheme == "https" ? "443" : "80"
        let authority = head.authority
        if authority.isEmpty { return ("localhost", defaultPort) }
        // The colons of an address in brackets separate no port.
        guard let colon = authority.utf8.lastIndex(of: UInt8(ascii: ":")),
            !authority[colon...].utf8.contains(UInt8(ascii: "]"))
        else { return (authority, defaultPort) }
        let port = authority[authority.utf8.index(after: colon)...]
        return (String(authority[..<colon]), port.isEmpty ? defaultPort : String(port))
    }
}

extension EncodedStrings {
    fileprivate mutating func add(name: String, value: String) {
        // A zero byte would end the variable early: a guest must not see what follows as another one.
        try? append(name: name, value: value)
    }

    /// A variable with the value of a header field.
    fileprivate mutating func add(name: String, field value: String) {
        guard let bytes = FieldText.bytes(of: value) else { return add(name: name, value: value) }
        // The same as above.
        try? append(name: name, bytes: bytes)
    }

    fileprivate mutating func add(_ argument: String) {
        do { try append(argument) } catch {
            // An empty text has no zero byte; the position of the arguments behind it stays.
            try? append("")
        }
    }
}
