import AppModel
import NIOCore
import TestSupport
import Testing

/// Components of `wasi:http` 0.2, each with a handler for one behaviour.
@Suite("HTTP components")
struct HTTPComponentTests {
    private static let begin =
        "(local.set $b (call $respond (local.get $out) (i32.const 200) (call $fields)))\n"
    private static let hello =
        begin + "(call $say (local.get $b) (i32.const 256) (i32.const 5)) (call $done (local.get $b))"

    private func serving(
        _ handler: String, threads: Int = 2,
        limits: @escaping @Sendable (inout ComponentLimitOverrides) -> Void = { _ in },
        _ test: (TestServer) async throws -> Void
    ) async throws {
        let route = TestRoute.component("/guest/...", ComponentGuest.handling(handler), limits: limits)
        try await TestServer.with([route], threads: threads) { server in
            try await test(server)
            try await server.noGuestIsLeft()
        }
    }

    /// What a handler answers to a request without a body.
    private func answer(to handler: String, _ method: String = "GET") async throws -> Response {
        var answer: Response?
        try await serving(handler) { server in
            let client = try await server.client()
            client.send("\(method) /guest/ HTTP/1.1\r\nhost: a\r\n\r\n")
            answer = try await client.response()
            await client.close()
        }
        return try #require(answer)
    }

    // MARK: - Responses

    @Test func `a short answer has its length`() async throws {
        let response = try await answer(to: Self.hello)
        #expect(response.status == 200 && response.text == "Hello")
        #expect(response["content-length"] == "5" && response["transfer-encoding"] == nil)
    }

    @Test(arguments: [204, 304])
    func `a status that has no body gets none`(status: Int) async throws {
        let handler = Self.hello.replacing("(i32.const 200)", with: "(i32.const \(status))")
        let response = try await answer(to: handler)
        #expect(response.status == status && response.bodyBytes == 0)
    }

    @Test func `trailers follow the body`() async throws {
        let handler = """
            \(Self.begin)
            (call $say (local.get $b) (i32.const 256) (i32.const 5))
            (local.set $c (call $fields))
            (call $add (local.get $c) (i32.const 288) (i32.const 6) (i32.const 320) (i32.const 2))
            (call $finish (local.get $b) (i32.const 1) (local.get $c) (i32.const 128)) (call $ok)
            """
        let response = try await answer(to: handler)
        #expect(response.text == "Hello")
        #expect(response.trailers == ["x-test: 10"])
    }

    @Test func `an interim response comes first`() async throws {
        let handler = """
            (local.set $a (call $fields))
            (call $add (local.get $a) (i32.const 288) (i32.const 6) (i32.const 320) (i32.const 2))
            (call $inform (local.get $out) (i32.const 103) (local.get $a) (i32.const 128)) (call $ok)
            \(Self.hello)
            """
        let response = try await answer(to: handler)
        #expect(response.interim == [103] && response.status == 200 && response.text == "Hello")
    }

    @Test func `values that are no text pass as they are, in requests, responses and trailers`()
        async throws
    {
        let handler = """
            (call $get (call $headers (local.get $request)) (i32.const 288) (i32.const 6) (i32.const 128))
            (local.set $c (i32.load (i32.const 128)))
            (local.set $a (call $fields))
            (call $add (local.get $a) (i32.const 288) (i32.const 6) (i32.load (local.get $c))
              (i32.load offset=4 (local.get $c)))
            (local.set $b (call $respond (local.get $out) (i32.const 200) (local.get $a)))
            (local.set $d (call $fields))
            (call $add (local.get $d) (i32.const 288) (i32.const 6) (i32.load (local.get $c))
              (i32.load offset=4 (local.get $c)))
            (call $finish (local.get $b) (i32.const 1) (local.get $d) (i32.const 128)) (call $ok)
            """
        for value: [UInt8] in [[0xe9, 0x20, 0xff], Array("\u{10FF8A}ä".utf8), [0x61, 0xc3]] {
            try await serving(handler) { server in
                let client = try await server.client()
                var request = ByteBuffer(string: "GET /guest/ HTTP/1.1\r\nhost: a\r\nx-test: ")
                request.writeBytes(value)
                request.writeString("\r\n\r\n")
                try await client.send(request)
                let response = try await client.response()
                let got = response["x-test"] ?? ""
                #expect(response.status == 200)
                #expect(FieldText.bytes(of: got) ?? Array(got.utf8) == value)
                let trailer = response.trailers.first ?? ""
                #expect(FieldText.bytes(of: trailer) ?? Array(trailer.utf8) == Array("x-test: ".utf8) + value)
                await client.close()
            }
        }
    }

