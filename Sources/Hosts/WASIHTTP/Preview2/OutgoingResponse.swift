public import ComponentModel
import ComponentRuntime
import NIOCore
public import WASI
import WasmEngine

/// `outgoing-response`: what a guest will answer with.
final class OutgoingResponse: HostResource {
    static let resourceType = RuntimeResourceType.host()

    var head: ResponseHead
    private(set) var body: OutgoingBody?

    init(_ fields: HTTPFields) { head = ResponseHead(fields: fields) }

    /// The body, the first time; nothing where `content-length` says no length.
    func makeBody(_ limits: HTTPHostLimits) -> OutgoingBody? {
        guard body == nil else { return nil }
        body = OutgoingBody(.response, of: head.fields, limits: limits)
        return body
    }
}

/// `outgoing-body`.
public final class OutgoingBodyResource: HostResource {
    /// `outgoing-body`.
    public static let resourceType = RuntimeResourceType.host()

    let body: OutgoingBody
    private var isStreamTaken = false

    /// A body for a guest.
    public init(_ body: OutgoingBody) { self.body = body }

    /// Its stream, the first time.
    func takeStream(on eventLoop: any EventLoop) -> OutputStream? {
        guard !isStreamTaken else { return nil }
        isStreamTaken = true
        let stream = OutputStream(body, on: eventLoop)
        // As long as it has something to give, it is kept by the body's next wake.
        body.rest = { [weak stream] in stream?.takeRest() ?? ByteBuffer() }
        return stream
    }
}

/// `response-outparam`: the right to answer, once.
public final class ResponseOutparam: HostResource {
    /// `response-outparam`.
    public static let resourceType = RuntimeResourceType.host()

    let writer: ResponseWriter

    /// The right to answer with a response.
    public init(_ writer: ResponseWriter) { self.writer = writer }
}

extension OutgoingBody {
    /// A body of the length that the fields declare; nil where they say no length.
    convenience init?(_ message: Message, of fields: HTTPFields, limits: HTTPHostLimits) {
        switch fields.contentLength {
        case .none: self.init(message, declared: nil, limits: limits)
        case .bytes(let count): self.init(message, declared: count, limits: limits)
        case .invalid: return nil
        }
    }
}
