import NIOCore
import NIOHTTP1
import Testing

@testable import WASIHTTP

@Suite struct IncomingBodyTests {
    private let exchange = FakeExchange()

    private func text(_ piece: BodyPiece) -> String {
        switch piece {
        case .bytes(let bytes): String(buffer: bytes)
        case .end(let trailers): "end" + (trailers?.entries.map { " \($0.name)" }.joined() ?? "")
        case .pending: "pending"
        case .failed(let code): "failed \(code)"
        }
    }

    @Test func `bytes come in pieces no longer than asked for`() {
        exchange.pieces = [.bytes(ByteBuffer(string: "hello")), .end(trailers: nil)]
        let body = IncomingBody(exchange, bytesMax: 100)
        #expect(body.isReadable)
        #expect(text(body.read(upTo: 2)) == "he")
        #expect(text(body.read(upTo: 100)) == "llo")
        #expect(text(body.read(upTo: 100)) == "end")
        #expect(text(body.read(upTo: 100)) == "end")
    }

    @Test func `a reader is woken when there is something to read`() {
        let body = IncomingBody(exchange, bytesMax: 100)
        var wakes = 0
        #expect(text(body.read(upTo: 1)) == "pending")
        body.wakeWhenReadable { wakes += 1 }
        #expect(wakes == 0)
        exchange.pieces = [.bytes(ByteBuffer(string: "x"))]
        exchange.onReadable?()
        #expect(wakes == 1)
        body.wakeWhenReadable { wakes += 1 }
        #expect(wakes == 2)
    }

    @Test func `a body over the limit fails and stays so`() {
        exchange.pieces = [.bytes(ByteBuffer(string: "12345")), .bytes(ByteBuffer(string: "6"))]
        let body = IncomingBody(exchange, bytesMax: 5)
        #expect(text(body.read(upTo: 100)) == "12345")
        #expect(text(body.read(upTo: 100)).hasPrefix("failed httpRequestBodySize"))
        #expect(text(body.read(upTo: 100)).hasPrefix("failed httpRequestBodySize"))
    }

    @Test func `the rest of a body is skipped for its trailers`() throws {
        exchange.pieces = [.bytes(ByteBuffer(string: "a"))]
        let body = IncomingBody(exchange, bytesMax: 100)
        #expect(!body.skipToEnd())
        var isWoken = false
        body.wakeWhenSkippable { isWoken = true }
        exchange.pieces = [
            .bytes(ByteBuffer(string: "b")), .end(trailers: HTTPFields(received: ["t": "1"])),
        ]
        exchange.onReadable?()
        #expect(isWoken && body.skipToEnd())
        #expect(try body.outcome?.get()?.has("t") == true)
    }

    @Test func `a failure of the source is passed on`() {
        exchange.pieces = [.failed(.connectionTerminated)]
        let body = IncomingBody(exchange, bytesMax: 100)
        #expect(body.isReadable)
        #expect(text(body.read(upTo: 1)) == "failed connectionTerminated")
    }
}
