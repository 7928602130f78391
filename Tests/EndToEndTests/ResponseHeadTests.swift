import Testing

/// What a program writes as its header section, and what the client gets of it.
@Suite("CGI responses over HTTP")
struct ResponseHeadTests {
    private func answer(
        of guest: Guest, _ query: String = "", expectation: (Response, TestServer) async throws -> Void
    )
        async throws
    {
        try await TestServer.with([TestRoute("/...", guest)]) { server in
            let client = try await server.client()
            try await expectation(try await client.get("/\(query)"), server)
            // A response that was two for its reader would be found here.
            #expect(try await client.get("/second\(query)").fields.contains { $0.name == "x-request-id" })
            await client.close()
            try await server.noGuestIsLeft()
        }
    }

    @Test(arguments: [
        ("?content-type=text/plain", 200), ("?status=404", 404), ("?status=418%20teapot", 502),
        ("?status=201&content-type=text/plain", 201), ("?content-type=a/b&status=503", 503),
        ("?location=/elsewhere", 302), ("?status=307&location=/elsewhere", 307), ("?status=abc", 502),
        ("?status=", 502), ("?status=0", 502), ("?status=99", 502), ("?status=100", 502),
        ("?status=101", 502),
        ("?status=600", 502), ("?status=-200", 502), ("?status=99999999999999999999", 502),
        ("?x-only=1", 500), ("", 500),
        ("?STATUS=204", 204), ("?status=304", 304),
    ])
    func `the head decides about the status`(query: String, status: Int) async throws {
        try await answer(of: .named("status"), query) { response, _ in
            #expect(response.status == status)
            if query.contains("location") { #expect(response["location"] == "/elsewhere") }
        }
    }

    @Test func `fields reach the client, and those of the connection do not`() async throws {
        let head = """
            content-type: text/plain
            x-kept: one
            X-Kept-Too:   two words\u{20}
            connection: upgrade
            transfer-encoding: chunked
            keep-alive: 5


            body
            """
        try await answer(of: .writing(head)) { response, _ in
            #expect(response.status == 200)
            #expect(response["x-kept"] == "one")
            #expect(response["x-kept-too"] == "two words")
            #expect(response["connection"] != "upgrade")
            #expect(response["keep-alive"] == nil)
            #expect(response.text == "\nbody")
        }
    }

    @Test(arguments: [
        "x-bad: a\rx-injected: b", "x-bad: a\r\rx-injected: b", "x-bad: a\u{0}b", "x-bad\u{0}: a", "x bad: a",
        "x-bad : a",
        ": a", "x-bad", "(x): a", "x-bad: \u{7f}", "x-bad: a\u{b}b", " x-bad: folded", "x-bäd: a",
        "x-bad\r: a",
        "HTTP/1.1 200 OK",
    ])
    func `a line that is no field never becomes one`(line: String) async throws {
        try await answer(of: .writing("content-type: text/plain\n\(line)\nx-good: 1\n\nbody")) {
            response, _ in
            #expect(response.status == 200)
            #expect(response["x-good"] == "1")
            #expect(response["x-injected"] == nil)
            #expect(response.text == "body")
            for field in response.fields {
                #expect(!field.value.utf8.contains { $0 < 32 && $0 != 9 || $0 == 127 })
            }
        }
    }

    @Test(arguments: [
        "content-type: text/plain", "content-type: text/plain\n", "content-type: text/plain\r\n", "c", "\r",
        "status: 200\r", "no colon at all",
    ])
    func `half a head is a 500`(text: String) async throws {
        try await answer(of: .writing(text)) { response, server in
            #expect(response.status == 500)
            #expect(response.text.isEmpty)
            try await server.log.entry(with: "without a whole header section")
        }
    }

    @Test(arguments: ["\n\nbody", "\nbody", "x-only: 1\n\nbody", "\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"])
    func `a head that says nothing is a 500`(text: String) async throws {
        try await answer(of: .writing(text)) { response, server in
            #expect(response.status == 500)
            try await server.log.entry(with: "without Content-Type, Status or Location")
        }
    }

    @Test func `carriage returns at line ends are no part of the fields`() async throws {
        try await answer(of: .writing("Content-Type: text/plain\r\nStatus: 202\r\n\r\nbody")) { response, _ in
            #expect(response.status == 202)
            #expect(response["content-type"] == "text/plain")
            #expect(response.text == "body")
        }
    }

    @Test func `a length that is not the body's never misleads a client`() async throws {
        for length in ["4", "400", "-1", "four"] {
            let guest = Guest.writing("content-type: a/b\ncontent-length: \(length)\n\nbody and more")
            try await answer(of: guest) { response, _ in
                #expect(response.status == 200)
                #expect(response.text == "body and more")
            }
        }
    }

    @Test func `two lengths that contradict each other never reach the client`() async throws {
        let head = "content-type: a/b\ncontent-length: 4\ncontent-length: 400\n\nbody"
        try await TestServer.with([TestRoute("/...", .writing(head))]) { server in
            let client = try await server.client()
            // Refused, cut or mended: but never two lengths.
            if let response = try? await client.get("/") {
                #expect(response.fields.count { $0.name == "content-length" } <= 1)
            }
            await client.close()
        }
    }
}