    @Test func `a header section over the limit is answered for`() async throws {
        let handler = """
            (memory.fill (i32.const 131072) (i32.const 97) (i32.const 70000))
            (local.set $a (call $fields))
            (call $add (local.get $a) (i32.const 288) (i32.const 6) (i32.const 131072) (i32.const 70000))
            (call $done (call $respond (local.get $out) (i32.const 200) (local.get $a)))
            """
        #expect(try await answer(to: handler).status == 500)
    }

    @Test func `fields of the connection are forbidden, and those of a request cannot be changed`()
        async throws
    {
        let handler = """
            (call $append (call $fields) (i32.const 336) (i32.const 10) (i32.const 320) (i32.const 2)
              (i32.const 128))
            (local.set $a (i32.load8_u (i32.const 129)))
            (call $append (call $headers (local.get $request)) (i32.const 288) (i32.const 6) (i32.const 320)
              (i32.const 2) (i32.const 128))
            (local.set $a (i32.add (i32.mul (local.get $a) (i32.const 10)) (i32.load8_u (i32.const 129))))
            (call $done (call $respond (local.get $out) (i32.add (i32.const 400) (local.get $a)) (call $fields)))
            """
        #expect(try await answer(to: handler).status == 412)
    }

    @Test func `a body shorter than declared cannot be finished`() async throws {
        let handler = """
            (local.set $a (call $fields))
            (call $add (local.get $a) (i32.const 304) (i32.const 14) (i32.const 320) (i32.const 2))
            (local.set $b (call $respond (local.get $out) (i32.const 200) (local.get $a)))
            (call $say (local.get $b) (i32.const 256) (i32.const 5))
            (call $finish (local.get $b) (i32.const 0) (i32.const 0) (i32.const 128))
            (if (i32.ne (i32.load8_u (i32.const 128)) (i32.const 1)) (then unreachable))
            """
        try await serving(handler) { server in
            #expect(try await server.get("/guest/").status == 500)
            try await server.log.entry(with: "httpResponseBodySize")
        }
    }

    @Test func `a body that is dropped without its end is no response`() async throws {
        let handler =
            Self.begin
            + "(call $say (local.get $b) (i32.const 256) (i32.const 5)) (call $drop-body (local.get $b))"
        #expect(try await answer(to: handler).status == 500)
    }

    @Test func `a body that is left open is complete when the guest returns`() async throws {
        let handler = Self.begin + "(call $say (local.get $b) (i32.const 256) (i32.const 5))"
        #expect(try await answer(to: handler).text == "Hello")
    }

    // MARK: - Requests

    @Test(arguments: [
        ("GET", 0), ("POST", 2), ("PUT", 3), ("DELETE", 4), ("OPTIONS", 6), ("TRACE", 7), ("PATCH", 8),
        ("BREW", 9),
    ])
    func `a guest knows every method`(method: String, number: Int) async throws {
        let handler = """
            (call $method (local.get $request) (i32.const 128))
            (local.set $a (i32.load8_u (i32.const 128)))
            (local.set $c (i32.load (i32.const 132))) (local.set $d (i32.load (i32.const 136)))
            (local.set $b (call $respond (local.get $out) (i32.add (i32.const 210) (local.get $a)) (call $fields)))
            (if (i32.eq (local.get $a) (i32.const 9))
              (then (call $say (local.get $b) (local.get $c) (local.get $d))))
            (call $done (local.get $b))
            """
        let response = try await answer(to: handler, method)
        #expect(response.status == 210 + number && response.text == (number == 9 ? method : ""))
    }

