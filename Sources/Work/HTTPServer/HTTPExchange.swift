public import NIOCore
public import NIOHTTP1

/// What a protocol does for an exchange. Calls arrive only while the exchange is open, on its event loop.
protocol ExchangeTransport: AnyObject {
    func readBody(upTo limit: Int) -> BodyRead
    func sendInformational(_ status: HTTPResponseStatus, _ headers: HTTPHeaders)
    /// False: the fields cannot be sent and the transport has answered 500 and ended the exchange.
    func sendHead(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) -> Bool
    /// False: over the high-water mark.
    func write(_ body: ByteBuffer) -> Bool
    func finish(trailers: HTTPHeaders?)
    func respond(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer?) -> Bool
    func abort()
}

/// One request and its response, on one event loop.
///
/// An exchange is confined to `eventLoop`: it is created, used and ended there, and is not `Sendable`. Bodies
/// flow through it in both directions with backpressure: what the handler does not read, the client cannot
/// send, and `write` says when the client does not take more.
public final class HTTPExchange {
    enum Phase {
        case waiting
        case streaming
        case ended
    }

    /// The request.
    public let head: RequestHead
    /// Where everything about this exchange happens.
    public let eventLoop: any EventLoop
    /// The client's address.
    public let remoteAddress: SocketAddress?
    /// The address the client connected to.
    public let localAddress: SocketAddress?
    /// The client's `x-request-id` where it is 1 to 64 letters, digits, `-`, `_`, `.` or `:`, else a new one.
    /// Echoed in the response as `x-request-id`.
    public let requestID: String
    /// When the head was complete.
    public let arrival: NIODeadline
    /// Whether the request has a body that was not read to its end when the handler was called.
    public let hasBody: Bool
    /// Through how many ``LocalRequest``s the request came; zero for one of a client.
    public let depth: Int

    /// Fires once for each `.pending`, when more has come; the next `readBody` may still find it is not enough.
    public var onReadable: (() -> Void)?
    /// Fires once for each `write` that answered false, when there is room again.
    public var onWritable: (() -> Void)?
    /// Fires at most once: the exchange ended before its response was complete, and not by the handler.
    public var onCancelled: ((HTTPCancellation) -> Void)?
    /// Fires once, when the exchange has ended, however it did: neither ``onReadable`` nor ``onWritable`` will fire any more.
    public var onEnded: (() -> Void)?

    /// The status that was sent, once it was.
    public internal(set) var status: HTTPResponseStatus?
    /// Body bytes the handler has read.
    public internal(set) var bytesIn = 0
    /// Response body bytes sent, or about to be.
    public internal(set) var bytesOut = 0
    /// Why the exchange was cancelled, once it was.
    public private(set) var cancellation: HTTPCancellation?

    private(set) var phase = Phase.waiting
    private var isReadPending = false
    private var isWritePending = false
    private var transport: (any ExchangeTransport)?
    private var ticket: AdmissionQueue.Ticket?
    private var place: AdmissionQueue?
    private var waitedAt: AdmissionQueue?

    init(
        head: RequestHead, hasBody: Bool, requestID: String, arrival: NIODeadline, eventLoop: any EventLoop,
        remoteAddress: SocketAddress?, localAddress: SocketAddress?, depth: Int = 0,
        transport: any ExchangeTransport
    ) {
        self.head = head
        self.depth = depth
        self.hasBody = hasBody
        self.requestID = requestID
        self.arrival = arrival
        self.eventLoop = eventLoop
        self.remoteAddress = remoteAddress
        self.localAddress = localAddress
        self.transport = transport
    }

    /// Whether the response is complete or was given up.
    public var isEnded: Bool { phase == .ended }

    /// Whether the handler waits for body bytes right now.
    var isReading: Bool { isReadPending }
}

// MARK: - Request body

extension HTTPExchange {
    /// Takes the next bytes of the request body, at most `limit` (which must be positive).
    ///
    /// The first call that must wait sends `100 Continue` where the client expects it.
    public func readBody(upTo limit: Int) -> BodyRead {
        guard let transport, phase != .ended else {
            return .failed(.cancelled(cancellation ?? .clientGone))
        }
        let read = transport.readBody(upTo: limit)
        switch read {
        case .bytes(let bytes): bytesIn += bytes.readableBytes
        // Telling the client to continue may have found that it has gone.
        case .pending where phase == .ended: return .failed(.cancelled(cancellation ?? .clientGone))
        case .pending: isReadPending = true
        case .end, .failed: break
        }
        return read
    }

    func becameReadable() {
        guard isReadPending else { return }
        isReadPending = false
        onReadable?()
    }
}

// MARK: - Response

