import NIOCore
import NIOHTTP1

// The transport of an HTTP/1.1 exchange: pulls its body out of `input`, writes its response.
extension HTTP1Connection: ExchangeTransport {
    // MARK: Request body

    func readBody(upTo limit: Int) -> BodyRead {
        precondition(limit > 0, "readBody(upTo:) needs a positive limit")
        let step = parser.readBody(&input, upTo: limit)
        wait = .none
        defer { if !isInRead { adjustReading() } }
        switch step {
        case .bytes(let bytes):
            owesContinue = false
            return .bytes(bytes)
        case .end(let trailers):
            return .end(trailers: trailers)
        case .incomplete:
            sendContinueIfOwed()
            expect(.body, within: core.limits.bodyIdleTimeout)
            return .pending
        case .tooLarge:
            keepsAlive = false
            return .failed(.tooLarge)
        case .refused:
            keepsAlive = false
            return .failed(.malformed)
        }
    }

    private func sendContinueIfOwed() {
        guard owesContinue, exchange?.phase == .waiting else { return }
        owesContinue = false
        beginOutput()
        output.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
        flushSoon()
    }

    // MARK: Response

    func sendInformational(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) {
        guard exchange?.head.version == .http1_1 else { return }
        if status == .continue { owesContinue = false }
        beginOutput()
        HTTP1ResponseWriter.writeInformational(status, headers, into: &output)
        flushSoon()
    }

    func sendHead(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) -> Bool {
        guard writeHead(status, headers, bodyLength: nil) else { return failHead() }
        flushSoon()
        return true
    }

    func respond(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer?) -> Bool {
        guard writeHead(status, headers, bodyLength: body?.readableBytes ?? 0) else { return failHead() }
        if let body { writeBody(body) }
        endResponse(trailers: nil)
        return true
    }

    private func writeHead(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, bodyLength: Int?) -> Bool {
        guard let exchange else { return false }
        decidePersistence()
        beginOutput()
        var circumstances = HTTP1ResponseWriter.Circumstances(
            isHEAD: exchange.head.method == .HEAD, isHTTP10: exchange.head.version == .http1_0,
            keepsAlive: keepsAlive, requestID: exchange.requestID, dateField: loopState.dateField)
        // A HEAD answered without a body says nothing about the length, unless its fields do.
        let length = circumstances.isHEAD && bodyLength == 0 ? nil : bodyLength
        guard writer.writeHead(status, headers, bodyLength: length, into: &output, &circumstances) else {
            return false
        }
        keepsAlive = circumstances.keepsAlive
        return true
    }

    /// Whether the connection survives this response, as far as can be told at its head.
    private func decidePersistence() {
        // While draining, what the client has sent already is still answered.
        if isDraining, !parser.isComplete || input.readableBytes == 0 { keepsAlive = false }
        // A client that still waits for `100 Continue` may or may not send the body: no way to tell them
        // apart.
        if owesContinue { keepsAlive = false }
        if let remaining = parser.remainingLength, exchange?.bytesIn == 0,
            remaining - input.readableBytes > core.limits.drainedBodyBytes
        {
            keepsAlive = false
        }
    }

    /// The handler's fields cannot be sent: a response made of them could be two for its reader.
    private func failHead() -> Bool {
        exchange?.status = .internalServerError
        keepsAlive = false
        // Without fields nothing can be refused.
        _ = writeHead(.internalServerError, [:], bodyLength: 0)
        endResponse(trailers: nil)
        return false
    }

    func write(_ body: ByteBuffer) -> Bool {
        writeBody(body)
        guard channel.isWritable else {
            // Over the mark: what is waiting should leave now and not at the end of the turn.
            flush()
            return channel.isWritable
        }
        flushSoon()
        return true
    }

    private func writeBody(_ body: ByteBuffer) {
        let count = writer.take(body.readableBytes)
        guard count > 0 else { return }
        exchange?.bytesOut += count
        beginOutput()
        let isChunked = writer.framing == .chunked
        if isChunked { HTTP1ResponseWriter.writeChunkSize(count, into: &output) }
        if count <= Self.copiedBytes {
            output.writeImmutableBuffer(count == body.readableBytes ? body : body.prefix(count))
            if output.readableBytes > 4 * Self.copiedBytes { passOutput() }
        } else {
            passOutput()
            let piece = count == body.readableBytes ? body : body.prefix(count)
            context?.write(wrapOutboundOut(piece), promise: nil)
            beginOutput()
        }
        if isChunked {
            // The piece may have left with what was before it.
            beginOutput()
            output.writeStaticString("\r\n")
        }
    }

    /// Up to here copying a piece is cheaper than another entry in `writev`.
    private static let copiedBytes = 4096

    func finish(trailers: HTTPHeaders?) {
        endResponse(trailers: trailers)
    }

    func abort() {
        releaseExchange(nil)
        close()
    }

    // MARK: Ends

    private func endResponse(trailers: HTTPHeaders?) {
        beginOutput()
        let isWhole = writer.writeEnd(trailers: trailers, into: &output)
        guard isWhole else {
            // Shorter than its declared length: only the connection's end tells the client. What was
            // written may still leave.
            releaseExchange(nil)
            flush()
            close()
            return
        }
        releaseExchange(nil)
        wait = .none
        if parser.isComplete {
            requestEnded()
        } else if !keepsAlive {
            linger()
        } else {
            // The rest of the body is thrown away, as far as `advance` finds it bearable.
            expect(.body, within: core.limits.bodyIdleTimeout)
        }
        if isInRead { needsFlush = true } else { flush() }
        advance()
    }

    /// Ends the exchange and gives its place back.
    private func releaseExchange(_ cancellation: HTTPCancellation?) {
        guard let exchange else { return }
        self.exchange = nil
        loopState.requestEnded(exchange, cancellation: cancellation)
        exchange.end(cancellation)
    }

    func cancelExchange(_ reason: HTTPCancellation) {
        releaseExchange(reason)
    }

    // MARK: Output

    /// Makes `output` ours again: its bytes may still belong to a write under way.
    func beginOutput() {
        guard outputIsSent else { return }
        outputIsSent = false
        output.clear(minimumCapacity: 512)
    }

    private func passOutput() {
        guard !outputIsSent, output.readableBytes > 0, let context else { return }
        outputIsSent = true
        context.write(wrapOutboundOut(output), promise: nil)
    }

    func flush() {
        needsFlush = false
        passOutput()
        context?.flush()
    }

    /// At the end of the read, or of the loop's turn: a head and its first bytes leave together.
    private func flushSoon() {
        needsFlush = true
        guard !isInRead, !isFlushScheduled else { return }
        isFlushScheduled = true
        channel.eventLoop.assumeIsolated().execute { [self] in
            isFlushScheduled = false
            if needsFlush { flush() }
        }
    }
}

extension ByteBuffer {
    /// The first `count` readable bytes, which must be there, without copying them.
    fileprivate func prefix(_ count: Int) -> ByteBuffer {
        getSlice(at: readerIndex, length: count) ?? ByteBuffer()
    }
}
