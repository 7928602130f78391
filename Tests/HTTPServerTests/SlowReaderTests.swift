import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

/// Clients that take a response long after the handler is done with it: no time-out for idle clients, and no end of a
/// connection, takes a part of it from them.
@Suite struct SlowReaderTests {
    // More than the sockets of both sides take.
    private static let bytes = 32 << 20
    private static let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: bytes)

    /// Answers, and says so when every time-out that a test has made short has passed.
    private static func answering(_ longAfter: Outcome<Bool>) -> @Sendable (HTTPExchange) -> Void {
        { exchange in
            exchange.respond(.ok, body: body)
            exchange.eventLoop.scheduleTask(in: .milliseconds(400)) { longAfter.set(true) }
        }
    }

    private static func hasty(_ limits: inout HTTPServerLimits) {
        limits.lingerTimeout = .milliseconds(40)
        limits.drainIdleGrace = .milliseconds(40)
        limits.keepAliveTimeout = .milliseconds(40)
    }

    private func expectBody(_ client: RawClient) async throws {
        try await client.setReading(true)
        let received = try await client.received {
            $0.readableBytes > Self.bytes
                && $0.getSlice(at: $0.writerIndex - Self.bytes, length: 1)?.readableBytesView.first
                    == UInt8(ascii: "x")
        }
        #expect(received.readableBytes > Self.bytes)
        #expect(received.readableBytes < Self.bytes + 1000)
    }

    private func connect(_ server: HTTPServer, _ request: String) async throws -> RawClient {
        let client = try await RawClient.connect(to: server.address)
        try await client.setReading(false)
        client.send(request)
        return client
    }

    @Test(arguments: ["", "Connection: close\r\n"])
    func aResponseOutlastsTheTimesOfIdleClients(field: String) async throws {
        let longAfter = Outcome<Bool>()
        try await withServer(Self.hasty, handler: Self.answering(longAfter)) { server in
            let client = try await connect(server, "GET / HTTP/1.1\r\nHost: a\r\n\(field)\r\n")
            _ = try await longAfter.value()
            try await expectBody(client)
            await client.close()
        }
    }

    @Test func aResponseReachesAClientThatHasNothingMoreToSay() async throws {
        let (answered, longAfter) = (Tally(), Outcome<Bool>())
        try await withServer(
            Self.hasty,
            handler: { exchange in
                Self.answering(longAfter)(exchange)
                answered.add()
            }
        ) { server in
            let client = try await connect(server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await answered.reached(1)
            client.closeOutput()
            _ = try await longAfter.value()
            try await expectBody(client)
            #expect(try await client.received { _ in false }.readableBytes < Self.bytes + 1000)
        }
    }

    @Test func aBodyThatNobodyReadsDoesNotCostTheResponse() async throws {
        let longAfter = Outcome<Bool>()
        try await withServer({ $0.drainedBodyBytes = 1000 }, handler: Self.answering(longAfter)) { server in
            let client = try await connect(
                server, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(Self.bytes)\r\n\r\n")
            // Everything before it reads.
            #expect(await client.sendAll(Self.body))
            try await expectBody(client)
            await client.close()
        }
    }

    @Test func aClientThatNeitherReadsNorStopsIsCut() async throws {
        let longAfter = Outcome<Bool>()
        try await withServer(
            { limits in
                limits.drainedBodyBytes = 1000
                limits.bodyBytes = 100_000
            }, handler: Self.answering(longAfter)
        ) { server in
            let client = try await connect(
                server, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            let much = ByteBuffer(repeating: UInt8(ascii: "1"), count: 64 << 20)
            #expect(await !client.sendAll(much))
            await client.close()
        }
    }

    @Test func theDrainWaitsForAClientThatTakesItsTime() async throws {
        let (answered, longAfter) = (Tally(), Outcome<Bool>())
        try await withServer(
            Self.hasty,
            handler: { exchange in
                Self.answering(longAfter)(exchange)
                answered.add()
            }
        ) { server in
            let client = try await connect(server, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await answered.reached(1)
            let done = server.drain(within: .minutes(10))
            _ = try await longAfter.value()
            try await expectBody(client)
            try await done.get()
        }
    }

    @Test(arguments: [false, true])
    func theDrainWaitsForAnHTTP2ClientThatTakesItsTime(saysSo: Bool) async throws {
        let (go, end, longAfter) = (Outcome<Bool>(), Outcome<Bool>(), Outcome<Bool>())
        let (started, stopped) = (Tally(), Tally())
        try await withServer(
            { $0.lingerTimeout = .milliseconds(40) },
            handler: { exchange in
                started.add()
                let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
                guard exchange.head.path == "/large" else {
                    return end.onceSet(on: exchange.eventLoop) {
                        bound.value.respond(.noContent)
                        bound.value.eventLoop.scheduleTask(in: .milliseconds(400)) { longAfter.set(true) }
                    }
                }
                go.onceSet(on: exchange.eventLoop) {
                    bound.value.sendHead(.ok)
                    Source(bound.value, total: Self.bytes).pump()
                    stopped.add()
                }
            }
        ) { server in
            // INITIAL_WINDOW_SIZE and the connection's window: no window stops the server.
            let client = try await RawClient.http2(to: server.address, settings: [(4, 1 << 30)])
            client.send(Frames.windowUpdate(1 << 30, stream: 0))
            client.send(Frames.headers(Frames.get("/small"), stream: 1))
            client.send(Frames.headers(Frames.get("/large"), stream: 3))
            await started.reached(2)
            let done = server.drain(within: .minutes(10))
            let frames = try await client.frames { $0.contains { $0.kind == .ping && $0.flags == 0 } }
            if saysSo {
                client.send(Frames.frame(6, 1, 0, try #require(frames.last { $0.kind == .ping }).payload))
                _ = try await client.frames { $0.filter { $0.kind == .goAway }.count == 2 }
            }
            try await client.setReading(false)
            // Fills the sockets and what the server holds; the small answer goes behind it, and its stream is the last one.
            go.set(true)
            await stopped.reached(1)
            client.send(Frames.reset(3))
            end.set(true)
            _ = try await longAfter.value()
            try await client.setReading(true)
            let all = ReceivedFrame.all(in: try await client.received { _ in false })
            #expect(all.contains { $0.stream == 1 && $0.endsStream })
            try await done.get()
        }
    }

    @Test func aSmallWindowGetsTheWholeAnswerToARequestThatWasNotRead() async throws {
        let count = 200_000
        try await withServer(handler: { exchange in
            exchange.respond(.ok, body: ByteBuffer(repeating: UInt8(ascii: "x"), count: count))
        }) { server in
            let client = try await RawClient.http2(to: server.address)
            // Its body has not ended, and nobody reads it.
            client.send(Frames.headers(Frames.post("/"), stream: 1, flags: Frames.endHeaders))
            _ = try await client.frames {
                $0.reduce(0) { $0 + ($1.kind == .data ? $1.payload.readableBytes : 0) } >= 65_535
            }
            for stream in [0, 1] { client.send(Frames.windowUpdate(UInt32(count), stream: stream)) }
            let frames = try await client.frames { $0.contains { $0.kind == .reset } }
            #expect(frames.reduce(0) { $0 + ($1.kind == .data ? $1.payload.readableBytes : 0) } == count)
            #expect(frames.contains { $0.stream == 1 && $0.endsStream })
            #expect(frames.first { $0.kind == .reset }?.code == 0)
            await client.close()
        }
    }

    @Test func anHTTP2ClientThatSendsEverythingFirstGetsItsAnswer() async throws {
        let count = 1_000_000
        try await withServer(handler: { exchange in
            exchange.respond(.ok, body: ByteBuffer(repeating: UInt8(ascii: "x"), count: count))
        }) { server in
            let client = try await RawClient.http2(to: server.address)
            client.send(Frames.headers(Frames.post("/"), stream: 1, flags: Frames.endHeaders))
            // More than the window that a stream begins with, as the server opens it.
            let piece = String(repeating: "y", count: 16_000)
            for number in 1...20 {
                client.send(Frames.data(piece, stream: 1))
                _ = try await client.frames {
                    $0.reduce(65_535) { window, frame in
                        let increment: UInt32? = frame.payload.getInteger(at: frame.payload.readerIndex)
                        return window
                            + (frame.kind == .windowUpdate && frame.stream == 1 ? Int(increment ?? 0) : 0)
                    } >= (number + 1) * 16_000
                }
            }
            client.send(Frames.data("", stream: 1, flags: Frames.endStream))
            for stream in [0, 1] { client.send(Frames.windowUpdate(UInt32(count), stream: stream)) }
            let response = try await client.response(on: 1)
            #expect(response.body.utf8.count == count && response.reset == nil)
            await client.close()
        }
    }

    @Test func anEndOfTheRequestThatIsHereIsNotAnsweredWithAReset() async throws {
        try await withServer(handler: { $0.respond(.ok, body: ByteBuffer(string: "fine")) }) { server in
            let client = try await RawClient.http2(to: server.address)
            var request = Frames.headers(Frames.post("/"), stream: 1, flags: Frames.endHeaders)
            request.writeImmutableBuffer(Frames.data("body", stream: 1))
            request.writeImmutableBuffer(Frames.data("", stream: 1, flags: Frames.endStream))
            client.send(request)
            #expect(try await client.response(on: 1).body == "fine")
            client.send(Frames.ping())
            let frames = try await client.frames { $0.contains { $0.kind == .ping } }
            #expect(!frames.contains { $0.kind == .reset })
            await client.close()
        }
    }
}
