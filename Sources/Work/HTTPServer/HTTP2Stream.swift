import AppModel
import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// One HTTP/2 stream: a request and its response.
///
/// The stream's channel reads only when asked, and opens the flow-control window by what was read, so the
/// client can have one window of bytes under way and no more.
final class HTTP2Stream: ChannelInboundHandler, ExchangeTransport {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let connection: HTTP2Connection
    private let channel: any Channel
    var index = -1
    private var exchange: HTTPExchange?

    private var received: CircularBuffer<ByteBuffer> = []
    private var receivedBytes = 0
    private var isRequestComplete = false
    private var trailers: HTTPHeaders?
    private var owesContinue = false
    private var failure: BodyError?
    /// Frames the channel has delivered.
    private var deliveries = 0

    /// Body bytes the response may still have; nil without a declared length.
    private var remaining: Int?
    private var hasNoBody = false
    private var isFinished = false
    private var pendingWrites = 0
    private var progressed = NIODeadline.now()
    private var bodyDeadline: NIODeadline?

    private var core: ServerCore { connection.core }
    private var loopState: LoopState { connection.loopState }

    init(connection: HTTP2Connection, channel: any Channel) {
        self.connection = connection
        self.channel = channel
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        connection.opened(self)
    }

    func channelActive(context: ChannelHandlerContext) {
        context.read()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isRequestComplete = true
        connection.closed(self)
        release(.clientGone)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        connection.closed(self)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The codec resets the stream or closes the connection by itself.
        release(error is NIOHTTP2Errors.StreamClosed ? .clientGone : .protocolError)
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        deliveries &+= 1
        switch unwrapInboundIn(data) {
        case .headers(let headers):
            if exchange == nil, !isFinished {
                begin(headers)
            } else {
                trailers = HTTPHeaders(
                    headers.headers.map { ($0.name, FieldText.text(of: $0.value)) })
                isRequestComplete = isRequestComplete || headers.endStream
                becameReadable()
            }
        case .data(let data):
            receive(data)
        case .rstStream:
            release(.clientGone)
        default:
            break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if exchange?.isReading == true || isDiscarding { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.becameWritable() }
    }

    private var isDiscarding: Bool { exchange == nil && !isRequestComplete }

    private func receive(_ data: HTTP2Frame.FramePayload.Data) {
        guard case .byteBuffer(let bytes) = data.data else { return }
        isRequestComplete = isRequestComplete || data.endStream
        receivedBytes += bytes.readableBytes
        let isTooLong = core.limits.bodyBytes.map { receivedBytes > $0 } ?? false
        guard exchange != nil else {
            // Thrown away, however slowly the client takes the response meanwhile; but no more than a body may have.
            if isTooLong, !isRequestComplete { reset(.enhanceYourCalm) }
            return
        }
        if bytes.readableBytes > 0 {
            received.append(bytes)
            if isTooLong { failure = .tooLarge }
        }
        becameReadable()
    }

    private func becameReadable() {
        guard let exchange, exchange.isReading else { return }
        // It may be long before the handler asks for more, and that is not the client's fault.
        bodyDeadline = nil
        exchange.becameReadable()
    }

    // MARK: Request

    private func begin(_ block: HTTP2Frame.FramePayload.Headers) {
        isRequestComplete = block.endStream
        // A stream that received something has its number.
        if let id = try? channel.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID) {
            connection.began(id)
        }
        do throws(Refusal) {
            let request = try HTTP2Request(block.headers, scheme: core.scheme, limits: core.limits)
            owesContinue = request.expectsContinue && !block.endStream
            let exchange = HTTPExchange(
                head: request.head, hasBody: !block.endStream,
                requestID: loopState.requestID(from: request.requestID), arrival: .now(),
                eventLoop: channel.eventLoop, remoteAddress: connection.remoteAddress,
                localAddress: connection.localAddress, transport: self)
            self.exchange = exchange
            loopState.requestStarted()
            exchange.dispatch(core, loopState)
        } catch {
            refuse(error)
        }
    }

