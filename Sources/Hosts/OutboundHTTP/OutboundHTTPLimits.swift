public import NIOCore

/// What requests of guests may use, and what servers may make the host keep.
public struct OutboundHTTPLimits: Sendable {
    /// Requests of one application at a time. 1,024: each may hold a connection, that is a descriptor.
    public var concurrentRequests = 1_024
    /// Requests of the application to itself, one made for the other. 16. Beyond: `loop-detected`.
    public var localDepth = 16
    /// Connections of one event loop that wait for their next request. 128.
    public var idleConnections = 128
    /// The same for one place. 16.
    public var idleConnectionsPerPlace = 16
    /// How long a connection waits for its next request. 30 seconds, less than usual servers wait.
    public var idleTime: TimeAmount = .seconds(30)
    /// Requests at a time on one HTTP/2 connection; the server may allow fewer. 100, the usual number.
    public var streamsPerConnection = 100

    /// Time for look-up, connection and TLS where the guest names none, and the most it may name.
    public var connectTimeout: TimeAmount = .seconds(30)
    /// Time from the request to the response's head where the guest names none, and the most it may name. 10 minutes,
    /// as other hosts have; the guest's own deadline is usually shorter.
    public var firstByteTimeout: TimeAmount = .minutes(10)
    /// Time between two pieces of the response's body, likewise.
    public var betweenBytesTimeout: TimeAmount = .minutes(10)
    /// How long one address is tried before the next one is tried as well (RFC 8305 §5).
    public var attemptDelay: TimeAmount = .milliseconds(250)
    /// Addresses of one name that are tried.
    public var attempts = 6

    /// Bytes of method, path and query. 16 KiB: common servers take 8 KiB.
    public var requestLineBytes = 16 << 10
    /// Bytes of a request's fields, names and values. 64 KiB.
    public var requestHeaderBytes = 64 << 10
    /// Bytes of one field. 32 KiB.
    public var requestFieldBytes = 32 << 10
    /// Fields of a request. 256.
    public var requestFields = 256
    /// Bytes of a request's trailers. 16 KiB.
    public var requestTrailerBytes = 16 << 10
    /// Bytes of a request's body that are kept while there is no connection. 64 KiB. Beyond: the guest waits.
    public var heldRequestBytes = 64 << 10

    /// Bytes of a response's head. 64 KiB.
    public var responseHeaderBytes = 64 << 10
    /// Bytes of one field of a response. 32 KiB.
    public var responseFieldBytes = 32 << 10
    /// Fields of a response. 256.
    public var responseFields = 256
    /// Bytes of a response's body. 4 GiB: it streams, so this only ends what never ends.
    public var responseBodyBytes = 4 << 30
    /// Bytes of a response that are read ahead of the guest. 64 KiB.
    public var readAheadBytes = 64 << 10

    /// The defaults.
    public init() {}
}
