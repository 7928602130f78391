import HTTPServer
import NIOCore
import NIOHTTP1
import Testing

@Suite struct HTTP1ExchangeTests {
    static func get(_ target: String, _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    /// The body of the last response in `answer`.
    static func body(_ answer: String) -> String {
        guard let end = answer.ranges(of: "\r\n\r\n").last else { return "" }
        return String(answer[end.upperBound...])
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        try await withServer(handler: { exchange in
            // The first answers last.
            let delay = exchange.head.target == "/0" ? TimeAmount.milliseconds(20) : .zero
            let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
            exchange.eventLoop.scheduleTask(in: delay) {
                bound.value.respond(.ok, body: ByteBuffer(string: "<\(bound.value.head.target)>"))
            }
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send((0..<50).map { Self.get("/\($0)") }.joined())
            let answer = try await client.text(until: "</49>")
            let order = answer.ranges(of: /<\/(\d+)>/).map { String(answer[$0]) }
            #expect(order == (0..<50).map { "</\($0)>" })
            await client.close()
        }
    }

    @Test func aSmallResponseArrivesWithItsFraming() async throws {
        try await withServer(handler: { $0.respond(.created, ["x-a": "b"], body: ByteBuffer(string: "hi")) })
        { server in
            let client = try await RawClient.connect(to: server.address)
            client.send(Self.get("/", "X-Request-ID: abc-1\r\n"))
            let answer = try await client.text(until: "hi")
            #expect(answer.hasPrefix("HTTP/1.1 201 Created\r\nx-a: b\r\ndate: "))
            #expect(answer.contains("\r\ncontent-length: 2\r\n"))
            #expect(answer.contains("\r\nx-request-id: abc-1\r\n"))
            await client.close()
        }
    }

    @Test(
        "A request id that could do harm is replaced",
        arguments: ["a b", "<script>", "", String(repeating: "a", count: 65)])
    func requestID(_ id: String) async throws {
        try await withServer(handler: { $0.respond(.ok) }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send(Self.get("/", "X-Request-ID: \(id)\r\n"))
            let answer = try await client.text(until: "\r\n\r\n")
            #expect(answer.contains(/x-request-id: [a-z0-9]{15}\r\n/))
            await client.close()
        }
    }

    @Test func streamedBodiesAreChunkedAndCarryTrailers() async throws {
        try await withServer(handler: { exchange in
            exchange.sendHead(.ok)
            exchange.write(ByteBuffer(string: "abc"))
            exchange.write(ByteBuffer())
            exchange.write(ByteBuffer(repeating: UInt8(ascii: "x"), count: 5000))
            exchange.finish(trailers: ["x-sum": "9", "content-length": "7", "x-bad": "a\r\nb"])
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send(Self.get("/"))
            let answer = try await client.text(until: "0\r\nx-sum: 9\r\n\r\n")
            #expect(answer.contains("\r\ntransfer-encoding: chunked\r\n"))
            #expect(answer.contains("\r\n\r\n3\r\nabc\r\n1388\r\nxxx"))
            #expect(answer.hasSuffix("xxx\r\n0\r\nx-sum: 9\r\n\r\n"))
            await client.close()
        }
    }

    @Test func bodiesAreEchoedBothWaysAtOnce() async throws {
        try await withServer(handler: { Echo($0).pump() }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            _ = try await client.text(until: "3\r\none\r\n")
            client.send("3\r\ntwo\r\n")
            _ = try await client.text(until: "3\r\ntwo\r\n")
            client.send("0\r\n\r\n")
            #expect(try await client.text(until: "0\r\n\r\n").hasSuffix("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"))
            // The connection is as good as new.
            client.forget()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nmore")
            _ = try await client.text(until: "4\r\nmore\r\n0\r\n\r\n")
            await client.close()
        }
    }

    @Test func continueIsSentWhenTheBodyIsWanted() async throws {
        try await withServer(handler: answerWithSummary) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            let interim = try await client.text(until: "\r\n\r\n")
            #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
            client.send("ok")
            let answer = try await client.text(until: "POST / [ok]")
            #expect(!answer.contains("connection: close"))
            await client.close()
        }
    }

    @Test func continueIsNotSentForABodyNobodyWants() async throws {
        try await withServer(handler: { $0.respond(.forbidden) }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            let answer = try await client.toEnd()
            #expect(answer.hasPrefix("HTTP/1.1 403 "))
            #expect(answer.contains("connection: close"))
        }
    }

    struct Bodiless: Sendable {
        let method: String
        let status: HTTPResponseStatus
        let hasLength: Bool
    }

    @Test(
        "Responses without a body stay without one",
        arguments: [
            Bodiless(method: "HEAD", status: .ok, hasLength: true),
            Bodiless(method: "GET", status: .noContent, hasLength: false),
            Bodiless(method: "GET", status: .notModified, hasLength: true),
        ])
    func bodiless(_ bodiless: Bodiless) async throws {
        try await withServer(handler: { exchange in
            if exchange.head.path == "/next" {
                return _ = exchange.respond(.ok, body: ByteBuffer(string: "next"))
            }
            if exchange.head.path == "/whole" {
                return _ = exchange.respond(
                    bodiless.status, ["content-length": "5"], body: ByteBuffer(string: "hello"))
            }
            exchange.sendHead(bodiless.status, ["content-length": "5"])
            exchange.write(ByteBuffer(string: "hello"))
            exchange.finish()
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            for path in ["/whole", "/streamed"] {
                client.send("\(bodiless.method) \(path) HTTP/1.1\r\nHost: a\r\n\r\n" + Self.get("/next"))
                let answer = try await client.text(until: "next")
                #expect(answer.hasPrefix("HTTP/1.1 \(bodiless.status.code) "))
                #expect(!answer.contains("hello"))
                #expect(answer.contains("content-length: 5\r\n") == bodiless.hasLength)
                client.forget()
            }
            await client.close()
        }
    }

    @Test func http10GetsABodyThatEndsWithTheConnection() async throws {
        try await withServer(handler: { exchange in
            exchange.sendHead(.ok)
            exchange.write(ByteBuffer(string: "abc"))
            exchange.finish()
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let answer = try await client.toEnd()
            #expect(answer.contains("connection: close\r\n"))
            #expect(!answer.contains("transfer-encoding"))
            #expect(answer.hasSuffix("\r\n\r\nabc"))
        }
    }

    @Test func http10MayKeepTheConnectionWhereTheLengthIsKnown() async throws {
        try await withServer(handler: { $0.respond(.ok, body: ByteBuffer(string: "abc")) }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.text(until: "abc").contains("connection: keep-alive\r\n"))
            client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try await client.toEnd().hasSuffix("connection: close\r\n\r\nabc"))
        }
    }

    @Test(
        "Fields that would split the response are never sent",
        arguments: [
            ("x-a", "b\r\nset-cookie: c"), ("x-a\r\nb", "c"), ("x a", "b"), ("x-a", "b\0"), ("", "b"),
        ])
    func splitting(_ name: String, _ value: String) async throws {
        try await withServer(handler: { exchange in
            var headers = HTTPHeaders()
            headers.add(name: name, value: value)
            #expect(!exchange.sendHead(.ok, headers))
            exchange.write(ByteBuffer(string: "never"))
            exchange.finish()
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send(Self.get("/"))
            let answer = try await client.toEnd()
            #expect(answer.hasPrefix("HTTP/1.1 500 "))
            #expect(!answer.contains("set-cookie") && !answer.contains("never"))
        }
    }

    @Test func framingFieldsOfTheHandlerAreNotBelieved() async throws {
        try await withServer(handler: { exchange in
            exchange.respond(
                .ok,
                [
                    "content-length": "99", "transfer-encoding": "chunked", "connection": "upgrade",
                    "upgrade": "h2c", "keep-alive": "1",
                ], body: ByteBuffer(string: "abc"))
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send(Self.get("/"))
            let answer = try await client.text(until: "abc")
            #expect(answer.contains("content-length: 3\r\n"))
            for name in ["transfer-encoding", "connection", "upgrade", "keep-alive"] {
                #expect(!answer.contains("\r\n\(name):"))
            }
            await client.close()
        }
    }

    @Test func aLongerBodyThanDeclaredIsCutThere() async throws {
        try await withServer(handler: { exchange in
            exchange.sendHead(.ok, ["content-length": "3"])
            exchange.write(ByteBuffer(string: "abcdef"))
            exchange.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n"))
            exchange.finish()
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send(Self.get("/") + Self.get("/"))
            let answer = try await client.received { String(buffer: $0).pieces(cutBy: "abc") == 3 }
            #expect(!String(buffer: answer).contains("def"))
            #expect(String(buffer: answer).pieces(cutBy: "HTTP/1.1 200") == 3)
            await client.close()
        }
    }

    @Test func aShorterBodyThanDeclaredEndsTheConnection() async throws {
        try await withServer(handler: { exchange in
            exchange.sendHead(.ok, ["content-length": "9"])
            exchange.write(ByteBuffer(string: "abc"))
            exchange.finish()
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send(Self.get("/") + Self.get("/second"))
            let answer = try await client.toEnd()
            #expect(answer.hasSuffix("\r\n\r\nabc"))
        }
    }

    @Test func aSmallUnreadBodyIsSkippedAndALargeOneEndsTheConnection() async throws {
        try await withServer(handler: { $0.respond(.ok, body: ByteBuffer(string: $0.head.target)) }) {
            server in
            let client = try await RawClient.connect(to: server.address)
            client.send("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n")
            client.send(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n ", count: 1000) + "")
            client.forget()
            let padding = 30_000 - 1000 * "GET / HTTP/1.1\r\nHost: a\r\n\r\n ".utf8.count
            client.send(String(repeating: "x", count: padding) + Self.get("/2"))
            let second = try await client.received { String(buffer: $0).hasSuffix("/2") }
            #expect(!String(buffer: second).contains("connection: close"))
            client.forget()
            client.send("POST /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n")
            #expect(try await client.toEnd().contains("connection: close"))
        }
    }

    @Test func informationalResponsesComeFirst() async throws {
        try await withServer(handler: { exchange in
            exchange.sendInformational(.init(statusCode: 103, reasonPhrase: "Early Hints"), ["link": "</a>"])
            exchange.sendInformational(.switchingProtocols)
            exchange.respond(.ok, body: ByteBuffer(string: "done"))
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send(Self.get("/"))
            let answer = try await client.text(until: "done")
            #expect(answer.hasPrefix("HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n"))
            await client.close()
        }
    }

    @Test func aClientThatClosesItsSideStillGetsWhatWasAnswered() async throws {
        try await withServer(handler: { $0.respond(.ok, body: ByteBuffer(string: $0.head.target)) }) {
            server in
            let client = try await RawClient.connect(to: server.address)
            client.send(Self.get("/1") + Self.get("/2"))
            client.closeOutput()
            let answer = try await client.toEnd()
            #expect(answer.contains("\r\n\r\n/1HTTP/1.1") && answer.hasSuffix("/2"))
        }
    }

    @Test func callsOnAnEndedExchangeDoNothing() async throws {
        try await withServer(handler: { exchange in
            exchange.respond(.ok, body: ByteBuffer(string: "once"))
            exchange.respond(.ok, body: ByteBuffer(string: "twice"))
            exchange.write(ByteBuffer(string: "more"))
            exchange.finish()
            exchange.abort()
            #expect(exchange.isEnded)
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send(Self.get("/", "Connection: close\r\n"))
            #expect(Self.body(try await client.toEnd()) == "once")
        }
    }
}