    private func refuse(_ refusal: Refusal) {
        loopState.requestRejected()
        var headers = HPACKHeaders()
        headers.add(name: ":status", value: String(refusal.status.code))
        headers.add(name: "content-type", value: "text/plain")
        headers.add(name: "content-length", value: String(refusal.reason.utf8.count + 1))
        send(.headers(.init(headers: headers, endStream: false)))
        sendLast(ByteBuffer(string: refusal.reason + "\n"))
    }

    func readBody(upTo limit: Int) -> BodyRead {
        precondition(limit > 0, "readBody(upTo:) needs a positive limit")
        bodyDeadline = nil
        while true {
            if let failure { return .failed(failure) }
            if var bytes = received.popFirst() {
                owesContinue = false
                guard bytes.readableBytes > limit, let taken = bytes.readSlice(length: limit) else {
                    return .bytes(bytes)
                }
                received.prepend(bytes)
                return .bytes(taken)
            }
            if isRequestComplete { return .end(trailers: trailers) }
            // What the channel holds back it delivers right here, inside the call.
            let before = deliveries
            channel.read()
            if deliveries == before { break }
        }
        if owesContinue, exchange?.phase == .waiting {
            owesContinue = false
            sendInformational(.continue, [:])
        }
        bodyDeadline = .now() + core.limits.bodyIdleTimeout
        return .pending
    }

    // MARK: Response

    func sendInformational(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) {
        guard var block = responseBlock(status, headers, length: nil, isInformational: true) else { return }
        block.remove(name: "content-length")
        send(.headers(.init(headers: block, endStream: false)))
        channel.flush()
    }

    func sendHead(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) -> Bool {
        guard let block = responseBlock(status, headers, length: nil) else { return failHead() }
        send(.headers(.init(headers: block, endStream: false)))
        channel.flush()
        return true
    }

    func respond(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer?) -> Bool {
        let length = body?.readableBytes ?? 0
        let isHEAD = exchange?.head.method == .HEAD
        guard let block = responseBlock(status, headers, length: isHEAD && length == 0 ? nil : length) else {
            return failHead()
        }
        if hasNoBody || length == 0 {
            sendLastHead(block)
        } else {
            send(.headers(.init(headers: block, endStream: false)))
            exchange?.bytesOut = length
            sendLast(body ?? ByteBuffer())
        }
        return true
    }

    private func failHead() -> Bool {
        exchange?.status = .internalServerError
        var block = HPACKHeaders()
        block.add(name: ":status", value: "500")
        sendLastHead(block)
        return false
    }

    /// Makes the header block; nil where a field cannot be sent.
    private func responseBlock(
        _ status: HTTPResponseStatus, _ headers: HTTPHeaders, length: Int?, isInformational: Bool = false
    ) -> HPACKHeaders? {
        var block = HPACKHeaders()
        block.reserveCapacity(headers.count + 4)
        block.add(name: ":status", value: String(min(max(Int(status.code), 100), 999)))
        var declared: Int?
        var hasDate = false
        for (name, value) in headers {
            guard FieldRules.isFieldName(name), FieldRules.isFieldValue(value),
                let value = FieldRules.textOnly(value)
            else { return nil }
            switch ResponseField(name) {
            case .ordinary: break
            case .contentLength:
                declared = FieldRules.decimal(value)
                continue
            case .ofTheConnection: continue
            case .date: hasDate = true
            }
            block.add(name: name.lowercased(), value: value)
        }
        if isInformational { return block }
        if !hasDate { block.add(name: "date", value: loopState.date) }
        if let exchange { block.add(name: "x-request-id", value: exchange.requestID) }
        hasNoBody = exchange?.head.method == .HEAD || status.code == 204 || status.code == 304
        let known = hasNoBody ? declared ?? (status.code == 304 ? nil : length) : length ?? declared
        if status.code != 204, let known { block.add(name: "content-length", value: String(known)) }
        remaining = hasNoBody ? nil : known
        return block
    }

