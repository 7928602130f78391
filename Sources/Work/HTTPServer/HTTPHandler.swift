public import NIOCore
public import NIOHTTP1

/// What answers requests.
public protocol HTTPHandler: Sendable {
    /// Called once per request, on the connection's event loop, when the head is complete. Must not block.
    ///
    /// The handler may answer before it returns (the fast way) or keep the exchange and answer later, always
    /// on `exchange.eventLoop`. It must end each exchange with `respond`, `finish` or `abort`, also after
    /// `onCancelled` where that is easier: calls on an ended exchange do nothing.
    func handle(_ exchange: HTTPExchange)
}

/// What `HTTPExchange.readBody(upTo:)` found.
public enum BodyRead {
    /// At least one byte and at most as many as asked for.
    case bytes(ByteBuffer)
    /// The whole body was read. Trailers only where the client sent some.
    case end(trailers: HTTPHeaders?)
    /// Nothing yet: `onReadable` fires once there is.
    case pending
    /// The body cannot be read to its end.
    case failed(BodyError)
}

/// Why a request body cannot be read to its end.
public enum BodyError: Error, Sendable, Equatable {
    /// Longer than `HTTPServerLimits.bodyBytes`.
    case tooLarge
    /// Its framing is wrong: chunk sizes, trailers, or a length that does not match.
    case malformed
    /// The exchange was cancelled.
    case cancelled(HTTPCancellation)

    /// What to tell the client, where that is still possible.
    public var status: HTTPResponseStatus {
        switch self {
        case .tooLarge: .payloadTooLarge
        case .malformed: .badRequest
        case .cancelled(.bodyTimeout): .requestTimeout
        case .cancelled: .badRequest
        }
    }
}

/// Why an exchange ended before its response was complete.
public enum HTTPCancellation: Sendable, Equatable {
    /// The client closed the connection or reset the stream. A half-closed connection counts as closed.
    case clientGone
    /// The client broke the protocol while the exchange was at work.
    case protocolError
    /// The handler waited for body bytes longer than `HTTPServerLimits.bodyIdleTimeout`.
    case bodyTimeout
    /// The client took no byte of the response for `HTTPServerLimits.writeStallTimeout`.
    case writeStalled
    /// The server's drain time was over.
    case drained
}
