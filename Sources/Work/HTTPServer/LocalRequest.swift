public import NIOCore
public import NIOHTTP1

/// A request of this process to a handler of its own: the exchange that the handler sees, and a caller in the place of a
/// client.
///
/// Confined to one event loop. What one side does the other learns in a turn of the loop of its own, so that neither runs
/// inside of the other: both may be guests.
public final class LocalRequest {
    /// Bytes of a body that are kept for whoever reads it. 64 KiB. Beyond: the writer waits.
    public static let keptBytes = 64 << 10

    /// Where everything about the request happens.
    public let eventLoop: any EventLoop
    /// Status and fields of the response, once they are there.
    public private(set) var response: (status: HTTPResponseStatus, headers: HTTPHeaders)?
    /// Whether the handler is done: it reads no more of the request's body, and the response is as complete as it gets.
    public var isEnded: Bool { isOver || isCancelled }

    /// Fires once: ``response`` is there, or the request has ended without one.
    public var onResponse: (() -> Void)?
    /// Fires once for each `.pending` of ``readBody(upTo:)``, when there is more.
    public var onReadable: (() -> Void)?
    /// Fires once for each ``write(_:)`` that answered false, when there is room again, and when the request has ended.
    public var onWritable: (() -> Void)?

    private let core: ServerCore?
    private var exchange: HTTPExchange?
    private var requestBody = LocalBody()
    private var responseBody = LocalBody()
    private let isHead: Bool
    private var hasNoBody = false
    /// Body bytes that the response may still have; nil without a declared length.
    private var remaining: Int?
    private var pending: Signals = []
    private var isOver = false
    private var isCancelled = false

    private struct Signals: OptionSet {
        let rawValue: UInt8
        static let response = Signals(rawValue: 1)
        static let callerReads = Signals(rawValue: 2)
        static let callerWrites = Signals(rawValue: 4)
        static let handlerReads = Signals(rawValue: 8)
        static let handlerWrites = Signals(rawValue: 16)
    }

    /// Makes a request. `handle` gets it in the next turn of the loop, unless it was cancelled before; a body that is
    /// complete and empty by then is none.
    ///
    /// - Parameters:
    ///   - depth: through how many such requests it comes, itself included.
    ///   - server: whose access log it is in, and among whose requests at work it counts. It waits for no place there: the
    ///     request that it is made for has one, and would wait for itself.
    public init(
        _ head: RequestHead, depth: Int = 1, from address: SocketAddress?, on eventLoop: any EventLoop,
        server: HTTPServer? = nil, handle: @escaping (HTTPExchange) -> Void
    ) {
        self.eventLoop = eventLoop
        core = server?.core
        isHead = head.method == .HEAD
        eventLoop.assumeIsolated().execute {
            if !self.isEnded { handle(self.makeExchange(head, depth, address)) }
        }
    }

    private func makeExchange(
        _ head: RequestHead, _ depth: Int, _ address: SocketAddress?
    ) -> HTTPExchange {
        var requestIDs = RequestID()
        let sent = head.headers.first(name: "x-request-id")
        let requestID = sent.flatMap { RequestID.isValid($0) ? $0 : nil } ?? requestIDs.next()
        let exchange = HTTPExchange(
            head: head, hasBody: !requestBody.isComplete, requestID: requestID, arrival: .now(),
            eventLoop: eventLoop, remoteAddress: address, localAddress: nil, depth: depth,
            transport: LocalTransport(request: self))
        self.exchange = exchange
        if let admission = core?.admission { exchange.enterAnyway(admission) }
        return exchange
    }

    // MARK: - The caller's side

    /// Sends a piece of the request's body.
    ///
    /// - Returns: false where the handler does not read as fast: the bytes are kept, and more should wait for
    ///   ``onWritable``.
    public func write(_ bytes: ByteBuffer) -> Bool {
        guard !isEnded else { return true }
        let hasRoom = requestBody.write(bytes)
        if requestBody.takeReader() { signal(.handlerReads) }
        return hasRoom
    }

    /// The request's body is complete.
    public func finish(trailers: HTTPHeaders?) {
        requestBody.finish(trailers: trailers)
        if requestBody.takeReader() { signal(.handlerReads) }
    }

    /// Takes the next bytes of the response's body, at most `limit`. It fails where the handler gave the response up.
    public func readBody(upTo limit: Int) -> BodyRead {
        let read = responseBody.read(upTo: limit)
        if responseBody.takeWriter() { signal(.handlerWrites) }
        return read
    }

    /// Nobody wants the response any more, or the request's body will not be complete: the handler is told that its client
    /// has gone.
    public func cancel() {
        onResponse = nil
        onReadable = nil
        onWritable = nil
        guard !isEnded else { return }
        isCancelled = true
        eventLoop.assumeIsolated().execute { self.end(.clientGone) }
    }

    // MARK: - Signals

    private func signal(_ signals: Signals) {
        let isScheduled = !pending.isEmpty
        pending.formUnion(signals)
        guard !isScheduled, !signals.isEmpty else { return }
        eventLoop.assumeIsolated().execute { self.deliver() }
    }

    private func deliver() {
        let signals = pending
        pending = []
        let exchange = self.exchange
        if signals.contains(.response) {
            let onResponse = self.onResponse
            self.onResponse = nil
            onResponse?()
        }
        if signals.contains(.callerReads) { onReadable?() }
        if signals.contains(.callerWrites) { onWritable?() }
        if signals.contains(.handlerReads) { exchange?.becameReadable() }
        if signals.contains(.handlerWrites) { exchange?.becameWritable() }
    }