extension HTTPExchange {
    /// Sends an interim response (100 to 199 but 101) before the head. HTTP/1.0 clients get none.
    public func sendInformational(_ status: HTTPResponseStatus, _ headers: HTTPHeaders = [:]) {
        guard phase == .waiting, status.code >= 100, status.code < 200, status.code != 101 else { return }
        transport?.sendInformational(status, headers)
    }

    /// Sends the head of a streamed response.
    ///
    /// The server decides about framing: a valid `content-length` is kept, otherwise the body is chunked (or
    /// ends with the connection, for HTTP/1.0); fields that belong to the connection are left out; a body for
    /// HEAD, 204 and 304 is thrown away.
    ///
    /// - Returns: False where a field name or value cannot be sent (CR, LF, NUL and the like). The client
    ///   then got a 500 instead and the exchange has ended.
    @discardableResult
    public func sendHead(_ status: HTTPResponseStatus, _ headers: HTTPHeaders = [:]) -> Bool {
        guard phase == .waiting, let transport else { return false }
        phase = .streaming
        self.status = status
        return transport.sendHead(status, headers)
    }

    /// Sends a piece of the response body. Bytes beyond a declared `content-length` are thrown away.
    ///
    /// - Returns: False where the client does not take bytes as fast as they come: the bytes are kept, and
    ///   the handler should wait for `onWritable` before it writes more.
    @discardableResult
    public func write(_ body: ByteBuffer) -> Bool {
        guard phase == .streaming, let transport else { return true }
        if transport.write(body) || phase == .ended { return true }
        isWritePending = true
        return false
    }

    /// Ends the response. Where fewer bytes than the declared `content-length` were written, the connection
    /// (or stream) is cut instead, so that the client sees the difference.
    public func finish(trailers: HTTPHeaders? = nil) {
        guard phase == .streaming else { return }
        transport?.finish(trailers: trailers)
    }

    /// Sends a whole response: head and body leave in one write.
    ///
    /// - Returns: False as for `sendHead`.
    @discardableResult
    public func respond(
        _ status: HTTPResponseStatus, _ headers: HTTPHeaders = [:], body: ByteBuffer? = nil
    ) -> Bool {
        guard phase == .waiting, let transport else { return false }
        phase = .streaming
        self.status = status
        return transport.respond(status, headers, body)
    }

    /// Gives up: RST_STREAM, or the connection is closed. The client sees that the response is not complete.
    public func abort() {
        guard phase != .ended else { return }
        transport?.abort()
    }

    func becameWritable() {
        guard isWritePending else { return }
        isWritePending = false
        onWritable?()
    }

    // MARK: The transport's side

    /// The transport calls this exactly once, when it is done with the exchange. Breaks the cycles of
    /// closures.
    func end(_ cancellation: HTTPCancellation?) {
        guard phase != .ended else { return }
        phase = .ended
        self.cancellation = cancellation
        transport = nil
        place?.leave()
        if let ticket, place == nil { waitedAt?.giveUp(ticket) }
        place = nil
        let (notify, ended) = (onCancelled, onEnded)
        onCancelled = nil
        onEnded = nil
        if let cancellation { notify?(cancellation) }
        ended?()
        onReadable = nil
        onWritable = nil
    }
}

// MARK: - Admission

extension HTTPExchange {
    /// Calls the handler, now or when there is a place; answers 503 when there is none.
    func dispatch(_ core: ServerCore, _ loopState: LoopState) {
        guard let admission = loopState.admission else {
            core.handler.handle(self)
            return
        }
        if admission.tryEnter() {
            place = admission
            core.handler.handle(self)
            return
        }
        waitedAt = admission
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        ticket = admission.wait(on: eventLoop) { outcome in
            bound.value.decided(outcome, core, loopState, admission)
        }
        if ticket == nil { refuseForLoad(loopState, admission) }
    }

    /// For a request that a handler makes: it counts, and does not wait.
    func enterAnyway(_ admission: AdmissionQueue) {
        admission.enterAnyway()
        place = admission
    }

    private func decided(
        _ outcome: AdmissionQueue.Outcome, _ core: ServerCore, _ loopState: LoopState,
        _ admission: AdmissionQueue
    ) {
        switch outcome {
        case .admitted where isEnded:
            // Its client left while it waited.
            admission.leave()
        case .admitted:
            place = admission
            core.handler.handle(self)
        case .refused:
            refuseForLoad(loopState, admission)
        }
    }

    private func refuseForLoad(_ loopState: LoopState, _ admission: AdmissionQueue) {
        loopState.requestRejected()
        respond(.serviceUnavailable, ["retry-after": String(admission.retryAfter)])
    }
}
