import AppModel
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import TestSupport
import Testing

@Suite struct HTTP2Tests {
    @Test func `values that are no text are refused, and text that looks like them passes`() async throws {
        try await withServer(handler: { exchange in
            let bytes: [UInt8] = exchange.head.target == "/text" ? Array("\u{10FF8A}".utf8) : [0xff]
            exchange.respond(.ok, ["x-a": FieldText.text(of: bytes)])
        }) { server in
            let client = try await RawClient.http2(to: server.address)
            client.send(Frames.headers(Frames.get("/text"), stream: 1))
            #expect(try await client.response(on: 1).status == "200")
            client.send(Frames.headers(Frames.get("/bytes"), stream: 3))
            #expect(try await client.response(on: 3).status == "500")
            await client.close()
        }
    }

    @Test func streamsAreServedSideBySide() async throws {
        try await withServer(handler: answerWithSummary) { server in
            let client = try await RawClient.http2(to: server.address)
            client.send(Frames.headers(Frames.post("/1"), stream: 1, flags: Frames.endHeaders))
            client.send(Frames.headers(Frames.get("/3?q"), stream: 3))
            let second = try await client.response(on: 3)
            #expect(second.status == "200" && second.body == "GET /3?q []")
            client.send(Frames.data("ab", stream: 1))
            client.send(Frames.data("c", stream: 1))
            client.send(Frames.headers([("x-sum", "9")], stream: 1))
            let first = try await client.response(on: 1)
            #expect(first.status == "200" && first.body == "POST /1 [abc] x-sum=9")
            await client.close()
        }
    }

    @Test func bodiesAreEchoedBothWaysAtOnce() async throws {
        try await withServer(handler: { Echo($0).pump() }) { server in
            let client = try await RawClient.http2(to: server.address)
            client.send(Frames.headers(Frames.post("/"), stream: 1, flags: Frames.endHeaders))
            client.send(Frames.data("one", stream: 1))
            _ = try await client.frames {
                $0.contains { $0.kind == .data && String(buffer: $0.payload) == "one" }
            }
            client.send(Frames.data("two", stream: 1, flags: Frames.endStream))
            #expect(try await client.response(on: 1).body == "onetwo")
            await client.close()
        }
    }

