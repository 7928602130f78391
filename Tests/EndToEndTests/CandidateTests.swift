import Testing

/// Components of the candidates of `wasi:http` 0.2, which serve and send by functions of their own.
@Suite("Candidates of wasi:http 0.2")
struct CandidateTests {
    private static let answer = """
        (local.set $b (call $respond (local.get $out) (i32.const 201) (call $fields)))
        (call $say (local.get $b) (i32.const 256) (i32.const 5))
        (local.set $c (call $fields))
        (call $add (local.get $c) (i32.const 288) (i32.const 6) (i32.const 320) (i32.const 2))
        (call $finish (local.get $b) (i32.const 1) (local.get $c) (i32.const 128)) (call $ok)
        """

    private func serving(_ guest: String, _ test: (TestServer) async throws -> Void) async throws {
        let routes = [
            TestRoute.component("/self", .named(guest), outbound: ["http://self"]),
            TestRoute.component("/other.example", .named(guest), outbound: ["http://self"]),
            TestRoute.component("/", ComponentGuest.handling(Self.answer)),
        ]
        try await TestServer.with(routes) { server in
            try await test(server)
            try await server.noGuestIsLeft()
        }
    }

    @Test(arguments: ["forward-2023-11-10", "forward-2023-10-18"])
    func `a component serves, sends, and hands on what it gets`(guest: String) async throws {
        try await serving(guest) { server in
            let response = try await server.get("/self")
            #expect(response.status == 201)
            #expect(response.text == "Hello")
            #expect(response.trailers == ["x-test: 10"])
            #expect((response["x-made"] == "yes") == (guest == "forward-2023-10-18"))
        }
    }

    // 560 and the number of the error: HTTP-request-denied; unexpected-error.
    @Test(arguments: [("forward-2023-11-10", 575), ("forward-2023-10-18", 563)])
    func `a component learns why it got no answer`(guest: String, status: Int) async throws {
        try await serving(guest) { server in
            let response = try await server.get("/other.example")
            #expect(response.status == status)
        }
    }
}
