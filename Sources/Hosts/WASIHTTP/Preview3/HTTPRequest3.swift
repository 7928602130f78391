public import ComponentModel
import ComponentRuntime
public import WASI
import WasmEngine

/// `request` of 0.3: one that came from the network, or one that a guest makes.
public final class HTTPRequest3: HostResource {
    /// `request`.
    public static let resourceType = RuntimeResourceType.host()

    private enum Origin {
        /// Looked at only when a guest asks.
        case exchange(any IncomingExchange)
        case head(OutgoingRequestHead)
    }

    private var origin: Origin
    // What follows the head, until somebody takes it: that of an exchange is made then.
    private var body: MessageBody?
    private var incoming: (any IncomingExchange)?
    private let bodyBytesMax: Int
    /// How long the guest wants to wait for the other side.
    public let timeouts: RequestTimeouts?

    /// The request of an exchange.
    public init(_ exchange: any IncomingExchange, limits: HTTPHostLimits) {
        origin = .exchange(exchange)
        incoming = exchange
        bodyBytesMax = limits.requestBodyBytes
        timeouts = nil
    }

    /// A request that a guest makes.
    init(_ fields: HTTPFields, body: MessageBody, timeouts: RequestTimeouts?) {
        origin = .head(OutgoingRequestHead(fields: fields))
        self.body = body
        bodyBytesMax = .max
        self.timeouts = timeouts
    }

    /// Method, target and fields.
    public var head: OutgoingRequestHead {
        get {
            switch origin {
            case .exchange(let exchange): OutgoingRequestHead(exchange)
            case .head(let head): head
            }
        }
        set { origin = .head(newValue) }
    }

    /// The body, the first time.
    public func takeBody() -> MessageBody? {
        if let exchange = incoming.take() {
            return .network(IncomingBody(exchange, bytesMax: bodyBytesMax))
        }
        return body.take()
    }
}

extension OutgoingRequestHead {
    /// What a client said. Its values need not be what a guest could set.
    init(_ exchange: any IncomingExchange) {
        self.init(fields: exchange.fields)
        receive(
            exchange.method, exchange.pathWithQuery, exchange.scheme, authority: exchange.authority)
    }
}

/// `response` of 0.3: what a guest answers, or what a server answered to it.
public final class HTTPResponse3: HostResource {
    /// `response`.
    public static let resourceType = RuntimeResourceType.host()

    /// Status and fields.
    public var head: ResponseHead
    private var body: MessageBody?

    /// A response.
    public init(_ head: ResponseHead, body: MessageBody) {
        self.head = head
        self.body = body
    }

    /// The body, the first time.
    public func takeBody() -> MessageBody? { body.take() }
}
