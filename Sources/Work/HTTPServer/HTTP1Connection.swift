import NIOCore
import NIOHTTP1
import NIOTLS

/// One connection, from its first byte: HTTP/1.1 itself, HTTP/2 by handing the channel over.
///
/// The only handler of a plain HTTP/1.1 pipeline, bytes on both sides. Input is parsed only as far as it is
/// wanted: one request at a time, its body piece by piece as the handler asks, so `input` is the only buffer,
/// and while it is over its mark the socket is not read.
final class HTTP1Connection: ChannelInboundHandler, RemovableChannelHandler, TrackedConnection {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// The TLS handshake is under way.
        case handshake
        /// Nothing was received yet: may turn out to be HTTP/2 with prior knowledge.
        case fresh
        case open
        /// The last response is on its way, input is thrown away (RFC 9112 §9.6).
        case lingering
        case closed
    }

    /// What `deadline` is about.
    enum Wait {
        case none
        case handshake
        case head
        case nextRequest
        case body
        case linger
        case drain
    }

    let core: ServerCore
    let loopState: LoopState
    let channel: any Channel
    let remoteAddress: SocketAddress?
    let localAddress: SocketAddress?
    var slot = -1
    var context: ChannelHandlerContext?

    var phase: Phase
    var input = ByteBuffer()
    var parser: HTTP1RequestParser
    var writer = HTTP1ResponseWriter()

    /// The request at work, from its head to the end of its response.
    var exchange: HTTPExchange?
    var keepsAlive = true
    /// The client waits for `100 Continue`.
    var owesContinue = false
    /// Bytes of unread body thrown away after the response.
    var discarded = 0

    /// Response bytes not yet given to the channel: heads and small pieces, to leave in one write.
    var output = ByteBuffer()
    var outputIsSent = false
    var needsFlush = false
    var isFlushScheduled = false

    var isInRead = false
    var isAdvancing = false
    var isInputPaused = false
    var isInputClosed = false
    var isOutputClosed = false
    var isDraining = false

    var wait = Wait.none
    var deadline = NIODeadline.distantFuture
    var stalledBytes = 0
    var stalledSince = NIODeadline.now()

    init(core: ServerCore, loopState: LoopState, channel: any Channel) {
        self.core = core
        self.loopState = loopState
        self.channel = channel
        remoteAddress = channel.remoteAddress
        localAddress = channel.localAddress
        phase = core.isSecure ? .handshake : .fresh
        parser = HTTP1RequestParser(limits: core.limits, scheme: core.scheme)
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loopState.add(self)
        isDraining = core.isDraining
        if phase == .handshake {
            expect(.handshake, within: core.limits.handshakeTimeout)
        } else {
            expectFirstRequest()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        loopState.remove(self)
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        cancelExchange(.clientGone)
        loopState.remove(self)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case TLSUserEvent.handshakeCompleted(let negotiated):
            if negotiated == "h2" {
                becomeHTTP2()
            } else if phase == .handshake {
                phase = .fresh
                expectFirstRequest()
            }
        case ChannelEvent.inputClosed:
            inputClosed()
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Resets, TLS failures and the like: there is nobody left to tell.
        close()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .lingering:
            // As much as a body may have, however slowly the client takes the response meanwhile.
            discarded += bytes.readableBytes
            if let limit = core.limits.bodyBytes, discarded > limit { close() }
            return
        case .closed:
            return
        case .handshake, .fresh, .open:
            break
        }
        isInRead = true
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
        if phase != .open, !leaveFreshPhase() { return }
        if exchange?.isReading == true {
            // It may be long before the handler asks for more, and that is not the client's fault.
            wait = .none
            exchange?.becameReadable()
        }
        advance()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isInRead = false
        if needsFlush { loopState.flushAtEndOfTurn(self) }
        adjustReading()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.becameWritable() }
    }

    /// A client that closes its side has gone, for all we can know: a response half sent to nobody is what a
    /// handler must be saved from. What was answered already still leaves.
    private func inputClosed() {
        isInputClosed = true
        isInRead = false
        if exchange != nil {
            cancelExchange(.clientGone)
            close()
        } else if phase == .open || phase == .fresh {
            linger()
        } else if phase != .lingering || isOutputClosed {
            close()
        }
    }

    // MARK: Protocol

    /// False while it cannot be told whether this is HTTP/2, or where it is and the channel was handed over.
    private func leaveFreshPhase() -> Bool {
        let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8
        let count = min(input.readableBytes, preface.count)
        let isPreface = input.readableBytesView.prefix(count).elementsEqual(preface.prefix(count))
        guard isPreface else {
            phase = .open
            return true
        }
        if count == preface.count { becomeHTTP2() }
        return false
    }

    private func becomeHTTP2() {
        guard let context, phase != .closed else { return }
        phase = .closed
        loopState.remove(self)
        let received = input
        input = ByteBuffer()
        do {
            // The end of the input is the end of the connection.
            try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
            try HTTP2Connection.install(core: core, loopState: loopState, channel: channel)
        } catch {
            context.close(promise: nil)
            return
        }
        if received.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(received)) }
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    // MARK: Requests

    /// Goes on with whatever `input` holds, until it ends or a request is at work.
    func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        while phase == .open, exchange == nil, advanceOnce() {}
        isAdvancing = false
        if input.readableBytes == 0, phase != .closed { input = loopState.noBytes }
        if !isInRead { adjustReading() }
    }

    /// False where more input is needed.
    private func advanceOnce() -> Bool {
        if parser.state != .requestLine, parser.state != .fields { return discardBody() }
        guard input.readableBytes > 0 else { return false }
        let wasInside = parser.isInsideHead
        let step = parser.parseHead(&input)
        switch consume step {
        case .incomplete:
            if !wasInside || wait == .nextRequest || wait == .drain {
                expect(.head, within: core.limits.headerReadTimeout)
            }
            return false
        case .head(let parsed):
            begin(parsed)
            return true
        case .refused(let refusal):
            refuse(refusal)
            return false
        }
    }

    private func begin(_ parsed: consuming ParsedHead) {
        wait = .none
        keepsAlive = parsed.keepsAlive
        owesContinue = parsed.expectsContinue && parsed.body != .none
        discarded = 0
        let exchange = HTTPExchange(
            head: parsed.head, hasBody: parsed.body != .none,
            requestID: loopState.requestID(from: parsed.requestID), arrival: .now(),
            eventLoop: channel.eventLoop, remoteAddress: remoteAddress, localAddress: localAddress,
            transport: self)
        self.exchange = exchange
        loopState.requestStarted()
        exchange.dispatch(core, loopState)
    }

    /// Reads past an unread body after its response, as far as that is cheaper than a new connection.
    private func discardBody() -> Bool {
        switch parser.readBody(&input, upTo: .max) {
        case .bytes(let bytes):
            discarded += bytes.readableBytes
            guard discarded <= core.limits.drainedBodyBytes else {
                linger()
                return false
            }
            return true
        case .end:
            requestEnded()
            return true
        case .incomplete:
            return false
        case .tooLarge, .refused:
            linger()
            return false
        }
    }

    /// The request is read and answered: on to the next.
    func requestEnded() {
        if !keepsAlive || phase != .open {
            linger()
            return
        }
        parser.startNext()
        if isDraining {
            expect(.drain, within: core.limits.drainIdleGrace)
        } else {
            expect(.nextRequest, within: core.limits.keepAliveTimeout)
        }
    }

    /// Answers a request that never reached the handler, and closes.
    func refuse(_ refusal: Refusal) {
        keepsAlive = false
        loopState.requestRejected()
        beginOutput()
        HTTP1ResponseWriter.writeStatusLine(refusal.status, into: &output)
        output.writeString(loopState.dateField)
        output.writeString("content-type: text/plain\r\ncontent-length: \(refusal.reason.utf8.count + 1)\r\n")
        output.writeString("connection: close\r\n\r\n\(refusal.reason)\n")
        linger()
    }

    // MARK: Reading

    /// Stops reading the socket while more is buffered than anybody wants, and starts again.
    func adjustReading() {
        guard phase == .open || phase == .lingering else { return }
        // A handler that waits, and a head that is not complete, need what follows, however much there is.
        let pauses =
            phase == .open && exchange != nil && wait != .body
            && input.readableBytes >= core.limits.requestBufferBytes
        guard pauses != isInputPaused else { return }
        isInputPaused = pauses
        // Fails only on a closed channel, which reads nothing anyway.
        try? channel.syncOptions?.setOption(.autoRead, value: !pauses)
    }

    private func expectFirstRequest() {
        if isDraining {
            expect(.drain, within: core.limits.drainIdleGrace)
        } else {
            expect(.head, within: core.limits.headerReadTimeout)
        }
    }

    func expect(_ wait: Wait, within time: TimeAmount) {
        self.wait = wait
        deadline = .now() + time
    }
}