    @Test func `trailers of a request reach the guest that skips the body`() async throws {
        let handler = """
            (local.set $a (call $in-finish (call $input (local.get $request))))
            (local.set $c (call $trailers-ready (local.get $a)))
            (call $block (local.get $c)) (call $drop-pollable (local.get $c))
            (call $trailers-get (local.get $a) (i32.const 128))
            (if (i32.eqz (i32.load8_u (i32.const 152))) (then unreachable))
            (call $get (i32.load (i32.const 156)) (i32.const 288) (i32.const 6) (i32.const 128))
            (local.set $d (i32.load (i32.const 128)))
            \(Self.begin)
            (call $say (local.get $b) (i32.load (local.get $d)) (i32.load offset=4 (local.get $d)))
            (call $done (local.get $b))
            """
        try await serving(handler) { server in
            let client = try await server.client()
            client.send(
                "POST /guest/ HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n")
            client.send("X-Test: tail\r\n\r\n")
            #expect(try await client.response().text == "tail")
            await client.close()
        }
    }

    private static let echo = """
        \(begin)
        (local.set $c (call $open (local.get $b)))
        (call $put (local.get $c) (i32.const 272) (i32.const 5))
        (call $copy (call $reader (call $input (local.get $request))) (local.get $c))
        (call $drop-out (local.get $c)) (call $done (local.get $b))
        """

    @Test func `a response begins before its request has ended, and bodies stream both ways`() async throws {
        try await serving(Self.echo) { server in
            let client = try await server.client()
            client.send("POST /guest/ HTTP/1.1\r\nhost: a\r\ncontent-length: 1000003\r\n\r\n")
            #expect(try await client.head { $0.bodyBytes == 5 }.status == 200)
            client.send("abc")
            _ = try await client.head { $0.bodyBytes == 8 }
            try await client.send(ByteBuffer(repeating: 0x78, count: 1_000_000))
            let response = try await client.response()
            #expect(response.bodyBytes == 1_000_008)
            #expect(response.text.hasPrefix("earlyabcx") && response.text.hasSuffix("x"))
            await client.close()
        }
    }

    @Test func `a client that does not read stops its guest, and gets everything later`() async throws {
        let handler = """
            \(Self.begin)
            (local.set $c (call $open (local.get $b)))
            (local.set $d (i32.const 4096))
            (loop $more
              (call $put (local.get $c) (i32.const 131072) (i32.const 4096))
              (local.set $d (i32.sub (local.get $d) (i32.const 1)))
              (br_if $more (local.get $d)))
            (call $drop-out (local.get $c)) (call $done (local.get $b))
            """
        try await serving(handler) { server in
            let client = try await server.client(keepsBodies: false)
            try await client.setReading(false)
            client.send("GET /guest/ HTTP/1.1\r\nhost: a\r\n\r\n")
            try await eventually("the guest runs") { try await server.fiberCount() == 1 }
            try await client.setReading(true)
            #expect(try await client.response().bodyBytes == 4096 * 4096)
            await client.close()
        }
    }

    // MARK: - Guests that do not answer well

    @Test func `a guest that returns without a response is answered for`() async throws {
        try await serving("") { server in
            #expect(try await server.get("/guest/").status == 500)
            try await server.log.entry(with: "returned without a response")
        }
    }

    @Test func `a guest that answers with an error is answered for`() async throws {
        let handler = """
            (call $set (local.get $out) (i32.const 1) (i32.const 38) (i32.const 0) (i64.const 0) (i32.const 0)
              (i32.const 0) (i32.const 0) (i32.const 0))
            """
        try await serving(handler) { server in
            #expect(try await server.get("/guest/").status == 500)
            try await server.log.entry(with: "answered with an error", "internalError")
        }
    }

    @Test func `a guest that answers twice traps`() async throws {
        let handler = Self.begin + "(call $answer (local.get $out) (call $response (call $fields)))"
        #expect(try await answer(to: handler).status == 500)
    }

