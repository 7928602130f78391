import HTTPServer
import NIOCore
import Testing

@Suite struct HTTP2FloodTests {
    /// Sends `flood` until the server ends the connection, and checks that it said GOAWAY and serves others.
    private func expectGoAway(
        _ change: (inout HTTPServerLimits) -> Void = { _ in }, repeats: Int,
        flood: (RawClient, Int) -> Void
    ) async throws {
        try await withServer(change, handler: answerWithSummary) { server in
            let client = try await RawClient.http2(to: server.address)
            for index in 0..<repeats { flood(client, index) }
            let frames = try await client.frames { _ in false }
            #expect(client.isEnded)
            #expect(frames.contains { $0.kind == .goAway && $0.code != 0 })
            let other = try await RawClient.http2(to: server.address)
            other.send(Frames.headers(Frames.get("/ok"), stream: 1))
            #expect(try await other.response(on: 1).body == "GET /ok []")
            #expect(server.counters.requestsInFlight == 0)
            await other.close()
            await client.close()
        }
    }

    @Test func rapidResetEndsTheConnection() async throws {
        try await expectGoAway(repeats: 1000) { client, index in
            client.send(Frames.headers(Frames.post("/"), stream: 2 * index + 1, flags: Frames.endHeaders))
            client.send(Frames.reset(2 * index + 1))
        }
    }

    @Test func continuationFloodEndsTheConnection() async throws {
        try await expectGoAway(repeats: 1000) { client, index in
            if index == 0 { client.send(Frames.headers(Frames.get("/"), stream: 1, flags: Frames.endStream)) }
            client.send(Frames.continuation([("x-\(index)", "y")], stream: 1))
        }
    }

    @Test func aLargeHeaderListEndsTheConnectionOrStream() async throws {
        try await withServer(handler: answerWithSummary) { server in
            let client = try await RawClient.http2(to: server.address)
            client.send(Frames.headers(Frames.get("/"), stream: 1, flags: Frames.endStream))
            for index in 0..<6 {
                let value = String(repeating: "y", count: 16_000)
                client.send(
                    Frames.continuation([("x-\(index)", value)], stream: 1, flags: index == 5 ? 4 : 0))
            }
            let frames = try await client.frames { $0.contains { $0.kind == .goAway || $0.kind == .reset } }
            #expect(frames.contains { $0.kind == .goAway || $0.kind == .reset })
            #expect(server.counters.requests == 0)
            await client.close()
        }
    }

    @Test func settingsFloodEndsTheConnection() async throws {
        try await expectGoAway(repeats: 1000) { client, _ in client.send(Frames.settings()) }
    }

    @Test func pingFloodEndsTheConnection() async throws {
        try await expectGoAway(repeats: 1000) { client, _ in client.send(Frames.ping()) }
    }

    @Test func emptyDataFloodEndsTheConnection() async throws {
        try await expectGoAway(repeats: 1000) { client, index in
            if index == 0 {
                client.send(Frames.headers(Frames.post("/"), stream: 1, flags: Frames.endHeaders))
            }
            client.send(Frames.data("", stream: 1))
        }
    }

    @Test func streamsBeyondTheLimitAreRefused() async throws {
        try await withServer({ $0.concurrentStreams = 10 }, handler: { $0.onCancelled = { _ in } }) {
            server in
            let client = try await RawClient.http2(to: server.address)
            for index in 0..<11 { client.send(Frames.headers(Frames.get("/"), stream: 2 * index + 1)) }
            let frames = try await client.frames { $0.contains { $0.kind == .goAway || $0.kind == .reset } }
            #expect(frames.contains { $0.kind == .goAway || ($0.kind == .reset && $0.stream == 21) })
            #expect(server.counters.requests <= 10)
            await client.close()
        }
    }

    @Test func aFrameLargerThanAllowedEndsTheConnection() async throws {
        try await expectGoAway(repeats: 1) { client, _ in
            client.send(Frames.frame(0, 0, 1, ByteBuffer(repeating: 0, count: 100_000)))
        }
    }

    @Test func garbageAfterThePrefaceEndsTheConnection() async throws {
        try await withServer(handler: answerWithSummary) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send(Frames.preface)
            client.send(String(repeating: "GET / HTTP/1.1\r\n", count: 100))
            _ = try await client.toEnd()
            #expect(client.isEnded)
            #expect(server.counters.requests == 0)
        }
    }
}
