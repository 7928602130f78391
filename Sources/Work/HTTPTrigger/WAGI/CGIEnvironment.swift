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

    static func variables(
        _ exchange: HTTPExchange, texts: RouteTexts, parameters: [RouteParameter], pathInfo: String
    ) throws(HostError) -> EncodedStrings {
        let head = exchange.head
        let (host, port) = hostAndPort(head)
        let client = exchange.remoteAddress
        let address = client?.ipAddress ?? ""
        var strings = EncodedStrings(reservingBytes: 1_024, strings: 32 + head.headers.count)
        try strings.append(name: "AUTH_TYPE", value: "")
        try strings.append(
            name: "CONTENT_LENGTH",
            value: head.headers.first(name: "content-length") ?? (exchange.hasBody ? "" : "0"))
        try strings.append(name: "CONTENT_TYPE", value: head.headers.first(name: "content-type") ?? "")
        try strings.append(name: "GATEWAY_INTERFACE", value: "CGI/1.1")
        try strings.append(name: "PATH_INFO", value: pathInfo)
        try strings.append(name: "PATH_TRANSLATED", value: pathInfo)
        try strings.append(name: "QUERY_STRING", value: head.query.map(String.init) ?? "")
        try strings.append(name: "REMOTE_ADDR", value: address)
        try strings.append(name: "REMOTE_HOST", value: address)
        try strings.append(name: "REMOTE_USER", value: "")
        try strings.append(name: "REQUEST_METHOD", value: head.method.rawValue)
        try strings.append(name: "SCRIPT_NAME", value: texts.component)
        try strings.append(name: "SERVER_NAME", value: host)
        try strings.append(name: "SERVER_PORT", value: port)
        try strings.append(name: "SERVER_PROTOCOL", value: "HTTP/\(head.version.major).\(head.version.minor)")
        try strings.append(name: "SERVER_SOFTWARE", value: "WAGI/1")
        try strings.append(name: "X_RAW_PATH_INFO", value: pathInfo)
        try strings.append(
            name: "X_FULL_URL",
            value:
                "\(head.scheme)://\(head.authority.isEmpty ? "localhost" : head.authority)\(head.pathAndQuery)"
        )
        try strings.append(name: "X_MATCHED_ROUTE", value: texts.matched)
        try strings.append(name: "X_RAW_COMPONENT_ROUTE", value: texts.raw)
        try strings.append(name: "X_COMPONENT_ROUTE", value: texts.component)
        try strings.append(name: "X_BASE_PATH", value: "/")
        try strings.append(name: "X_CLIENT_ADDR", value: client.flatMap(text(of:)) ?? "")
        for parameter in parameters {
            try strings.append(name: "X_PATH_MATCH_\(variableName(parameter.name))", value: parameter.value)
        }
        for field in head.headers where !isHidden(field.name) {
            try strings.append(name: "HTTP_\(variableName(field.name))", value: field.value)
        }
        return strings
    }

    /// The argument vector: Spin's template, split at blanks after substitution.
    static func arguments(template: String, head: RequestHead) throws(HostError) -> EncodedStrings {
        var strings = EncodedStrings()
        // The default template, without the detour of building and splitting it.
        if template == "${SCRIPT_NAME} ${ARGS}" {
            try strings.append(String(head.path))
            for part in (head.query ?? "").split(separator: "&", omittingEmptySubsequences: false) {
                try strings.append(String(part))
            }
            return strings
        }
        let arguments = head.query.map { String($0.map { $0 == "&" ? " " : $0 }) } ?? ""
        let text = substitute(template, ["${SCRIPT_NAME}": String(head.path), "${ARGS}": arguments])
        for part in text.split(separator: " ", omittingEmptySubsequences: false) {
            try strings.append(String(part))
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
