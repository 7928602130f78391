public import NIOCore
public import NIOHTTP1

/// One finished (or cancelled) request, as the access log sees it.
///
/// Fields are never logged, so neither are cookies and credentials in them. The query is part of `target` and
/// may hold secrets; the writers of this module leave it out unless told otherwise.
public struct AccessRecord: Sendable {
    /// See `HTTPExchange.requestID`.
    public var requestID: String
    /// Nanoseconds since 1970 when the head was complete.
    public var time: Int64
    /// The request's method.
    public var method: HTTPMethod
    /// The request target as sent, with its query.
    public var target: String
    /// The protocol's version.
    public var version: HTTPVersion
    /// The status sent; nil where the exchange ended without one.
    public var status: Int?
    /// Request body bytes the handler read.
    public var bytesIn: Int
    /// Response body bytes.
    public var bytesOut: Int
    /// From the complete head to the end of the response.
    public var duration: TimeAmount
    /// The client's address.
    public var remoteAddress: SocketAddress?
    /// Why the response is not complete.
    public var cancellation: HTTPCancellation?
    /// Through how many requests of handlers to this server's own handler it came; zero for one of a client.
    public var depth = 0
}

/// Takes records in batches, about one per event loop and quarter second.
public protocol AccessLog: Sendable {
    /// Called on an event loop. Must hand the batch on and return: formatting and writing belong elsewhere.
    func record(_ batch: [AccessRecord])
}
