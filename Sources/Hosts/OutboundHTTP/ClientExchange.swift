import AppModel
import HostSystem
import NIOCore
import NIOHTTP1
import WASIHTTP

/// One request and its response, from the check to the last byte: the state behind ``PooledExchange``.
///
/// Confined to its event loop. The connection's handler and the pool hold it while it is under way.
final class ClientExchange {
    let loop: any EventLoop
    let request: CheckedRequest
    let limits: OutboundHTTPLimits
    private let timeouts: RequestTimeouts

    private(set) var response: Result<ResponseHead, HTTPErrorCode>?
    var onResponse: (() -> Void)?
    var onReadable: (() -> Void)?
    var onWritable: (() -> Void)?
    /// Called when it is over, however it ended; once.
    var onEnd: (() -> Void)?
    /// Asks for another connection; the one it had died before it answered.
    var onRetry: (() -> Void)?
    /// Stops what is under way towards a connection.
    var onStop: (() -> Void)?
    /// Shows the operator what is wrong with trailers.
    var onRefused: ((RequestRefusal) -> Void)?

    private var handler: ExchangeHandler?
    private var timer: Scheduled<Void>?
    private var isOver = false

    // The request's body. Kept as long as it may have to be sent again.
    private var body = ByteBuffer()
    private var bodyBytes = 0
    private var isBodyComplete = false
    private var trailers: HTTPFields?
    private var isHeadSent = false
    private var owesWritable = false

    // The response's body.
    private var received: CircularBuffer<ByteBuffer> = []
    private var receivedBytes = 0
    private var totalReceived = 0
    private var ending: BodyPiece?
    private var owesReadable = false
    private var retriesLeft = 1

    init(
        _ request: CheckedRequest, timeouts: RequestTimeouts, limits: OutboundHTTPLimits,
        on loop: any EventLoop
    ) {
        self.request = request
        self.timeouts = timeouts
        self.limits = limits
        self.loop = loop
    }

    // MARK: - Time

    /// What is left to get a connection.
    private(set) lazy var connectDeadline = NIODeadline.now() + time(timeouts.connect, limits.connectTimeout)

    private func time(_ wanted: UInt64?, _ most: TimeAmount) -> TimeAmount {
        wanted.map { min(.nanoseconds(Int64(clamping: $0)), most) } ?? most
    }

    func startConnecting() {
        schedule(connectDeadline - .now(), .connectionTimeout)
    }

    private func schedule(_ time: TimeAmount, _ code: HTTPErrorCode) {
        timer?.cancel()
        timer = loop.assumeIsolated().scheduleTask(in: time) { self.fail(code) }
    }

    // MARK: - The connection

    /// A connection is there: the request goes out at the end of this turn of the loop, so that a body that the guest
    /// writes at once leaves with the head.
    func connected(_ handler: ExchangeHandler) {
        guard !isOver else { return handler.close() }
        guard handler.begin(self) else { return failed(ChannelError.eof) }
        self.handler = handler
        schedule(time(timeouts.firstByte, limits.firstByteTimeout), .connectionReadTimeout)
        if isBodyComplete { sendHead() } else { loop.assumeIsolated().execute { self.sendHead() } }
    }

    private func sendHead() {
        guard let handler, !isHeadSent, !isOver else { return }
        var head = HTTPRequestHead(
            version: .http1_1, method: request.method, uri: request.uri, headers: request.headers)
        do throws(RequestRefusal) {
            try frame(&head.headers)
            guard let headers = handler.carried(head.headers) else { throw .notText }
            head.headers = headers
            isHeadSent = true
            handler.write(.head(head))
            if body.readableBytes > 0 { handler.write(.body(.byteBuffer(body))) }
            if isBodyComplete { handler.write(.end(try wireTrailers())) }
        } catch {
            onRefused?(error)
            return fail(error.code)
        }
        handler.flush()
        handler.read()
        if !isBodyComplete { becameWritable() }
    }

    // Exactly one of content-length and chunks, and never a body that the head does not announce.
    private func frame(_ headers: inout HTTPHeaders) throws(RequestRefusal) {
        let hasBody = bodyBytes > 0 || !isBodyComplete
        if request.method == .TRACE, hasBody {
            throw .invalid(.httpProtocolError, "a TRACE request has no body")
        }
        headers.remove(name: "content-length")
        let length = request.declaredLength ?? (isBodyComplete && trailers == nil ? bodyBytes : nil)
        if let length {
            if length > 0 || request.declaredLength != nil || isBodyExpected {
                headers.add(name: "content-length", value: String(length))
            }
        } else {
            headers.add(name: "transfer-encoding", value: "chunked")
        }
    }

    private var isBodyExpected: Bool { [.POST, .PUT, .PATCH].contains(request.method) }

    private func wireTrailers() throws(RequestRefusal) -> HTTPHeaders? {
        guard let trailers, !trailers.isEmpty else { return nil }
        let headers = try CheckedRequest.trailers(trailers, limits: limits)
        guard let handler else { return headers }
        guard let carried = handler.carried(headers) else { throw .notText }
        return carried
    }

