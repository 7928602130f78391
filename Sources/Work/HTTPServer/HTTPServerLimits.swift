public import NIOCore

/// Every quantity that a client controls, with its default and what happens beyond it.
public struct HTTPServerLimits: Sendable {
    /// Fields in one header section, trailers counted on their own. Beyond: 431.
    public var headerCount = 100
    /// Bytes of one header section, line ends included. Beyond: 431. For HTTP/2 it is the size RFC 9113
    /// defines (32 more per field), announced in SETTINGS.
    public var headerBytes = 64 * 1024
    /// Bytes of the request target. Beyond: 414.
    public var targetBytes = 16 * 1024
    /// Bytes of one request body; nil for no limit. A declared length beyond it: 413 before the handler is
    /// called; a body that grows beyond it: `BodyError.tooLarge`.
    public var bodyBytes: Int? = 1024 * 1024 * 1024
    /// Bytes of one chunk's size line, extensions included. Nobody needs extensions; long ones are an attack.
    public var chunkLineBytes = 256

    /// Open connections. Beyond: closed at once, without an answer.
    public var connections = 20_000
    /// Streams one HTTP/2 connection may have open, announced in SETTINGS. Beyond: RST_STREAM
    /// (REFUSED_STREAM).
    public var concurrentStreams = 100

    /// From the first byte of a request (or from the connection's start) to the end of its header section.
    /// Beyond: 408 where something was received, and close.
    public var headerReadTimeout = TimeAmount.seconds(15)
    /// Between two pieces of a body that the handler waits for, however small they are. Beyond:
    /// `HTTPCancellation.bodyTimeout`.
    public var bodyIdleTimeout = TimeAmount.seconds(30)
    /// Between two requests of a connection. Beyond: close.
    public var keepAliveTimeout = TimeAmount.seconds(75)
    /// Without the client taking a single byte of what is ready for it. Beyond:
    /// `HTTPCancellation.writeStalled`.
    public var writeStallTimeout = TimeAmount.seconds(30)
    /// From accept to the end of the TLS handshake. Beyond: close.
    public var handshakeTimeout = TimeAmount.seconds(10)

    /// RST_STREAM frames (and, apart, stream errors) one client may cause in 30 seconds
    /// (rapid reset, CVE-2023-44487). Beyond: GOAWAY and close.
    public var streamResets = 200
    /// PING, SETTINGS and PRIORITY frames in 30 seconds. Beyond: GOAWAY and close.
    public var controlFrames = 200
    /// CONTINUATION frames of one header block. Beyond: GOAWAY and close.
    public var continuationFrames = 8
    /// Empty DATA frames in a row. Beyond: GOAWAY and close.
    public var emptyDataFrames = 8

    /// Bytes taken from a socket at once, by connections that bring so many. Small ones for small requests.
    public var socketReadBytes = 256 * 1024
    /// Request body bytes held for the handler before the socket is no longer read. One socket read more may
    /// arrive. For HTTP/2 it is the flow-control window of each stream.
    public var requestBufferBytes = 64 * 1024
    /// Response bytes held for the client before `write` answers false.
    public var responseHighWaterBytes = 64 * 1024
    /// Where `onWritable` fires again.
    public var responseLowWaterBytes = 16 * 1024
    /// Bytes of an unread body that are thrown away to keep a connection usable. Beyond: it is closed behind the response.
    public var drainedBodyBytes = 64 * 1024
    /// How long a connection that is being closed still takes bytes, so that the last response is not lost to
    /// a reset (RFC 9112 §9.6).
    public var lingerTimeout = TimeAmount.seconds(2)

    /// How long an idle HTTP/1.1 connection may still send a request once the server drains.
    public var drainIdleGrace = TimeAmount.milliseconds(500)

    /// Requests at work and waiting; nil for no admission control.
    public var admission: AdmissionLimits? = AdmissionLimits()

    /// The defaults.
    public init() {}
}

/// How many requests may be at work, how many may wait for a place, and for how long.
public struct AdmissionLimits: Sendable {
    /// Requests at work at once.
    public var concurrentRequests: Int
    /// Requests that wait. Beyond: 503 with `Retry-After`.
    public var queuedRequests: Int
    /// How long one waits. Beyond: 503 with `Retry-After`.
    public var queueWait: TimeAmount

    /// Defaults: 10,000 at work, 1,000 waiting, 5 seconds.
    public init(
        concurrentRequests: Int = 10_000, queuedRequests: Int = 1_000, queueWait: TimeAmount = .seconds(5)
    ) {
        self.concurrentRequests = concurrentRequests
        self.queuedRequests = queuedRequests
        self.queueWait = queueWait
    }
}