    @Test func tlsNegotiatesTheProtocol() async throws {
        try await TestCertificate.withFiles { certificate, key in
            let tls = try HTTPServerTLS(certificateFile: certificate, keyFile: key)
            try await withServer(
                tls: tls,
                handler: { exchange in
                    let head = exchange.head
                    exchange.respond(.ok, body: ByteBuffer(string: "<\(head.scheme) \(head.version.major)>"))
                }
            ) { server in
                let new = try await RawClient.http2(to: server.address, tls: TestCertificate.client(["h2"]))
                new.send(Frames.headers(Frames.get("/"), stream: 1))
                #expect(try await new.response(on: 1).body == "<https 2>")
                await new.close()
                for protocols in [["http/1.1"], []] {
                    let old = try await RawClient.connect(
                        to: server.address, tls: TestCertificate.client(protocols))
                    old.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try await old.text(until: "<https 1>").hasPrefix("HTTP/1.1 200"))
                    await old.close()
                }
            }
        }
    }

    @Test func aHandshakeThatNeverEndsIsCut() async throws {
        try await TestCertificate.withFiles { certificate, key in
            let tls = try HTTPServerTLS(certificateFile: certificate, keyFile: key)
            try await withServer(
                { $0.handshakeTimeout = .milliseconds(100) }, tls: tls, handler: { $0.respond(.ok) }
            ) {
                server in
                let client = try await RawClient.connect(to: server.address)
                client.send("\u{16}\u{3}\u{1}")
                #expect(try await client.toEnd() == "")
            }
        }
    }

    @Test func wrongCertificateFilesAreExplained() async throws {
        let error = #expect(throws: HTTPServerTLS.SetupError.self) {
            try HTTPServerTLS(certificateFile: "/nonexistent.pem", keyFile: "/nonexistent.key")
        }
        #expect(error?.description.contains("/nonexistent.pem") == true)
    }

    static let malformedHeads: [(String, [(String, String)])] = [
        ("connection field", Frames.get("/", [("connection", "close")])),
        ("transfer-encoding", Frames.get("/", [("transfer-encoding", "chunked")])),
        ("keep-alive", Frames.get("/", [("keep-alive", "1")])),
        ("te other than trailers", Frames.get("/", [("te", "gzip")])),
        ("name in upper case", Frames.get("/", [("X-A", "b")])),
        ("name with a colon", Frames.get("/", [("x:a", "b")])),
        ("name with a blank", Frames.get("/", [("x a", "b")])),
        ("value with CR LF", Frames.get("/", [("x", "a\r\nb: c")])),
        ("value with NUL", Frames.get("/", [("x", "a\0")])),
        ("value with a blank in front", Frames.get("/", [("x", " a")])),
        ("pseudo-header field last", [("x", "a")] + Frames.get("/")),
        ("pseudo-header field twice", Frames.get("/") + [(":path", "/b")]),
        ("unknown pseudo-header field", Frames.get("/") + [(":x", "y")]),
        ("status in a request", Frames.get("/") + [(":status", "200")]),
        ("no method", [(":scheme", "http"), (":path", "/"), (":authority", "a")]),
        ("no path", [(":method", "GET"), (":scheme", "http"), (":authority", "a")]),
        ("no scheme", [(":method", "GET"), (":path", "/"), (":authority", "a")]),
        ("empty path", Frames.get("")),
        ("path without a slash", Frames.get("x")),
        ("path with a blank", Frames.get("/a b")),
        ("path with CR LF", Frames.get("/ HTTP/1.1\r\nHost: b\r\n\r\n")),
        ("path with a fragment", Frames.get("/a#b")),
        (
            "method with a blank",
            [(":method", "GET /x"), (":scheme", "http"), (":path", "/"), (":authority", "a")]
        ),
        (
            "authority with a path",
            [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a/b")]
        ),
        (
            "authority with user information",
            [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "u@a")]
        ),
        ("no authority", [(":method", "GET"), (":scheme", "http"), (":path", "/")]),
        ("another host", Frames.get("/", [("host", "b")])),
        ("two lengths", Frames.post("/", [("content-length", "1"), ("content-length", "2")])),
        ("length that is none", Frames.post("/", [("content-length", "-1")])),
        ("length without a body", Frames.post("/", [("content-length", "5")])),
        ("too many fields", Frames.get("/", (0..<120).map { ("x-\($0)", "y") })),
        ("declared body too long", Frames.post("/", [("content-length", "2000000000000")])),
    ]

    @Test("A malformed request ends its stream with an error", arguments: malformedHeads.indices)
    func malformed(_ index: Int) async throws {
        let served = Tally()
        try await withServer(handler: { exchange in
            served.add()
            exchange.respond(.ok)
        }) { server in
            let client = try await RawClient.http2(to: server.address)
            client.send(Frames.headers(Self.malformedHeads[index].1, stream: 1))
            let response = try await client.response(on: 1)
            let isRefused = response.status.hasPrefix("4") || response.reset != nil || client.isEnded
            #expect(isRefused, "\(Self.malformedHeads[index].0): \(response)")
            #expect(served.count == 0, "\(Self.malformedHeads[index].0)")
            await client.close()
        }
    }

    @Test func aBodyLongerThanItsLengthIsAnError() async throws {
        let outcome = Outcome<Bool>()
        try await withServer(handler: { exchange in
            exchange.onCancelled = { _ in outcome.set(true) }
            BodyCollector(exchange) { exchange, body in
                if case .success = body { exchange.respond(.ok) }
            }.read()
        }) { server in
            let client = try await RawClient.http2(to: server.address)
            let head = Frames.post("/", [("content-length", "3")])
            client.send(Frames.headers(head, stream: 1, flags: Frames.endHeaders))
            client.send(Frames.data("abcdef", stream: 1, flags: Frames.endStream))
            let response = try await client.response(on: 1)
            #expect(response.status != "200")
            #expect(try await outcome.value())
            await client.close()
        }
    }

    @Test func aResponseWaitsForTheWindow() async throws {
        let cancelled = Outcome<HTTPCancellation>()
        let written = Tally()
        try await withServer(
            { $0.writeStallTimeout = .milliseconds(200) },
            handler: { exchange in
                exchange.onCancelled = { cancelled.set($0) }
                exchange.sendHead(.ok)
                Source(exchange, total: 10 << 20, written: written).pump()
            }
        ) { server in
            let client = try await RawClient.http2(to: server.address, settings: [(4, 1000)])
            client.send(Frames.headers(Frames.get("/"), stream: 1))
            let frames = try await client.frames { frames in
                frames.filter { $0.kind == .data }.reduce(0) { $0 + $1.payload.readableBytes } == 1000
            }
            #expect(!frames.contains { $0.endsStream })
            // The window stays shut: the stream is cut.
            #expect(try await cancelled.value() == .writeStalled)
            #expect(written.count < 1 << 20)
            await client.close()
        }
    }

    @Test func aShutWindowAtTheEndDoesNotHoldTheStreamForEver() async throws {
        try await withServer(
            { $0.writeStallTimeout = .milliseconds(200) },
            handler: { exchange in
                exchange.respond(.ok, body: ByteBuffer(string: "never"))
            }
        ) { server in
            let client = try await RawClient.http2(to: server.address, settings: [(4, 0)])
            client.send(Frames.headers(Frames.get("/"), stream: 1))
            #expect(try await client.response(on: 1).reset != nil)
            await client.close()
        }
    }

    @Test func aRequestIsHeldToItsWindow() async throws {
        let started = Tally()
        try await withServer(
            { $0.requestBufferBytes = 32_768 },
            handler: { exchange in
                exchange.onCancelled = { _ in }
                started.add()
            }
        ) { server in
            let client = try await RawClient.http2(to: server.address)
            client.send(Frames.headers(Frames.post("/"), stream: 1, flags: Frames.endHeaders))
            await started.reached(1)
            for _ in 0..<2 { client.send(Frames.data(String(repeating: "x", count: 16_384), stream: 1)) }
            // Nobody has read anything, so the window is used up and the next byte breaks the rules.
            client.send(Frames.data("x", stream: 1))
            let frames = try await client.frames { $0.contains { $0.kind == .goAway || $0.kind == .reset } }
            #expect(!frames.contains { $0.kind == .windowUpdate && $0.stream == 1 })
            #expect(frames.contains { ($0.kind == .goAway || $0.kind == .reset) && $0.code == 3 })
            await client.close()
        }
    }

    @Test func aLargeBodyFlowsThroughASmallWindow() async throws {
        try await withServer(
            { $0.requestBufferBytes = 16_384 },
            handler: { exchange in
                Drain(exchange, read: Tally()).pump()
            }
        ) { server in
            let client = try await RawClient.http2(to: server.address)
            client.send(Frames.headers(Frames.post("/"), stream: 1, flags: Frames.endHeaders))
            var sent = 0
            while sent < 1 << 20 {
                let wanted = sent
                _ = try await client.frames { frames in
                    // Both windows say how much may be under way.
                    let opened = frames.filter { $0.kind == .windowUpdate && $0.stream == 1 }.reduce(16_384) {
                        $0 + Int($1.payload.getInteger(at: $1.payload.readerIndex, as: UInt32.self)!)
                    }
                    return opened >= wanted + 4096
                }
                client.send(Frames.data(String(repeating: "x", count: 4096), stream: 1))
                sent += 4096
            }
            client.send(Frames.data("", stream: 1, flags: Frames.endStream))
            #expect(try await client.response(on: 1).body == "read \(1 << 20)")
            await client.close()
        }
    }

    @Test func aResetCancels() async throws {
        let cancelled = Outcome<HTTPCancellation>()
        let started = Tally()
        try await withServer(handler: { exchange in
            exchange.onCancelled = { cancelled.set($0) }
            exchange.sendHead(.ok)
            started.add()
        }) { server in
            let client = try await RawClient.http2(to: server.address)
            client.send(Frames.headers(Frames.get("/"), stream: 1))
            await started.reached(1)
            client.send(Frames.reset(1))
            #expect(try await cancelled.value() == .clientGone)
            await client.close()
        }
    }

    @Test func aSlowBodyGets408() async throws {
        try await withServer({ $0.bodyIdleTimeout = .milliseconds(100) }, handler: answerWithSummary) {
            server in
            let client = try await RawClient.http2(to: server.address)
            client.send(Frames.headers(Frames.post("/"), stream: 1, flags: Frames.endHeaders))
            #expect(try await client.response(on: 1).status == "408")
            await client.close()
        }
    }

    @Test func anIdleConnectionSaysGoodbye() async throws {
        try await withServer({ $0.keepAliveTimeout = .milliseconds(100) }, handler: { $0.respond(.ok) }) {
            server in
            let client = try await RawClient.http2(to: server.address)
            let frames = try await client.frames { $0.contains { $0.kind == .goAway } }
            #expect(frames.contains { $0.kind == .goAway && $0.code == 0 })
            await client.close()
        }
    }

    @Test func headAndNoContentHaveNoBody() async throws {
        try await withServer(handler: { exchange in
            let status: HTTPResponseStatus = exchange.head.method == .HEAD ? .ok : .noContent
            exchange.sendHead(status, ["content-length": "5"])
            exchange.write(ByteBuffer(string: "hello"))
            exchange.finish()
        }) { server in
            let client = try await RawClient.http2(to: server.address)
            var head = Frames.get("/")
            head[0].1 = "HEAD"
            client.send(Frames.headers(head, stream: 1))
            client.send(Frames.headers(Frames.get("/"), stream: 3))
            #expect(try await client.response(on: 1) == ("200", "", nil))
            #expect(try await client.response(on: 3) == ("204", "", nil))
            await client.close()
        }
    }

    @Test func aShorterBodyThanDeclaredResetsTheStream() async throws {
        try await withServer(handler: { exchange in
            exchange.sendHead(.ok, ["content-length": "9"])
            exchange.write(ByteBuffer(string: "abc"))
            exchange.finish()
        }) { server in
            let client = try await RawClient.http2(to: server.address)
            client.send(Frames.headers(Frames.get("/"), stream: 1))
            let response = try await client.response(on: 1)
            #expect(response.reset != nil)
            await client.close()
        }
    }
}
