import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct SlowAndHostileClientTests {
    @Test func aHeaderSectionThatTakesTooLongIsCut() async throws {
        try await withServer({ $0.headerReadTimeout = .seconds(1) }, handler: { $0.respond(.ok) }) { server in
            let silent = try await RawClient.connect(to: server.address)
            let answer = try await answerToADrippingClient(of: server)
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("HTTP/1.1 408 "))
            #expect(try await silent.toEnd() == "")
        }
    }

    /// What a client gets that sends one request and then a second one whose header section never ends.
    private func answerToADrippingClient(of server: HTTPServer) async throws -> String {
        for _ in 0..<10 {
            let client = try await RawClient.connect(to: server.address)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nX: ")
            // Bytes that keep coming do not help.
            let drip = client.channel.eventLoop.scheduleRepeatedTask(
                initialDelay: .milliseconds(10), delay: .milliseconds(10)
            ) { _ in client.send("y") }
            defer { drip.cancel() }
            let answer = try await client.toEnd()
            // On a machine that stands still, the time may be over before the first byte comes.
            if answer != "" { return answer }
        }
        return ""
    }

    @Test func anHTTP2PrefaceThatStopsHalfwayIsCut() async throws {
        try await withServer({ $0.headerReadTimeout = .milliseconds(200) }, handler: { $0.respond(.ok) }) {
            server in
            let client = try await RawClient.connect(to: server.address)
            client.send("PRI * HTTP/2.0\r\n")
            #expect(try await !client.toEnd().contains("200"))
            #expect(server.counters.requests == 0)
        }
    }

    @Test func aMethodThatStartsLikeThePrefaceIsAMethod() async throws {
        try await withServer(handler: answerWithSummary) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("PRI")
            client.send("NT / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.text(until: "PRINT / []").hasPrefix("HTTP/1.1 200 "))
            await client.close()
        }
    }

    @Test func anIdleConnectionIsClosedWithoutAWord() async throws {
        try await withServer({ $0.keepAliveTimeout = .milliseconds(100) }, handler: { $0.respond(.ok) }) {
            server in
            let client = try await RawClient.connect(to: server.address)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await client.toEnd().pieces(cutBy: "HTTP/1.1") == 2)
        }
    }

    @Test func aBodyThatStopsComingIsCut() async throws {
        let cancelled = Outcome<HTTPCancellation>()
        try await withServer(
            { $0.bodyIdleTimeout = .milliseconds(100) },
            handler: { exchange in
                exchange.onCancelled = { cancelled.set($0) }
                answerWithSummary(exchange)
            }
        ) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
            #expect(try await client.toEnd().hasPrefix("HTTP/1.1 408 "))
            #expect(try await cancelled.value() == .bodyTimeout)
        }
    }

    @Test func aHandlerThatTakesItsTimeIsNotCut() async throws {
        try await withServer(
            {
                $0.bodyIdleTimeout = .milliseconds(40)
                $0.keepAliveTimeout = .milliseconds(40)
            },
            handler: { exchange in
                let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
                exchange.eventLoop.scheduleTask(in: .milliseconds(200)) { answerWithSummary(bound.value) }
            }
        ) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try await client.text(until: "[abc]").hasPrefix("HTTP/1.1 200"))
            await client.close()
        }
    }

    /// Asks for body bytes once, is told that there are some, and takes its time.
    private static func hesitate(_ exchange: HTTPExchange) {
        exchange.sendInformational(.processing)
        let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
        exchange.onReadable = {
            bound.value.eventLoop.scheduleTask(in: .milliseconds(800)) { answerWithSummary(bound.value) }
        }
        guard case .pending = exchange.readBody(upTo: 1) else { return exchange.abort() }
    }

    /// A client that is late itself, on a busy machine, is rightly cut: it tries again.
    private func tryAgainAndAgain(_ attempt: () async throws -> Bool) async throws {
        var isAnswered = false
        for _ in 0..<20 where !isAnswered { isAnswered = try await attempt() }
        #expect(isAnswered)
    }

    @Test func aHandlerThatTakesItsTimeAfterItWasToldOfBytesIsNotCut() async throws {
        try await withServer({ $0.bodyIdleTimeout = .milliseconds(200) }, handler: Self.hesitate) { server in
            try await tryAgainAndAgain {
                let client = try await RawClient.connect(to: server.address)
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n")
                _ = try await client.text(until: "HTTP/1.1 102 ")
                client.send("abc")
                let answer = try await client.text(until: "[abc]")
                await client.close()
                return answer.contains("HTTP/1.1 200 ")
            }
            try await tryAgainAndAgain {
                let client = try await RawClient.http2(to: server.address)
                client.send(Frames.headers(Frames.post("/"), stream: 1, flags: Frames.endHeaders))
                _ = try await client.frames { $0.contains { $0.kind == .headers } }
                client.send(Frames.data("abc", stream: 1, flags: Frames.endStream))
                let answer = try await client.response(on: 1)
                await client.close()
                return answer.body == "POST / [abc]"
            }
        }
    }

    @Test func aHeadMayBeLongerThanWhatIsHeldOfABody() async throws {
        try await withServer({ $0.requestBufferBytes = 1000 }, handler: answerWithSummary) { server in
            let client = try await RawClient.connect(to: server.address)
            #expect(
                await client.sendAll(
                    ByteBuffer(
                        string: "GET / HTTP/1.1\r\nHost: a\r\nA: \(String(repeating: "a", count: 4000))")))
            // A round trip on the same loop or another one: the first part was read, if it is ever read.
            let other = try await RawClient.connect(to: server.address)
            other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await other.text(until: "[]")
            client.send("\r\n\r\n")
            #expect(try await client.text(until: "[]").hasPrefix("HTTP/1.1 200"))
            await client.close()
            await other.close()
        }
    }

    @Test func aClientThatTakesNothingIsCut() async throws {
        let cancelled = Outcome<HTTPCancellation>()
        try await withServer(
            { $0.writeStallTimeout = .milliseconds(200) },
            handler: { exchange in
                exchange.onCancelled = { cancelled.set($0) }
                exchange.sendHead(.ok)
                Source(exchange, total: 1 << 30).pump()
            }
        ) { server in
            let client = try await RawClient.connect(to: server.address)
            try await client.setReading(false)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await cancelled.value() == .writeStalled)
            await client.close()
        }
    }

    @Test func aClientThatLeavesInTheRequestBodyCancels() async throws {
        let cancelled = Outcome<HTTPCancellation>()
        let started = Tally()
        try await withServer(handler: { exchange in
            exchange.onCancelled = { cancelled.set($0) }
            answerWithSummary(exchange)
            started.add()
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
            await started.reached(1)
            await client.close()
            #expect(try await cancelled.value() == .clientGone)
            #expect(server.counters.requestsInFlight == 0)
        }
    }

    @Test func aClientThatLeavesInTheResponseBodyCancels() async throws {
        let cancelled = Outcome<HTTPCancellation>()
        try await withServer(handler: { exchange in
            exchange.onCancelled = { cancelled.set($0) }
            exchange.sendHead(.ok)
            exchange.write(ByteBuffer(string: "abc"))
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.text(until: "abc")
            await client.close()
            #expect(try await cancelled.value() == .clientGone)
        }
    }

    @Test func aClientThatLeavesWhileItsBodyIsNotReadCancels() async throws {
        let cancelled = Outcome<HTTPCancellation>()
        let started = Tally()
        try await withServer(
            { $0.requestBufferBytes = 4096 },
            handler: { exchange in
                exchange.onCancelled = { cancelled.set($0) }
                started.add()
            }
        ) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
            client.send(ByteBuffer(repeating: 0, count: 50_000))
            await started.reached(1)
            await client.close()
            #expect(try await cancelled.value() == .clientGone)
        }
    }

    @Test func moreConnectionsThanAllowedAreClosed() async throws {
        try await withServer({ $0.connections = 2 }, handler: { $0.respond(.ok) }) { server in
            let first = try await RawClient.connect(to: server.address)
            let second = try await RawClient.connect(to: server.address)
            for client in [first, second] {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await client.text(until: "\r\n\r\n")
            }
            let third = try await RawClient.connect(to: server.address)
            #expect(try await third.toEnd() == "")
            #expect(server.counters.connections == 2 && server.counters.connectionsRefused == 1)
            await first.close()
            await second.close()
        }
    }

    /// As many idle connections as the descriptors allow, both ends being in this process, at most 10,000.
    @Test func tenThousandIdleConnectionsDoNotDisturb() async throws {
        // The tests beside this one need descriptors too: without them they fail in strange ways.
        let count = min(10_000, max(200, (Self.raisedDescriptorLimit() - 4_000) / 2))
        // Loops of its own, so that other tests' clocks do not feel the rush.
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        try await withServer(
            group: loops,
            handler: { $0.respond(.ok, body: ByteBuffer(string: "fine")) }
        ) {
            server in
            let clients = try await withThrowingTaskGroup(of: [RawClient].self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        var clients: [RawClient] = []
                        for _ in 0..<count / 20 {
                            clients.append(try await RawClient.connect(to: server.address, group: loops))
                        }
                        return clients
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let client = try await RawClient.connect(to: server.address, group: loops)
            for _ in 0..<100 {
                client.forget()
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await client.text(until: "fine")
            }
            #expect(server.counters.connections == clients.count + 1)
            #expect(clients.allSatisfy { !$0.isEnded })
            for client in clients { client.channel.close(promise: nil) }
            await client.close()
        }
        try await loops.shutdownGracefully()
    }

    /// The soft limit of open files, after raising it as far as it goes.
    static func raisedDescriptorLimit() -> Int {
        var limit = rlimit()
        #if canImport(Glibc)
            let files = __rlimit_resource_t(7)
        #else
            let files = RLIMIT_NOFILE
        #endif
        guard getrlimit(files, &limit) == 0 else { return 1024 }
        var wanted = rlimit(rlim_cur: max(limit.rlim_max, 24_000), rlim_max: max(limit.rlim_max, 24_000))
        if setrlimit(files, &wanted) != 0 {
            wanted = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
            setrlimit(files, &wanted)
        }
        getrlimit(files, &limit)
        return Int(limit.rlim_cur)
    }
}