    /// The handler is done, or the caller is.
    private func end(_ cancellation: HTTPCancellation?) {
        guard !isOver else { return }
        isOver = true
        responseBody.fail(.malformed)
        var signals: Signals = []
        if response == nil { signals.insert(.response) }
        if responseBody.takeReader() { signals.insert(.callerReads) }
        // Whether it was waiting for room or not.
        signals.insert(.callerWrites)
        signal(signals)
        let exchange = self.exchange
        self.exchange = nil
        guard let exchange else { return }
        exchange.end(cancellation)
        core?.state(of: eventLoop)?.note(exchange, cancellation: cancellation)
    }
}

// MARK: - The handler's side

extension LocalRequest {
    fileprivate func readRequest(upTo limit: Int) -> BodyRead {
        let read = requestBody.read(upTo: limit)
        if requestBody.takeWriter() { signal(.callerWrites) }
        return read
    }

    fileprivate func respond(
        _ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer?
    ) -> Bool {
        let length = body?.readableBytes ?? 0
        guard begin(status, headers, length: isHead && length == 0 ? nil : length) else { return false }
        if let body { _ = writeResponse(body) }
        remaining = nil
        finishResponse(trailers: nil)
        return true
    }

    fileprivate func begin(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, length: Int?) -> Bool {
        let isSendable = headers.allSatisfy { name, value in
            FieldRules.isFieldName(name) && FieldRules.isFieldValue(value)
        }
        var fields = isSendable ? headers : [:]
        hasNoBody = isHead || status.code == 204 || status.code == 304
        if let declared = fields.first(name: "content-length").flatMap(FieldRules.decimal), length == nil {
            remaining = hasNoBody ? nil : declared
        } else {
            fields.remove(name: "content-length")
            if let length, status.code != 204 { fields.add(name: "content-length", value: String(length)) }
        }
        if let exchange { fields.replaceOrAdd(name: "x-request-id", value: exchange.requestID) }
        response = (isSendable ? status : .internalServerError, fields)
        signal(.response)
        guard !isSendable else { return true }
        exchange?.status = .internalServerError
        responseBody.finish(trailers: nil)
        end(nil)
        return false
    }

    fileprivate func writeResponse(_ bytes: ByteBuffer) -> Bool {
        guard !hasNoBody else { return true }
        var bytes = bytes
        if let remaining {
            let taken = min(remaining, bytes.readableBytes)
            self.remaining = remaining - taken
            guard taken > 0, let slice = bytes.readSlice(length: taken) else { return true }
            bytes = slice
        }
        exchange?.bytesOut += bytes.readableBytes
        let hasRoom = responseBody.write(bytes)
        if responseBody.takeReader() { signal(.callerReads) }
        return hasRoom
    }

    fileprivate func finishResponse(trailers: HTTPHeaders?) {
        guard remaining ?? 0 == 0 else { return abort() }
        let kept = trailers.map { trailers in
            HTTPHeaders(
                trailers.filter {
                    FieldRules.isFieldName($0.name) && FieldRules.isFieldValue($0.value)
                        && !HeadBuilder.isForbiddenInTrailers($0.name)
                })
        }
        responseBody.finish(trailers: kept.flatMap { $0.isEmpty ? nil : $0 })
        end(nil)
    }

    fileprivate func abort() { end(nil) }
}

/// What an exchange without a connection is carried by.
private final class LocalTransport: ExchangeTransport {
    private let request: LocalRequest

    init(request: LocalRequest) { self.request = request }

    func readBody(upTo limit: Int) -> BodyRead { request.readRequest(upTo: limit) }
    /// Left out, as they are of answers from the network: `wasi:http` has no word for them on this side.
    func sendInformational(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) {}
    func sendHead(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) -> Bool {
        request.begin(status, headers, length: nil)
    }
    func write(_ body: ByteBuffer) -> Bool { request.writeResponse(body) }
    func finish(trailers: HTTPHeaders?) { request.finishResponse(trailers: trailers) }
    func respond(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer?) -> Bool {
        request.respond(status, headers, body)
    }
    func abort() { request.abort() }
}

/// A body between its writer and its reader.
private struct LocalBody {
    private var pieces: CircularBuffer<ByteBuffer> = []
    private var byteCount = 0
    private var ending: BodyRead?
    private var isReaderWaiting = false
    private var isWriterWaiting = false

    /// Whether nothing more will come.
    var isComplete: Bool { ending != nil && pieces.isEmpty }

    mutating func read(upTo limit: Int) -> BodyRead {
        if var piece = pieces.popFirst() {
            let count = min(limit, piece.readableBytes)
            byteCount -= count
            guard piece.readableBytes > limit, let taken = piece.readSlice(length: limit) else {
                return .bytes(piece)
            }
            pieces.prepend(piece)
            return .bytes(taken)
        }
        if let ending { return ending }
        isReaderWaiting = true
        return .pending
    }

    mutating func write(_ bytes: ByteBuffer) -> Bool {
        guard ending == nil else { return true }
        if bytes.readableBytes > 0 {
            pieces.append(bytes)
            byteCount += bytes.readableBytes
        }
        isWriterWaiting = byteCount >= LocalRequest.keptBytes
        return !isWriterWaiting
    }

    mutating func finish(trailers: HTTPHeaders?) { ending = ending ?? .end(trailers: trailers) }
    mutating func fail(_ error: BodyError) { ending = ending ?? .failed(error) }

    /// Whether the reader waits, and is to be told; once.
    mutating func takeReader() -> Bool {
        guard isReaderWaiting, !pieces.isEmpty || ending != nil else { return false }
        isReaderWaiting = false
        return true
    }

    /// Whether the writer waits, and is to be told; once.
    mutating func takeWriter() -> Bool {
        guard isWriterWaiting, byteCount < LocalRequest.keptBytes else { return false }
        isWriterWaiting = false
        return true
    }
}
