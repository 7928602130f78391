import NIOCore
import WASIHTTP

/// What a guest holds of an exchange: letting go of it ends the exchange.
final class PooledExchange: OutboundExchange {
    private let exchange: ClientExchange

    init(_ exchange: ClientExchange) { self.exchange = exchange }

    deinit {
        exchange.onResponse = nil
        exchange.onReadable = nil
        exchange.onWritable = nil
        exchange.cancel()
        onRelease?()
    }

    var onRelease: (() -> Void)?
    var response: Result<ResponseHead, HTTPErrorCode>? { exchange.response }
    var onResponse: (() -> Void)? {
        get { exchange.onResponse }
        set { exchange.onResponse = newValue }
    }
    func cancel() { exchange.cancel() }

    var onReadable: (() -> Void)? {
        get { exchange.onReadable }
        set { exchange.onReadable = newValue }
    }
    func readBody(upTo limit: Int) -> BodyPiece { exchange.readBody(upTo: limit) }

    var onWritable: (() -> Void)? {
        get { exchange.onWritable }
        set { exchange.onWritable = newValue }
    }
    var isBodyClosed: Bool { exchange.isBodyClosed }
    func writeBody(_ bytes: ByteBuffer) -> Bool { exchange.writeBody(bytes) }
    func finishBody(trailers: HTTPFields?) { exchange.finishBody(trailers: trailers) }
    func abortBody(_ reason: HTTPErrorCode) { exchange.fail(reason) }
}
