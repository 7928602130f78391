/// Every quantity of HTTP that a guest controls, with its default and what happens beyond it.
public struct HTTPHostLimits: Sendable {
    /// Bytes of the names and values of one set of fields, with ``fieldOverhead`` for each. 128 KiB. Beyond:
    /// `header-error.size-exceeded`, or a trap in versions that know no such error.
    public var fieldBytes = 128 << 10
    /// What one field counts for beside its bytes, so that empty ones are not free. 32, as in HTTP/2 (RFC 9113 §6.5.2).
    public static let fieldOverhead = 32
    /// Bytes of a response body that are kept while the response itself has not been set. 64 KiB. Beyond: the guest waits.
    public var unsentBodyBytes = 64 << 10
    /// Bytes of a response body that are kept so that a short answer leaves in one piece. 128 KiB. Beyond: it is sent.
    public var heldResponseBytes = 128 << 10
    /// Bytes that one write to a body may bring. 256 KiB. Beyond: the rest waits.
    public var writeBytes = 256 << 10
    /// Bytes that one read from a body may give. 256 KiB. Beyond: the next read gives them.
    public var readBytes = 256 << 10
    /// Interim responses of one exchange. 32. Beyond: `internal-error`.
    public var informationalResponses = 32
    /// Bytes of a response's header section. 64 KiB. Beyond: the client gets 500.
    public var responseHeaderBytes = 64 << 10
    /// Bytes of a response's body. 1 GiB. Beyond: the response is cut.
    public var responseBodyBytes = 1 << 30
    /// Bytes of a request's body. 1 GiB. Beyond: reading fails with `HTTP-request-body-size`.
    public var requestBodyBytes = 1 << 30
    /// Requests that one instance sends at a time. 64. Beyond: `connection-limit-reached`.
    public var outboundRequests = 64

    /// The defaults.
    public init() {}
}
