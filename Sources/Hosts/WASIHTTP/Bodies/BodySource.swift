public import NIOCore

/// What one attempt to read a body gave.
public enum BodyPiece {
    /// At least one byte.
    case bytes(ByteBuffer)
    /// The whole body was read. Trailers only where there were some.
    case end(trailers: HTTPFields?)
    /// Nothing yet: `onReadable` fires once there is.
    case pending
    /// The body cannot be read to its end.
    case failed(HTTPErrorCode)
}

/// Where the body of a message that a guest receives comes from: a client's request, a server's response.
///
/// Confined to the guest's event loop. What is not read is not taken from the network.
public protocol BodySource: AnyObject {
    /// Takes the next bytes, at most `limit`, which is positive. Once the end or a failure was given, it is not asked again.
    func readBody(upTo limit: Int) -> BodyPiece
    /// Fires once for each `.pending`, when more has come.
    var onReadable: (() -> Void)? { get set }
}

/// Where the body of a message that a guest sends goes: a client's response, a server's request.
///
/// Confined to the guest's event loop.
public protocol BodySink: AnyObject {
    /// Sends bytes. False: they were taken, but no more should come until `onWritable` fires.
    func writeBody(_ bytes: ByteBuffer) -> Bool
    /// Fires once for each write that answered false, when there is room again, and when the other side has gone.
    var onWritable: (() -> Void)? { get set }
    /// The body is complete.
    func finishBody(trailers: HTTPFields?)
    /// The body will never be complete: the other side must see that.
    func abortBody(_ reason: HTTPErrorCode)
    /// The other side takes no bytes any more; what is written is thrown away.
    var isBodyClosed: Bool { get }
}
