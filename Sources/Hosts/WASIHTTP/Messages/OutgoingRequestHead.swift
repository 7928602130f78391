/// What a guest says about a request that it makes, by the rules of `outgoing-request` (0.2) and `request` (0.3).
public struct OutgoingRequestHead: Sendable {
    /// GET unless the guest says otherwise.
    public private(set) var method = RequestMethod.get
    /// Nil stands for an empty path and no query.
    public private(set) var pathWithQuery: String?
    /// Nil leaves the choice to the host.
    public private(set) var scheme: RequestScheme?
    /// Host and optional port.
    public private(set) var authority: String?
    /// Not to be changed any more.
    public let fields: HTTPFields

    /// A request for nothing yet.
    public init(fields: HTTPFields) {
        var fields = fields
        fields.isMutable = false
        self.fields = fields
    }

    /// What a client said: nothing of it is refused here.
    mutating func receive(
        _ method: RequestMethod, _ pathWithQuery: String?, _ scheme: RequestScheme?, authority: String?
    ) {
        self.method = method
        self.pathWithQuery = pathWithQuery
        self.scheme = scheme
        self.authority = authority
    }

    /// False: no method, and nothing changed.
    public mutating func setMethod(_ method: RequestMethod) -> Bool {
        guard let normalized = method.normalized else { return false }
        self.method = normalized
        return true
    }

    /// False: no path and query, and nothing changed. An empty one becomes `/`.
    public mutating func setPathWithQuery(_ text: String?) -> Bool {
        guard let text else {
            pathWithQuery = nil
            return true
        }
        guard HTTPSyntax.isPathWithQuery(text) else { return false }
        pathWithQuery = text.isEmpty ? "/" : text
        return true
    }

    /// False: no scheme, and nothing changed.
    public mutating func setScheme(_ scheme: RequestScheme?) -> Bool {
        guard let scheme else {
            self.scheme = nil
            return true
        }
        guard let normalized = scheme.normalized else { return false }
        self.scheme = normalized
        return true
    }

    /// False: no authority, and nothing changed.
    public mutating func setAuthority(_ text: String?) -> Bool {
        guard text.map(HTTPSyntax.isAuthority) ?? true else { return false }
        authority = text
        return true
    }
}

/// How long a guest wants to wait for the other side, in nanoseconds; nil leaves the choice to the host.
public struct RequestTimeouts: Sendable, Equatable {
    /// For the connection.
    public var connect: UInt64?
    /// From the request to the response's head.
    public var firstByte: UInt64?
    /// Between two pieces of the response's body.
    public var betweenBytes: UInt64?

    /// The host's choice.
    public init() {}
}

extension OutgoingRequestHead {
    /// A request whose parts nobody has checked: for tests of what checks them again.
    package init(
        unchecked method: RequestMethod, pathWithQuery: String?, scheme: RequestScheme?, authority: String?,
        fields: HTTPFields
    ) {
        self.init(fields: fields)
        self.method = method
        self.pathWithQuery = pathWithQuery
        self.scheme = scheme
        self.authority = authority
    }
}
