public import ComponentModel
import ComponentRuntime
import HostSystem
public import WASI
import WasmEngine

/// `outgoing-request`: a request that a guest makes.
public final class OutgoingRequest: HostResource {
    /// `outgoing-request`.
    public static let resourceType = RuntimeResourceType.host()

    /// What the guest said so far.
    public var head: OutgoingRequestHead
    /// The body, once the guest has asked for it.
    public private(set) var body: OutgoingBody?

    init(_ fields: HTTPFields) { head = OutgoingRequestHead(fields: fields) }

    /// The body, the first time; nothing where `content-length` says no length.
    func makeBody(_ limits: HTTPHostLimits) -> OutgoingBody? {
        guard body == nil else { return nil }
        body = OutgoingBody(.request, of: head.fields, limits: limits)
        return body
    }
}

/// `request-options`.
public final class RequestOptions: HostResource {
    /// `request-options`.
    public static let resourceType = RuntimeResourceType.host()

    /// How long the guest wants to wait.
    public var timeouts: RequestTimeouts
    /// Whether the guest may change them.
    public var isMutable = true

    /// Options with these times.
    public init(_ timeouts: RequestTimeouts = RequestTimeouts()) { self.timeouts = timeouts }
}

/// `incoming-response`: what a server answered to a guest.
public final class IncomingResponse: HostResource {
    /// `incoming-response`.
    public static let resourceType = RuntimeResourceType.host()

    let status: UInt16
    let fields: HTTPFields
    private var body: IncomingBody?

    /// A response; its body is read as the guest asks.
    public init(status: UInt16, fields: HTTPFields, body: IncomingBody) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The body, the first time.
    func consume() -> IncomingBody? { body.take() }
}

/// `future-incoming-response`: the response to come, or why there is none.
public final class FutureIncomingResponse: HostResource {
    /// `future-incoming-response`.
    public static let resourceType = RuntimeResourceType.host()

    private enum State {
        case pending
        case ready(Result<IncomingResponse, HTTPErrorCode>)
        case consumed
    }

    private var state = State.pending
    private var waiter: WakeToken?

    /// Called when the guest drops the future, or is gone, before it has a response.
    public var onAbandoned: (() -> Void)?

    /// Nothing yet.
    public init() {}

    deinit { if case .pending = state { onAbandoned?() } }

    /// The response is there. Only the first use counts.
    public func resolve(_ result: Result<IncomingResponse, HTTPErrorCode>) {
        guard case .pending = state else { return }
        state = .ready(result)
        onAbandoned = nil
        waiter.take()?.wake()
    }

    /// The result, once; nil while there is none, a failure afterwards.
    func take() -> Result<Result<IncomingResponse, HTTPErrorCode>, NoValue>? {
        switch state {
        case .pending: return nil
        case .ready(let result):
            state = .consumed
            return .success(result)
        case .consumed: return .failure(NoValue())
        }
    }

    /// Ready when the response is there.
    final class Ready: Pollable {
        private let future: FutureIncomingResponse

        init(_ future: FutureIncomingResponse) { self.future = future }

        override var isReady: Bool { if case .pending = future.state { false } else { true } }
        override func wakeWhenReady(_ token: WakeToken) {
            if isReady { token.wake() } else { future.waiter = token }
        }
    }
}
