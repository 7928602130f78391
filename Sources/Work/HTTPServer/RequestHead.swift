public import NIOHTTP1

/// The request line and header section of one request, checked against RFC 9110 and RFC 9112 (or RFC 9113).
///
/// The same shape serves both protocols. Field names keep the spelling the client used; look-ups ignore case.
public struct RequestHead: Sendable {
    /// The method, as sent; any token of at most 32 bytes.
    public var method: HTTPMethod

    /// The request target exactly as sent: origin form (`/path?query`), absolute form, or `*`.
    public var target: String

    /// The target without scheme and authority, percent-encoding untouched. Equal to `target` in origin form.
    public var pathAndQuery: String

    /// `http` or `https`, by the transport and not by what the client claims.
    public var scheme: String

    /// Host and optional port the client asked for; empty only for HTTP/1.0 without `Host`.
    public var authority: String

    /// 1.0, 1.1 or 2.0.
    public var version: HTTPVersion

    /// All fields in order. For HTTP/2, without pseudo-header fields, and with `host` made of `:authority`.
    public var headers: HTTPHeaders

    /// The head of a request that came over no connection.
    public init(
        method: HTTPMethod, pathAndQuery: String, scheme: String, authority: String, headers: HTTPHeaders
    ) {
        self.init(
            method: method, target: pathAndQuery, pathAndQuery: pathAndQuery, scheme: scheme,
            authority: authority, version: .http1_1, headers: headers)
    }

    init(
        method: HTTPMethod, target: String, pathAndQuery: String, scheme: String, authority: String,
        version: HTTPVersion, headers: HTTPHeaders
    ) {
        self.method = method
        self.target = target
        self.pathAndQuery = pathAndQuery
        self.scheme = scheme
        self.authority = authority
        self.version = version
        self.headers = headers
    }

    /// The part of `pathAndQuery` before the first `?`.
    public var path: Substring {
        pathAndQuery.utf8.firstIndex(of: UInt8(ascii: "?")).map { pathAndQuery[..<$0] } ?? pathAndQuery[...]
    }

    /// The part of `pathAndQuery` after the first `?`; nil without one.
    public var query: Substring? {
        guard let mark = pathAndQuery.utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        return pathAndQuery[pathAndQuery.utf8.index(after: mark)...]
    }
}