    /// The connection is gone, or spoke something that is not HTTP.
    func failed(_ error: any Error) {
        let hadAnswer = response != nil
        let reused = handler?.wasUsed ?? false
        handler = nil
        // A server may close a connection just when it is used again: that is no answer to this request.
        if reused, !hadAnswer, retriesLeft > 0, request.isIdempotent, bodyBytes == body.readableBytes, !isOver
        {
            retriesLeft -= 1
            isHeadSent = false
            startConnecting()
            onRetry?()
            return
        }
        fail(HTTPErrorCode(networkError: error, hadAnswer: hadAnswer))
    }

    // MARK: - The request's body

    var isBodyClosed: Bool { isOver || ending != nil }

    func writeBody(_ bytes: ByteBuffer) -> Bool {
        if isBodyClosed || isBodyComplete { return true }
        bodyBytes += bytes.readableBytes
        if let declared = request.declaredLength, bodyBytes > declared {
            fail(.httpRequestBodySize(UInt64(clamping: bodyBytes)))
            return true
        }
        guard let handler, isHeadSent else {
            body.writeImmutableBuffer(bytes)
            owesWritable = body.readableBytes >= limits.heldRequestBytes
            return !owesWritable
        }
        // From here on it cannot be sent again.
        body = ByteBuffer()
        handler.write(.body(.byteBuffer(bytes)))
        handler.flush()
        owesWritable = !handler.isWritable
        return !owesWritable
    }

    func finishBody(trailers: HTTPFields?) {
        if isBodyClosed || isBodyComplete { return }
        if let declared = request.declaredLength, declared != bodyBytes {
            return fail(.httpRequestBodySize(UInt64(clamping: bodyBytes)))
        }
        isBodyComplete = true
        self.trailers = trailers.flatMap { $0.isEmpty ? nil : $0 }
        guard let handler else { return }
        guard isHeadSent else { return sendHead() }
        do throws(RequestRefusal) {
            handler.write(.end(try wireTrailers()))
            handler.flush()
        } catch {
            onRefused?(error)
            fail(error.code)
        }
    }

    func becameWritable() {
        guard owesWritable else { return }
        owesWritable = false
        onWritable?()
    }

    // Whoever writes the body is told, whether it was waiting for room or not.
    private func bodyClosed() {
        owesWritable = false
        onWritable?()
    }

    // MARK: - The response

    /// Whether more of the response may be taken from the network.
    var wantsMore: Bool { receivedBytes < limits.readAheadBytes && (response == nil || owesReadable) }

    func received(_ head: HTTPResponseHead, _ headers: HTTPHeaders) {
        guard !isOver, response == nil else { return }
        guard head.status != .switchingProtocols else { return fail(.httpUpgradeFailed) }
        let fields = HTTPFields(received: headers)
        guard let answer = ResponseHead(received: Int(head.status.code), fields) else {
            return fail(.httpProtocolError)
        }
        timer?.cancel()
        complete(.success(answer))
    }

    func received(_ bytes: ByteBuffer) {
        guard !isOver, bytes.readableBytes > 0 else { return }
        totalReceived += bytes.readableBytes
        if totalReceived > limits.responseBodyBytes {
            return fail(.httpResponseBodySize(UInt64(clamping: totalReceived)))
        }
        received.append(bytes)
        receivedBytes += bytes.readableBytes
        becameReadable()
    }

    func receivedEnd(_ trailers: HTTPHeaders?) {
        guard !isOver else { return }
        handler = nil
        ending = .end(trailers: trailers.flatMap { $0.isEmpty ? nil : HTTPFields(received: $0) })
        end()
        becameReadable()
        // The rest of the request is not wanted any more.
        bodyClosed()
    }

    func readBody(upTo limit: Int) -> BodyPiece {
        if var first = received.popFirst() {
            if first.readableBytes > limit, let piece = first.readSlice(length: limit) {
                received.prepend(first)
                receivedBytes -= limit
                return .bytes(piece)
            }
            receivedBytes -= first.readableBytes
            return .bytes(first)
        }
        if let ending { return ending }
        if !owesReadable {
            owesReadable = true
            schedule(time(timeouts.betweenBytes, limits.betweenBytesTimeout), .connectionReadTimeout)
        }
        handler?.read()
        return .pending
    }

    private func becameReadable() {
        guard owesReadable else { return }
        owesReadable = false
        timer?.cancel()
        onReadable?()
    }

    // MARK: - The end

    func cancel() { fail(.connectionTerminated) }

    func fail(_ code: HTTPErrorCode) {
        guard !isOver else { return }
        if ending == nil { ending = .failed(code) }
        let handler = handler.take()
        onStop.take()?()
        handler?.abandon()
        end()
        if response == nil { complete(.failure(code)) }
        becameReadable()
        bodyClosed()
    }

    private func complete(_ result: Result<ResponseHead, HTTPErrorCode>) {
        response = result
        let onResponse = onResponse.take()
        onResponse?()
    }

    private func end() {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        onRetry = nil
        onStop = nil
        onRefused = nil
        onEnd.take()?()
    }
}