    @Test func `a guest that traps before anything was sent is answered for`() async throws {
        let handler = Self.begin + "(call $say (local.get $b) (i32.const 256) (i32.const 5)) unreachable"
        #expect(try await answer(to: handler).status == 500)
    }

    @Test func `a guest that traps late has its response cut`() async throws {
        let handler = """
            \(Self.begin)
            (call $say (local.get $b) (i32.const 256) (i32.const 5))
            (call $pause (i64.const 200000000))
            unreachable
            """
        try await serving(handler) { server in
            let client = try await server.client()
            client.send("GET /guest/ HTTP/1.1\r\nhost: a\r\n\r\n")
            let error = await #expect(throws: TestClient.Ended.self) { try await client.response() }
            #expect(error?.isCut == true)
            await client.close()
        }
    }

    @Test func `a guest that never answers is ended at its deadline`() async throws {
        try await serving("(call $pause (i64.const 3600000000000))") {
            $0.deadline = .milliseconds(100)
        } _: { server in
            let response = try await server.get("/guest/")
            #expect(response.status == 504)
        }
    }

    @Test func `a client that leaves takes its guest with it`() async throws {
        try await serving(
            "(local.set $a (call $reader (call $input (local.get $request)))) (loop (br_if 0 (call $next (local.get $a))))"
        ) { server in
            let client = try await server.client()
            client.send("POST /guest/ HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf")
            try await eventually("the guest waits") { try await server.fiberCount() == 1 }
            await client.close()
            try await server.log.entry(with: "the exchange ended early: clientGone")
        }
    }

    // MARK: - Instances

    private static let counting = """
        (i32.store8 (i32.const 256) (i32.add (i32.load8_u (i32.const 256)) (i32.const 1)))
        (if (i32.eq (i32.load8_u (i32.const 256)) (i32.const 75)) (then unreachable))
        \(hello)
        """

    @Test func `every request has an instance of its own`() async throws {
        try await serving(Self.counting, threads: 1) { server in
            for _ in 0..<3 {
                let response = try await server.get("/guest/")
                #expect(response.text == "Iello")
            }
        }
    }

    @Test func `an instance answers as many requests as the manifest says`() async throws {
        try await serving(Self.counting, threads: 1) {
            $0.reuseMax = 2
        } _: { server in
            // A request that comes before the last one has settled gets an instance of its own.
            var texts: Set<String> = []
            for _ in 0..<200 where !texts.contains("Jello") {
                texts.insert(try await server.get("/guest/").text)
            }
            for _ in 0..<20 { texts.insert(try await server.get("/guest/").text) }
            #expect(texts == ["Iello", "Jello"])
        }
    }

    @Test func `a trap ends an instance and the next request gets another one`() async throws {
        try await serving(Self.counting, threads: 1) {
            $0.reuseMax = 100
        } _: { server in
            // A request that comes before the last one has settled gets an instance of its own.
            var answers: Set<String> = []
            for _ in 0..<200 where !answers.contains("500 ") {
                let response = try await server.get("/guest/")
                answers.insert("\(response.status) \(response.text)")
            }
            #expect(answers == ["200 Iello", "200 Jello", "500 "])
            let next = try await server.get("/guest/")
            #expect(next.status == 200)
        }
    }

    @Test func `an instance whose memory has grown too much is not used again`() async throws {
        let handler = "(drop (memory.grow (i32.const 16)))" + Self.counting
        try await serving(handler, threads: 1) {
            $0.reuseMax = 100
            $0.reuseMemoryGrowthMax = 1 << 19
        } _: { server in
            var texts: Set<String> = []
            for _ in 0..<200 where !texts.contains("Jello") {
                texts.insert(try await server.get("/guest/").text)
            }
            for _ in 0..<20 { texts.insert(try await server.get("/guest/").text) }
            // What the first request needs is not counted; what the second adds is too much.
            #expect(texts == ["Iello", "Jello"])
        }
    }
}
