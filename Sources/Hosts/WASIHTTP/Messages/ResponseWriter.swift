public import NIOCore

/// The response of one exchange: at most one, short ones in one piece, and never a head after the client got one.
///
/// A short answer is kept until it is complete, or until the guest waits, so that it leaves in one write and so that a
/// guest that fails in between can still be answered for.
public final class ResponseWriter: BodySink {
    private enum State {
        case unset
        /// The head, and body bytes, have not been sent.
        case held
        case streaming
        /// The head was sent, and no body follows whatever the guest writes: HEAD, 204, 304.
        case discarding
        case complete
        case failed
    }

    private let exchange: any IncomingExchange
    private let limits: HTTPHostLimits
    private var state = State.unset
    /// While it is held.
    private var head: ResponseHead?
    // Nothing, rather than an empty buffer: empty ones share a storage, which all threads would count references to.
    private var body: ByteBuffer?
    private var informationalCount = 0
    // Only until its end, which breaks the cycle with the body.
    private var current: OutgoingBody?

    /// Called when the response fails after the guest is gone.
    public var onLateFailure: ((String) -> Void)?

    /// Why the guest's response was not, or not completely, sent.
    public private(set) var failure: String?

    /// The way back of `exchange`.
    public init(_ exchange: any IncomingExchange, limits: HTTPHostLimits = HTTPHostLimits()) {
        self.exchange = exchange
        self.limits = limits
    }

    /// Whether the guest has set a response.
    public var isSet: Bool { if case .unset = state { false } else { true } }
    /// Whether the whole response was handed to the network.
    public var isComplete: Bool { if case .complete = state { true } else { false } }
    /// Whether the client has got a part of the response.
    public var isStreaming: Bool {
        switch state {
        case .streaming, .discarding: true
        default: false
        }
    }

    /// Sends an interim response.
    public func sendInformational(_ status: UInt16, _ fields: HTTPFields) throws(HTTPErrorCode) {
        guard case .unset = state, (100...199).contains(status), status != 101 else {
            throw .httpProtocolError
        }
        informationalCount += 1
        guard informationalCount <= limits.informationalResponses else {
            throw .internalError("more than \(limits.informationalResponses) interim responses")
        }
        exchange.sendInformational(status, fields)
    }

    /// The guest's response.
    ///
    /// - Parameters:
    ///   - body: what is or will be written to it follows; nil for a response without a body.
    ///   - endsWithGuest: whether the body is complete when the guest returns without having finished it.
    public func send(_ head: ResponseHead, body: OutgoingBody?, endsWithGuest: Bool = true) {
        guard case .unset = state else { return }
        guard head.status >= 200 else {
            return fail("the guest's response has the interim status \(head.status)")
        }
        guard head.fields.countedBytes <= limits.responseHeaderBytes else {
            return fail(
                "the guest's response has more than \(limits.responseHeaderBytes) bytes of header fields")
        }
        if exchange.method == .head || head.status == 204 || head.status == 304 {
            state = .discarding
            exchange.sendHead(head.status, head.fields)
        } else {
            state = .held
            self.head = head
        }
        if endsWithGuest { current = body }
        if let body { body.attach(self) } else { finishBody(trailers: nil) }
    }

    /// The guest answered with an error, or cannot answer.
    public func fail(_ reason: String) {
        switch state {
        case .complete, .failed: return
        case .streaming: exchange.abortBody(.internalError(reason))
        // The client misses nothing.
        case .discarding: return finishBody(trailers: nil)
        case .unset, .held: break
        }
        failure = reason
        end(.failed)
        head = nil
        body = nil
        onLateFailure?(reason)
    }

    /// The guest has returned from its call. A body that it set but did not finish is complete where it has the declared length.
    public func guestReturned() {
        guard let current, current.isOpen else { return }
        do throws(HTTPErrorCode) { try current.finish() } catch { fail("\(error)") }
    }

    /// The guest is gone: nothing more will come from it.
    public func close() { current = nil }

    /// The guest waits: what it has written so far goes out.
    public func flush() {
        if case .held = state { begin() }
    }

    private func end(_ state: State) {
        self.state = state
        current = nil
    }

    private func begin() {
        state = .streaming
        if let head = head.take() { exchange.sendHead(head.status, head.fields) }
        if let bytes = body.take() { _ = exchange.writeBody(bytes) }
    }

    // MARK: - The body

    /// Takes body bytes of the guest.
    public func writeBody(_ bytes: ByteBuffer) -> Bool {
        switch state {
        case .held:
            guard bytes.readableBytes > 0 else { return true }
            let whole: ByteBuffer
            if var before = body.take() {
                before.writeImmutableBuffer(bytes)
                whole = before
            } else {
                whole = bytes
            }
            guard whole.readableBytes > limits.heldResponseBytes else {
                body = whole
                return true
            }
            begin()
            return exchange.writeBody(whole)
        case .streaming: return exchange.writeBody(bytes)
        case .unset, .discarding, .complete, .failed: return true
        }
    }

    /// Fires when the client takes bytes again.
    public var onWritable: (() -> Void)? {
        get { exchange.onWritable }
        set { exchange.onWritable = newValue }
    }

    /// Whether nobody takes bytes any more.
    public var isBodyClosed: Bool {
        switch state {
        case .unset, .held, .streaming, .discarding: exchange.isBodyClosed
        case .complete, .failed: true
        }
    }

    /// The body is complete.
    public func finishBody(trailers: HTTPFields?) {
        switch state {
        case .held where trailers?.isEmpty ?? true:
            let head = head.take()
            end(.complete)
            if let head { exchange.respond(head.status, head.fields, body: body.take() ?? ByteBuffer()) }
        case .held:
            begin()
            finishBody(trailers: trailers)
        case .streaming, .discarding:
            end(.complete)
            exchange.finishBody(trailers: trailers)
        case .unset, .complete, .failed: break
        }
    }

    /// The body will not be complete.
    public func abortBody(_ reason: HTTPErrorCode) {
        fail("the guest gave up the body of its response: \(reason)")
    }
}
