public import ComponentModel
import ComponentRuntime
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

/// `outgoing-body`: the body itself, which needs no object around it.
extension OutgoingBody: HostResource {
    /// `outgoing-body`.
    public static let resourceType = RuntimeResourceType.host()
}

/// `response-outparam`: the right to answer, once.
extension ResponseWriter: HostResource {
    /// `response-outparam`.
    public static let resourceType = RuntimeResourceType.host()
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