    func write(_ body: ByteBuffer) -> Bool {
        guard !hasNoBody else { return true }
        var body = body
        if let remaining {
            let taken = min(remaining, body.readableBytes)
            self.remaining = remaining - taken
            guard taken > 0, let slice = body.readSlice(length: taken) else { return true }
            body = slice
        }
        // In pieces, so that progress shows while a slow client takes a long one.
        exchange?.bytesOut += body.readableBytes
        while let piece = body.readSlice(length: min(16_384, body.readableBytes)), piece.readableBytes > 0 {
            sendTracked(.data(.init(data: .byteBuffer(piece), endStream: false)))
        }
        channel.flush()
        return channel.isWritable
    }

    func finish(trailers: HTTPHeaders?) {
        if let remaining, remaining > 0 {
            abort()
            return
        }
        guard let trailers, !hasNoBody, let block = Self.trailerBlock(trailers) else {
            sendLast(ByteBuffer())
            return
        }
        sendLastHead(block)
    }

    private static func trailerBlock(_ trailers: HTTPHeaders) -> HPACKHeaders? {
        var block = HPACKHeaders()
        for (name, value) in trailers
        where FieldRules.isFieldName(name) && FieldRules.isFieldValue(value)
            && !HeadBuilder.isForbiddenInTrailers(name)
        {
            guard let value = FieldRules.textOnly(value) else { continue }
            block.add(name: name.lowercased(), value: value)
        }
        return block.isEmpty ? nil : block
    }

    func abort() {
        release(nil)
        reset(.internalError)
    }

    // MARK: Frames

    private func send(_ payload: HTTP2Frame.FramePayload) {
        channel.write(payload, promise: nil)
    }

    private func sendTracked(_ payload: HTTP2Frame.FramePayload) {
        if pendingWrites == 0 { progressed = .now() }
        pendingWrites += 1
        channel.write(payload).assumeIsolated().whenComplete { [self] _ in
            pendingWrites -= 1
            progressed = .now()
            resetIfUnread()
        }
    }

    private func sendLast(_ body: ByteBuffer) {
        isFinished = true
        sendTracked(.data(.init(data: .byteBuffer(body), endStream: true)))
        end()
    }

    private func sendLastHead(_ block: HPACKHeaders) {
        isFinished = true
        sendTracked(.headers(.init(headers: block, endStream: true)))
        end()
    }

    private func end() {
        // First, because the flush may close the stream, and that is not the client's doing.
        release(nil)
        channel.flush()
        resetIfUnread()
    }

    /// The response does not need the rest of the body (RFC 9113 §8.1).
    ///
    /// A reset makes the codec forget what it holds for a client with a small window: it must wait until all has left. What
    /// comes until then is thrown away, so that a client which sends everything first comes to read.
    private func resetIfUnread() {
        guard isFinished, exchange == nil, !isRequestComplete else { return }
        channel.read()
        guard pendingWrites == 0, !isRequestComplete else { return }
        isRequestComplete = true
        channel.writeAndFlush(HTTP2Frame.FramePayload.rstStream(.noError), promise: nil)
    }

    private func reset(_ code: HTTP2ErrorCode) {
        isFinished = true
        isRequestComplete = true
        channel.writeAndFlush(HTTP2Frame.FramePayload.rstStream(code), promise: nil)
        channel.close(promise: nil)
    }

    // MARK: Ends

    private func release(_ cancellation: HTTPCancellation?) {
        guard let exchange else { return }
        self.exchange = nil
        bodyDeadline = nil
        received.removeAll()
        loopState.requestEnded(exchange, cancellation: cancellation)
        exchange.end(cancellation)
    }

    func cancel(_ reason: HTTPCancellation) {
        release(reason)
        if !isFinished { reset(.cancel) }
    }

    func tick(now: NIODeadline) {
        if pendingWrites > 0, now - progressed >= core.limits.writeStallTimeout {
            release(.writeStalled)
            reset(.flowControlError)
            return
        }
        guard let bodyDeadline, now >= bodyDeadline, let exchange else { return }
        if exchange.phase == .waiting {
            exchange.status = .requestTimeout
            release(.bodyTimeout)
            refuse(Refusal(.requestTimeout, "body took too long"))
        } else {
            cancel(.bodyTimeout)
        }
    }
}
