import AppModel
import NIOCore
import NIOHTTP1

/// Who keeps the connection that an ``ExchangeHandler`` works on.
protocol ExchangeHandlerOwner: AnyObject {
    /// The exchange is complete, and the connection may be used again.
    func finished(_ handler: ExchangeHandler)
    /// The channel is gone.
    func closed(_ handler: ExchangeHandler)
}

/// Carries one exchange at a time over a channel that speaks in parts of HTTP messages: a connection of HTTP/1.1, or a
/// stream of HTTP/2.
///
/// The channel reads only when the exchange asks, so that a guest that does not read stops the server.
final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// The address at the other end, which was checked before the connection was made.
    let address: IPAddress
    /// Whether it was used before.
    private(set) var wasUsed = false

    // A stream of HTTP/2 has none, and carries text only: its codec knows nothing else.
    private let recorder: HeadRecorder?
    private weak var owner: (any ExchangeHandlerOwner)?
    private var context: ChannelHandlerContext?
    private var exchange: ClientExchange?
    private var isReading = false
    private var isRequestComplete = false
    private var isResponseComplete = false
    private var keepsAlive = true

    init(address: IPAddress, recorder: HeadRecorder?, owner: any ExchangeHandlerOwner) {
        self.address = address
        self.recorder = recorder
        self.owner = owner
    }

    // MARK: - For the exchange

    /// Begins an exchange; false where the channel is gone.
    func begin(_ exchange: ClientExchange) -> Bool {
        guard let context, context.channel.isActive else { return false }
        self.exchange = exchange
        isRequestComplete = false
        isResponseComplete = false
        keepsAlive = true
        recorder?.begin()
        return true
    }

    /// Whether the network takes bytes now.
    var isWritable: Bool { context?.channel.isWritable ?? true }

    /// The fields as the connection carries them; nil where it cannot.
    func carried(_ headers: HTTPHeaders) -> HTTPHeaders? {
        guard recorder == nil, headers.contains(where: { FieldText.bytes(of: $0.value) != nil }) else {
            return headers
        }
        var texts = HTTPHeaders()
        for (name, value) in headers {
            let bytes = FieldText.bytes(of: value)
            guard let text = bytes.map({ String(validating: $0, as: UTF8.self) }) ?? value else { return nil }
            texts.add(name: name, value: text)
        }
        return texts
    }

    func write(_ part: HTTPClientRequestPart) {
        guard let context else { return }
        if case .end = part { isRequestComplete = true }
        context.write(wrapOutboundOut(part), promise: nil)
    }

    func flush() {
        context?.flush()
        finishIfComplete()
    }

    /// Asks for more of the response.
    func read() {
        guard let context, !isReading else { return }
        isReading = true
        context.read()
    }

    /// Ends the exchange before its end, and the channel with it.
    func abandon() {
        exchange = nil
        context?.close(promise: nil)
    }

    /// Closes a channel that nobody uses.
    func close() { context?.close(promise: nil) }

    private func finishIfComplete() {
        guard isResponseComplete, exchange != nil else { return }
        let isReusable = isRequestComplete && keepsAlive
        exchange = nil
        wasUsed = true
        // Where the answer is complete and the request is not, nothing of it is wanted any more.
        guard isReusable, let owner else {
            context?.close(promise: nil)
            return
        }
        owner.finished(self)
    }

    // MARK: - Channel

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let exchange else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            if head.status.code < 200, head.status != .switchingProtocols { return }
            keepsAlive = head.isKeepAlive
            exchange.received(head, recorder?.end(head) ?? Self.received(head.headers))
        case .body(let bytes): exchange.received(bytes)
        case .end(let trailers):
            isResponseComplete = true
            exchange.receivedEnd(trailers)
            finishIfComplete()
        }
    }

    private static func received(_ headers: HTTPHeaders) -> HTTPHeaders {
        HTTPHeaders(headers.map { ($0.name, FieldText.text(of: $0.value)) })
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        // Without an exchange, a read notices that the server closes the connection.
        if exchange?.wantsMore ?? true { read() }
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.becameWritable() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        owner?.closed(self)
        exchange.take()?.failed(ChannelError.eof)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        exchange.take()?.failed(error)
        context.close(promise: nil)
    }
}
