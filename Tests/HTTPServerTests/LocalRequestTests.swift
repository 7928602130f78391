import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@testable import HTTPServer

/// Requests without a connection, from both sides.
@Suite struct LocalRequestTests {
    /// Runs `body` on an event loop; it ends when the promise does.
    private func onLoop<Success: Sendable>(
        _ body: @escaping @Sendable (any EventLoop, EventLoopPromise<Success>) throws -> Void
    ) async throws -> Success {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: Success.self)
        loop.execute { do { try body(loop, promise) } catch { promise.fail(error) } }
        return try await promise.futureResult.get()
    }

    private static func head(_ method: HTTPMethod = .POST, _ headers: HTTPHeaders = [:]) -> RequestHead {
        RequestHead(
            method: method, pathAndQuery: "/a?b", scheme: "http", authority: "localhost", headers: headers)
    }

    /// What a caller sees of a response that is there or comes.
    private final class Reader {
        let request: LocalRequest
        var text = ""
        var trailers: HTTPHeaders?

        init(_ request: LocalRequest) { self.request = request }

        /// Reads to the end, then calls `done` with whether the body was complete.
        func read(_ done: @escaping (Bool) -> Void) {
            while true {
                switch request.readBody(upTo: 10_000) {
                case .bytes(let bytes): text += String(buffer: bytes)
                case .end(let trailers):
                    self.trailers = trailers
                    return done(true)
                case .failed: return done(false)
                case .pending:
                    request.onReadable = { self.read(done) }
                    return
                }
            }
        }
    }

    /// Status, whether the body was complete, body and trailers of what a handler answers.
    private func answer(
        _ method: HTTPMethod = .GET, _ handle: @escaping @Sendable (HTTPExchange) -> Void
    ) async throws -> (
        status: Int?, isComplete: Bool, text: String, headers: HTTPHeaders, trailers: HTTPHeaders?
    ) {
        try await onLoop { loop, promise in
            let request = LocalRequest(Self.head(method), from: nil, on: loop, handle: handle)
            request.finish(trailers: nil)
            let reader = Reader(request)
            request.onResponse = {
                let (status, headers) = (request.response?.status.code, request.response?.headers ?? [:])
                reader.read { isComplete in
                    promise.succeed(
                        (status.map { Int($0) }, isComplete, reader.text, headers, reader.trailers))
                }
            }
        }
    }

    @Test func `a whole response arrives, with its length`() async throws {
        let answer = try await answer {
            #expect($0.head.path == "/a" && !$0.hasBody && $0.depth == 1)
            $0.respond(.ok, ["content-type": "text/plain"], body: ByteBuffer(string: "hello"))
        }
        #expect(answer.status == 200 && answer.isComplete && answer.text == "hello" && answer.trailers == nil)
        #expect(answer.headers["content-length"] == ["5"] && answer.headers["x-request-id"].count == 1)
    }

    @Test func `a streamed response arrives, with its trailers`() async throws {
        let answer = try await answer { exchange in
            exchange.sendHead(.accepted)
            exchange.write(ByteBuffer(string: "one "))
            exchange.eventLoop.assumeIsolated().execute {
                exchange.write(ByteBuffer(string: "two"))
                exchange.finish(trailers: ["x-sum": "7", "content-length": "3"])
            }
        }
        #expect(answer.status == 202 && answer.isComplete && answer.text == "one two")
        #expect(answer.trailers == ["x-sum": "7"])
    }

    @Test func `a response to HEAD has no body`() async throws {
        let answer = try await answer(.HEAD) { $0.respond(.ok, body: ByteBuffer(string: "hello")) }
        #expect(answer.isComplete && answer.text == "" && answer.headers["content-length"] == ["5"])
    }

    @Test func `a response that is given up fails`() async throws {
        let early = try await answer { $0.abort() }
        #expect(early.status == nil && !early.isComplete)
        let late = try await answer {
            $0.sendHead(.ok)
            $0.write(ByteBuffer(string: "half"))
            $0.abort()
        }
        #expect(late.status == 200 && late.text == "half" && !late.isComplete)
        let short = try await answer {
            $0.sendHead(.ok, ["content-length": "5"])
            $0.write(ByteBuffer(string: "half"))
            $0.finish()
        }
        #expect(short.text == "half" && !short.isComplete)
    }

    @Test func `no more leaves than was declared`() async throws {
        let answer = try await answer {
            $0.sendHead(.ok, ["content-length": "4"])
            $0.write(ByteBuffer(string: "halves"))
            $0.finish()
        }
        #expect(answer.text == "halv" && answer.isComplete)
    }

    @Test func `a field that cannot be sent is answered for`() async throws {
        let answer = try await answer {
            let isSent = $0.respond(.ok, ["x": "a\r\nb: c"], body: ByteBuffer(string: "hello"))
            #expect(!isSent && $0.isEnded)
        }
        #expect(answer.status == 500 && answer.text == "" && answer.isComplete)
        #expect(!answer.headers.contains(name: "x"))
    }

    @Test func `an interim response is left out`() async throws {
        let answer = try await answer {
            $0.sendInformational(HTTPResponseStatus(statusCode: 103), ["link": "x"])
            $0.respond(.ok, body: ByteBuffer(string: "hello"))
        }
        #expect(answer.status == 200 && answer.text == "hello" && !answer.headers.contains(name: "link"))
    }

    @Test func `a request of a handler counts, waits for nobody, and is in the access log`() async throws {
        let records = AccessLogTests.Records()
        let server = NIOLockedValueBox<HTTPServer?>(nil)
        let working = NIOLockedValueBox<[Int]>([])
        try await withServer(
            { $0.admission?.concurrentRequests = 1 }, log: records,
            handler: { exchange in
                working.withLockedValue { $0.append(server.withLockedValue { $0 }?.admission?.working ?? -1) }
                guard exchange.head.path == "/outer" else { return _ = exchange.respond(.accepted) }
                let request = LocalRequest(
                    Self.head(.GET), from: nil, on: exchange.eventLoop, server: server.withLockedValue { $0 }
                ) { inner in
                    working.withLockedValue {
                        $0.append(server.withLockedValue { $0 }?.admission?.working ?? -1)
                    }
                    inner.respond(.created, body: ByteBuffer(string: "inner"))
                }
                request.finish(trailers: nil)
                request.onResponse = { exchange.respond(request.response?.status ?? .internalServerError) }
            }
        ) { running in
            server.withLockedValue { $0 = running }
            let client = try await RawClient.connect(to: running.address)
            for _ in 0..<2 {
                client.send("GET /outer HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.text(until: "\r\n\r\n").hasPrefix("HTTP/1.1 201 "))
                client.forget()
            }
            await client.close()
            await records.tally.reached(4)
            try await eventually("no place is taken") { running.admission?.working == 0 }
            server.withLockedValue { $0 = nil }
        }
        #expect(working.withLockedValue { $0 } == [1, 2, 1, 2])
        let local = records.all.withLockedValue { $0 }.filter { $0.depth == 1 }
        #expect(local.count == 2 && local.allSatisfy { $0.target == "/a?b" && $0.status == 201 })
        #expect(local.allSatisfy { $0.bytesOut == 5 && $0.remoteAddress == nil })
    }

    @Test func `a place beyond the limit is given to nobody`() {
        let queue = AdmissionQueue(AdmissionLimits(concurrentRequests: 1, queuedRequests: 1))
        #expect(queue.tryEnter())
        queue.enterAnyway()
        let isDecided = NIOLockedValueBox(false)
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        _ = queue.wait(on: loop) { _ in isDecided.withLockedValue { $0 = true } }
        queue.leave()
        #expect(queue.working == 1 && queue.waiting == 1)
        queue.leave()
        #expect(queue.working == 1 && queue.waiting == 0)
    }

    @Test func `bodies stop where nobody reads, and go on where somebody does`() async throws {
        let counts = try await onLoop { (loop, promise: EventLoopPromise<[Int]>) in
            var kept: HTTPExchange?
            let request = LocalRequest(Self.head(), from: nil, on: loop) { kept = $0 }
            let piece = ByteBuffer(repeating: 1, count: LocalRequest.keptBytes / 2)
            #expect(request.write(piece) && !request.write(piece))
            var counts = [0]
            request.onWritable = {
                counts.append(kept?.bytesIn ?? -1)
                request.finish(trailers: ["x-sum": "7"])
            }
            loop.assumeIsolated().execute {
                guard let exchange = kept else { return promise.succeed([]) }
                func read() {
                    while true {
                        switch exchange.readBody(upTo: 40_000) {
                        case .bytes: continue
                        case .pending:
                            exchange.onReadable = { read() }
                            return
                        case .end(let trailers):
                            #expect(trailers == ["x-sum": "7"])
                            counts.append(exchange.bytesIn)
                            exchange.respond(.ok)
                            #expect(request.isEnded)
                            return promise.succeed(counts)
                        case .failed: return promise.succeed([])
                        }
                    }
                }
                read()
            }
        }
        #expect(counts == [0, LocalRequest.keptBytes, LocalRequest.keptBytes])
    }

    @Test func `a handler learns that its caller has gone`() async throws {
        let reason = try await onLoop { (loop, promise: EventLoopPromise<HTTPCancellation>) in
            var request: LocalRequest?
            request = LocalRequest(Self.head(), from: nil, on: loop) { exchange in
                exchange.onCancelled = { promise.succeed($0) }
                guard case .pending = exchange.readBody(upTo: 1) else { return }
                loop.assumeIsolated().execute { request?.cancel() }
            }
        }
        #expect(reason == .clientGone)
    }

    @Test func `a caller that leaves at once calls nobody`() async throws {
        let isCalled = try await onLoop { (loop, promise: EventLoopPromise<Bool>) in
            var isCalled = false
            let request = LocalRequest(Self.head(), from: nil, on: loop) { _ in isCalled = true }
            #expect(!isCalled)
            request.cancel()
            loop.assumeIsolated().execute { promise.succeed(isCalled) }
        }
        #expect(!isCalled)
    }
}
