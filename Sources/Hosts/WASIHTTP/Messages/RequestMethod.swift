/// The method of a request: `method` of WASI.
public enum RequestMethod: Sendable, Hashable {
    case get, head, post, put, delete, connect, options, trace, patch
    /// Any other token.
    case other(String)

    private static let known: [RequestMethod] = [
        .get, .head, .post, .put, .delete, .connect, .options, .trace, .patch,
    ]

    /// The method of a token (RFC 9110 §9.1); nil where the text is none. Methods have one representation each.
    public init?(_ token: String) {
        guard HTTPSyntax.isToken(token) else { return nil }
        self = Self.known.first { $0.token == token } ?? .other(token)
    }

    /// As it is sent.
    public var token: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .connect: "CONNECT"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .patch: "PATCH"
        case .other(let token): token
        }
    }

    /// The method in its one representation; nil where it is no token.
    var normalized: RequestMethod? {
        if case .other(let token) = self { RequestMethod(token) } else { self }
    }
}

/// The scheme of a request: `scheme` of WASI.
public enum RequestScheme: Sendable, Hashable {
    case http, https
    /// Any other scheme.
    case other(String)

    /// The scheme of a text (RFC 3986 §3.1); nil where the text is none.
    public init?(_ text: String) {
        guard HTTPSyntax.isScheme(text) else { return nil }
        if HTTPSyntax.isSameName(text, "http") {
            self = .http
        } else if HTTPSyntax.isSameName(text, "https") {
            self = .https
        } else {
            self = .other(text)
        }
    }

    /// As it is written.
    public var text: String {
        switch self {
        case .http: "http"
        case .https: "https"
        case .other(let text): text
        }
    }

    /// The scheme in its one representation; nil where it is none.
    var normalized: RequestScheme? {
        if case .other(let text) = self { RequestScheme(text) } else { self }
    }
}
