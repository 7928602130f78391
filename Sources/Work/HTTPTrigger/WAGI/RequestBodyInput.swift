import HTTPServer
import HostSystem
import NIOCore

/// A request's body as a guest's standard input: read from the client as the guest asks for it.
final class RequestBodyInput: GuestInput {
    private let exchange: HTTPExchange
    private let bytesMax: Int
    private var taken = 0
    private var ahead = ByteBuffer()

    // What a question about readiness may take from the client before the guest reads.
    private static let aheadBytesMax = 16 << 10

    /// Why the body ended early, once it did.
    private(set) var failure: BodyError?

    init(exchange: HTTPExchange, bytesMax: Int) {
        self.exchange = exchange
        self.bytesMax = bytesMax
    }

    func read(into bytes: inout MutableRawSpan) throws(HostError) -> GuestRead {
        if ahead.readableBytes == 0 {
            switch try take(upTo: bytes.byteCount) {
            case .end: return .end
            case .wouldWait: return .wouldWait
            case .bytes: break
            }
        }
        let count = min(bytes.byteCount, ahead.readableBytes)
        ahead.moveBytes(count, into: &bytes)
        return .bytes(count)
    }

    var readableBytes: Int? {
        get throws(HostError) {
            if ahead.readableBytes == 0, case .end = try take(upTo: Self.aheadBytesMax) { return nil }
            return ahead.readableBytes
        }
    }

    func wakeWhenReadable(_ token: WakeToken) {
        if ahead.readableBytes > 0 || exchange.isEnded { return token.wake() }
        let wake = { token.wake() }
        exchange.onReadable = wake
        // The server may end it without a word to the program: for fields of the response that it cannot send.
        exchange.onEnded = wake
    }

    private func take(upTo count: Int) throws(HostError) -> GuestRead {
        switch exchange.readBody(upTo: count) {
        case .bytes(let bytes):
            taken += bytes.readableBytes
            if taken > bytesMax { throw fail(.tooLarge) }
            ahead = bytes
            return .bytes(bytes.readableBytes)
        case .end: return .end
        case .pending: return .wouldWait
        case .failed(let error): throw fail(error)
        }
    }

    private func fail(_ error: BodyError) -> HostError {
        failure = error
        return .inputOutput
    }
}
