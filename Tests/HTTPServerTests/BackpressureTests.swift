import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@Suite struct BackpressureTests {
    static let total = 100 << 20

    @Test func aResponseWaitsForItsClient() async throws {
        let written = Tally()
        let stopped = Tally()
        try await withServer(handler: { exchange in
            exchange.sendHead(.ok, ["content-length": "\(Self.total)"])
            Source(exchange, total: Self.total, written: written).pump()
            stopped.add()
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            try await client.setReading(false)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await stopped.reached(1)
            // What the kernel's two socket buffers take, and the mark: far from the whole.
            #expect(written.count < Self.total / 4)
            let sink = Sink()
            try await client.channel.pipeline.addHandler(sink.handler(), position: .first).get()
            try await client.setReading(true)
            await sink.tally.reached(Self.total)
            #expect(written.count == Self.total)
            await client.close()
        }
    }

    @Test func aRequestWaitsForItsHandler() async throws {
        let go = Outcome<Bool>()
        let read = Tally()
        try await withServer(handler: { exchange in
            let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
            go.onceSet(on: exchange.eventLoop) { Drain(bound.value, read: read).pump() }
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(Self.total)\r\n\r\n")
            let sent = Tally()
            let piece = ByteBuffer(repeating: 0, count: 1 << 20)
            let sender = Task {
                for _ in 0..<(Self.total >> 20) where await client.sendAll(piece) { sent.add() }
            }
            // The sockets fill up; then one piece more must not leave. Reaching it would take the whole body.
            await sent.reached(1)
            #expect(sent.count < 60)
            go.set(true)
            _ = try await client.text(until: "read \(Self.total)")
            await sender.value
            await client.close()
        }
    }

    @Test func whatIsHeldForAHandlerIsBounded() async throws {
        let started = Outcome<Bool>()
        try await withServer(
            { $0.requestBufferBytes = 65_536 },
            handler: { exchange in
                if exchange.head.path == "/ping" {
                    return _ = exchange.respond(.ok, body: ByteBuffer(string: "pong"))
                }
                // Never reads, so nothing is taken beyond the mark.
                started.set(true)
                exchange.onCancelled = { _ in }
            }
        ) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(Self.total)\r\n\r\n")
            _ = try await started.value()
            let left = Tally()
            let sender = Task {
                for _ in 0..<100 {
                    guard await client.sendAll(ByteBuffer(repeating: 0, count: 1 << 20)) else { break }
                    left.add()
                }
            }
            // A second connection's round trips stand for time: the server is free to read, and does not.
            let other = try await RawClient.connect(to: server.address)
            for _ in 0..<200 {
                other.forget()
                other.send("GET /ping HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await other.text(until: "pong")
            }
            #expect(left.count < 30)
            await client.close()
            await sender.value
        }
    }
}

/// Counts what a client receives, and lets it go.
final class Sink: Sendable {
    let tally = Tally()

    func handler() -> some ChannelHandler & Sendable { SinkHandler(tally) }
}

final class SinkHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let tally: Tally

    init(_ tally: Tally) { self.tally = tally }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        tally.add(unwrapInboundIn(data).readableBytes)
    }
}

/// Reads a body to its end and says how long it was.
final class Drain {
    private let exchange: HTTPExchange
    private let read: Tally

    init(_ exchange: HTTPExchange, read: Tally) {
        self.exchange = exchange
        self.read = read
        exchange.onReadable = { self.pump() }
    }

    func pump() {
        while true {
            switch exchange.readBody(upTo: 1 << 20) {
            case .bytes(let bytes): read.add(bytes.readableBytes)
            case .pending: return
            case .end: return _ = exchange.respond(.ok, body: ByteBuffer(string: "read \(read.count)"))
            case .failed: return exchange.abort()
            }
        }
    }
}
