import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import HTTPServer

/// A transport that keeps what it is told to send, and gives what a test puts in.
final class FakeTransport: ExchangeTransport {
    var reads: [BodyRead] = []
    var status: HTTPResponseStatus?
    var headers: HTTPHeaders = [:]
    var body = ByteBuffer()
    var writes = 0
    var isFinished = false
    var isAborted = false
    /// What `write` answers.
    var hasRoom = true
    private(set) var exchange: HTTPExchange?

    let loop = EmbeddedEventLoop()

    /// An exchange over this transport.
    func exchange(
        _ method: HTTPMethod = .GET, _ target: String = "/", headers: HTTPHeaders = [:],
        authority: String = "a",
        hasBody: Bool = false, remote: SocketAddress? = nil
    ) -> HTTPExchange {
        let head = RequestHead(
            method: method, target: target, pathAndQuery: target, scheme: "http", authority: authority,
            version: .http1_1, headers: headers)
        let exchange = HTTPExchange(
            head: head, hasBody: hasBody, requestID: "the-id", arrival: .now(), eventLoop: loop,
            remoteAddress: remote,
            localAddress: nil, transport: self)
        self.exchange = exchange
        return exchange
    }

    func readBody(upTo limit: Int) -> BodyRead { reads.isEmpty ? .pending : reads.removeFirst() }

    func sendInformational(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) {}

    func sendHead(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) -> Bool {
        self.status = status
        self.headers = headers
        return true
    }

    func write(_ bytes: ByteBuffer) -> Bool {
        writes += 1
        body.writeImmutableBuffer(bytes)
        return hasRoom
    }

    func finish(trailers: HTTPHeaders?) {
        isFinished = true
        exchange?.end(nil)
    }

    func respond(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, _ body: ByteBuffer?) -> Bool {
        _ = sendHead(status, headers)
        if let body { self.body.writeImmutableBuffer(body) }
        finish(trailers: nil)
        return true
    }

    func abort() {
        isAborted = true
        exchange?.end(nil)
    }
}
