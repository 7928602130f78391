import HTTPServer
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

/// Stops what a test that fails leaves running.
private final class StartedServers: Sendable {
    private let servers = NIOLockedValueBox<[HTTPServer]>([])

    deinit { for server in servers.withLockedValue({ $0 }) { server.drain(within: .zero) } }

    func start(
        _ configuration: HTTPServerConfiguration, handler: @escaping @Sendable (HTTPExchange) -> Void
    ) async throws -> HTTPServer {
        let server = try await HTTPServer.start(configuration, handler: ClosureHandler(body: handler)).get()
        servers.withLockedValue { $0.append(server) }
        return server
    }
}

@Suite struct DrainTests {
    private let servers = StartedServers()

    private func start(
        _ limits: HTTPServerLimits = .patient, handler: @escaping @Sendable (HTTPExchange) -> Void
    ) async throws -> HTTPServer {
        var configuration = HTTPServerConfiguration(
            address: .tcp(host: "127.0.0.1", port: 0), group: MultiThreadedEventLoopGroup.singleton)
        configuration.limits = limits
        return try await servers.start(configuration, handler: handler)
    }

    @Test func noAcceptedRequestIsLostUnderLoad() async throws {
        let server = try await start { exchange in
            let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
            exchange.eventLoop.scheduleTask(in: .milliseconds(1)) {
                bound.value.respond(.ok, body: ByteBuffer(string: "fine"))
            }
        }
        let (answered, served) = (Tally(), Tally())
        let lost = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    let client = try await RawClient.connect(to: server.address)
                    var isServed = false
                    while !Task.isCancelled {
                        client.forget()
                        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                        let answer = try await client.text(until: "fine")
                        guard answer.hasSuffix("fine") else { return 1 }
                        answered.add()
                        if !isServed { served.add() }
                        isServed = true
                        if answer.contains("connection: close") { return 0 }
                    }
                    return 0
                }
            }
            // A client that has not connected yet would find nobody.
            try await eventually("every client is served") { served.count == 16 && answered.count >= 200 }
            try await server.drain(within: .minutes(10)).get()
            return try await group.reduce(0, +)
        }
        #expect(lost == 0)
        #expect(server.counters.connections == 0 && server.counters.requestsInFlight == 0)
        await #expect(throws: (any Error).self) { try await RawClient.connect(to: server.address) }
    }

    @Test func pipelinedRequestsAreAllAnswered() async throws {
        let started = Tally()
        let server = try await start { exchange in
            started.add()
            let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
            exchange.eventLoop.scheduleTask(in: .milliseconds(5)) {
                bound.value.respond(.ok, body: ByteBuffer(string: bound.value.head.target))
            }
        }
        let client = try await RawClient.connect(to: server.address)
        client.send((0..<10).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        await started.reached(1)
        let done = server.drain(within: .minutes(10))
        let answer = try await client.toEnd()
        #expect(answer.pieces(cutBy: "HTTP/1.1 200") == 11)
        #expect(answer.hasSuffix("/9"))
        try await done.get()
    }

    @Test func anIdleConnectionClosesAndABusyOneFinishes() async throws {
        let go = Outcome<Bool>()
        let started = Tally()
        var limits = HTTPServerLimits.patient
        limits.drainIdleGrace = .milliseconds(50)
        let server = try await start(limits) { exchange in
            guard exchange.head.path == "/slow" else { return _ = exchange.respond(.ok) }
            started.add()
            exchange.sendHead(.ok)
            let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
            go.onceSet(on: exchange.eventLoop) {
                bound.value.write(ByteBuffer(string: "end"))
                bound.value.finish()
            }
        }
        let idle = try await RawClient.connect(to: server.address)
        idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try await idle.text(until: "\r\n\r\n")
        let busy = try await RawClient.connect(to: server.address)
        busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        await started.reached(1)
        let done = server.drain(within: .minutes(10))
        _ = try await idle.toEnd()
        #expect(!busy.isEnded)
        go.set(true)
        #expect(try await busy.toEnd().hasSuffix("3\r\nend\r\n0\r\n\r\n"))
        try await done.get()
    }

    @Test func aRequestThatCameWhileTheLoopStoodStillIsAnswered() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = HTTPServerConfiguration(address: .tcp(host: "127.0.0.1", port: 0), group: group)
        configuration.limits = .patient
        configuration.limits.drainIdleGrace = .milliseconds(100)
        let server = try await servers.start(configuration) {
            $0.respond(.ok, body: ByteBuffer(string: $0.head.target))
        }
        let client = try await RawClient.connect(to: server.address)
        client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try await client.text(until: "/first")
        let done = server.drain(within: .minutes(10))
        let isSent = ConditionLock(value: false)
        group.next().execute {
            isSent.lock(whenValue: true)
            // Until long after the grace time is over.
            let end = NIODeadline.now() + .milliseconds(400)
            while NIODeadline.now() < end {}
            isSent.unlock()
        }
        #expect(await client.sendAll(ByteBuffer(string: "GET /second HTTP/1.1\r\nHost: a\r\n\r\n")))
        isSent.lock()
        isSent.unlock(withValue: true)
        #expect(try await client.toEnd().hasSuffix("/second"))
        try await done.get()
        try await group.shutdownGracefully()
    }

    @Test func whatTakesLongerThanTheDrainTimeIsCut() async throws {
        let cancelled = Outcome<HTTPCancellation>()
        let started = Tally()
        let server = try await start { exchange in
            exchange.onCancelled = { cancelled.set($0) }
            started.add()
        }
        let client = try await RawClient.connect(to: server.address)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        await started.reached(1)
        try await server.drain(within: .milliseconds(100)).get()
        #expect(try await cancelled.value() == .drained)
        #expect(try await client.toEnd() == "")
    }

    @Test func http2SaysGoAwayTwiceAndFinishesItsStreams() async throws {
        let go = Outcome<Bool>()
        let started = Tally()
        let server = try await start { exchange in
            started.add()
            let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
            go.onceSet(on: exchange.eventLoop) { bound.value.respond(.ok, body: ByteBuffer(string: "end")) }
        }
        let client = try await RawClient.http2(to: server.address)
        client.send(Frames.headers(Frames.get("/"), stream: 1))
        await started.reached(1)
        let done = server.drain(within: .minutes(10))
        let frames = try await client.frames { frames in
            frames.contains { $0.kind == .goAway } && frames.contains { $0.kind == .ping && $0.flags == 0 }
        }
        // Answer the PING: its round trip tells the server which streams the client knew of.
        let ping = try #require(frames.last { $0.kind == .ping && $0.flags == 0 })
        client.send(Frames.frame(6, 1, 0, ping.payload))
        _ = try await client.frames { $0.filter { $0.kind == .goAway }.count == 2 }
        go.set(true)
        let response = try await client.response(on: 1)
        #expect(response.body == "end")
        _ = try await client.toEnd()
        try await done.get()
    }

    @Test func aConnectionThatNeverSentAnythingDoesNotHoldTheDrainUp() async throws {
        var limits = HTTPServerLimits.patient
        limits.drainIdleGrace = .milliseconds(50)
        let server = try await start(limits) { $0.respond(.ok) }
        let silent = try await RawClient.connect(to: server.address)
        let other = try await RawClient.http2(to: server.address)
        try await eventually("both connections are there") { server.counters.connections == 2 }
        let started = ContinuousClock.now
        let done = server.drain(within: .minutes(3))
        let frames = try await other.frames { $0.contains { $0.kind == .ping } }
        other.send(Frames.frame(6, 1, 0, try #require(frames.last { $0.kind == .ping }).payload))
        try await done.get()
        #expect(ContinuousClock.now - started < .seconds(120))
        #expect(try await silent.toEnd() == "")
    }

    @Test func anHTTP2ClientThatLeavesTheGoodbyeUnansweredIsNotWaitedFor() async throws {
        var limits = HTTPServerLimits.patient
        limits.lingerTimeout = .milliseconds(50)
        let server = try await start(limits) { $0.respond(.ok) }
        let client = try await RawClient.http2(to: server.address)
        // Its settings show that the server has taken the connection for HTTP/2.
        _ = try await client.frames { $0.contains { $0.kind == .settings } }
        let started = ContinuousClock.now
        try await server.drain(within: .minutes(3)).get()
        #expect(ContinuousClock.now - started < .seconds(120))
        #expect(try await client.frames { _ in false }.filter { $0.kind == .goAway }.count >= 1)
    }

    @Test func aServerListensOnASocketInTheFileSystem() async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let path = "\(folder.path)/http.sock"
        let configuration = HTTPServerConfiguration(
            address: .unix(path: path), group: MultiThreadedEventLoopGroup.singleton)
        let server = try await servers.start(configuration) {
            $0.respond(.ok, body: ByteBuffer(string: "here"))
        }
        let client = try await RawClient.connect(to: SocketAddress(unixDomainSocketPath: path))
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await client.text(until: "here").hasPrefix("HTTP/1.1 200 "))
        await client.close()
        try await server.drain(within: .zero).get()
    }
}
