public import ComponentModel
import ComponentRuntime
import HostSystem
public import WASI
import WasmEngine
import WasmEngine

/// `incoming-request`: the request that a guest answers.
public final class IncomingRequest: HostResource {
    /// `incoming-request`.
    public static let resourceType = RuntimeResourceType.host()

    private let exchange: any IncomingExchange
    private let bodyBytesMax: Int
    private var isConsumed = false

    /// The request of an exchange.
    public init(_ exchange: any IncomingExchange, limits: HTTPHostLimits) {
        self.exchange = exchange
        bodyBytesMax = limits.requestBodyBytes
    }

    /// The body, the first time.
    func consume() -> IncomingBody? {
        guard !isConsumed else { return nil }
        isConsumed = true
        return IncomingBody(exchange, bytesMax: bodyBytesMax)
    }
}

extension IncomingRequest: RequestResource {
    var method: RequestMethod { exchange.method }
    var pathWithQuery: String? { exchange.pathWithQuery }
    var scheme: RequestScheme? { exchange.scheme }
    var authority: String? { exchange.authority }
    var fields: HTTPFields { exchange.fields }
}

/// `incoming-body`: the body itself, which needs no object around it.
extension IncomingBody: HostResource {
    /// `incoming-body`.
    public static let resourceType = RuntimeResourceType.host()
}

/// `future-trailers`: the end of a body that the guest does not read any more.
final class FutureTrailers: HostResource {
    static let resourceType = RuntimeResourceType.host()

    let body: IncomingBody
    var isConsumed = false

    init(_ body: IncomingBody) { self.body = body }

    /// What the body ended with; nil while it has not.
    func take() -> Result<HTTPFields?, HTTPErrorCode>? {
        guard body.skipToEnd(), let outcome = body.outcome else { return nil }
        isConsumed = true
        return outcome
    }

    /// The same, where a second time is a fault.
    func takeOnce() throws(Trap) -> Result<HTTPFields?, HTTPErrorCode>? {
        if isConsumed { throw Trap.host("a guest takes trailers that it has taken before") }
        return take()
    }

    /// Ready when the body has ended.
    final class Ready: Pollable {
        private let body: IncomingBody

        init(_ body: IncomingBody) { self.body = body }

        override var isReady: Bool { body.skipToEnd() }
        override func wakeWhenReady(_ token: WakeToken) { body.wakeWhenSkippable { token.wake() } }
    }
}
