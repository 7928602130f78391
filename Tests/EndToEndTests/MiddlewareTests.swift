import AppModel
import Foundation
import NIOCore
import TestSupport
import Testing

/// Chains of `wasi:http` 0.3: the guest `stream-echo` behind `stream-upper`, which changes what it sends, and behind
/// `middleware`, which hands its answer on with another status. Each goes on writing when those before it have answered.
@Suite("Middleware")
struct MiddlewareTests {
    private static let chains: [[Guest]] = [
        [.named("middleware")], [.named("stream-upper")], [.named("middleware"), .named("stream-upper")],
        [.named("stream-upper"), .named("middleware"), .named("stream-upper")],
    ]

    private func serving(
        _ middleware: [Guest], _ guest: Guest = .named("stream-echo"),
        limits: @escaping @Sendable (inout ComponentLimitOverrides) -> Void = { _ in },
        _ test: (TestServer) async throws -> Void
    ) async throws {
        let route = TestRoute.component("/guest/...", guest, behind: middleware, limits: limits)
        try await TestServer.with([route], threads: 1) { server in
            try await test(server)
            try await server.noGuestIsLeft()
        }
    }

    /// Sends a piece of a chunked body, and waits for it to come back; the response is under way then.
    private func converse(_ client: TestClient) async throws -> Response {
        client.send("POST /guest/ HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n4\r\nping\r\n")
        return try await client.head { $0.bodyBytes == 4 }
    }

    @Test func `a small body comes through`() async throws {
        try await serving([.named("middleware")], .named("service")) { server in
            let response = try await server.get("/guest/")
            #expect(response.status == 299 && response.text == "Iello")
            #expect(response["content-type"] == "text/plain")
        }
    }

    @Test(arguments: chains.indices)
    func `a body that no buffer holds comes through, with its trailers`(chain: Int) async throws {
        try await serving(Self.chains[chain]) { server in
            let client = try await server.client()
            let count = 3_000_000
            let chunk = ByteBuffer(repeating: UInt8(ascii: "x"), count: count)
            client.send("POST /guest/ HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
            client.send("\(String(count, radix: 16))\r\n")
            try await client.send(chunk)
            client.send("\r\n0\r\nx-sum: 7\r\n\r\n")
            let response = try await client.response()
            let isUpper = chain > 0
            #expect(response.status == (chain == 0 || chain == 2 ? 299 : 200))
            #expect(response.bodyBytes == count)
            #expect(response.text.utf8.allSatisfy { $0 == UInt8(ascii: isUpper ? "X" : "x") })
            #expect(response.trailers == ["x-sum: 7"])
            // The connection, and the chain, serve again.
            let second = try await client.post("/guest/", "again")
            #expect(second.text == (isUpper ? "AGAIN" : "again"))
            await client.close()
        }
    }

    @Test(arguments: chains.indices)
    func `a client that leaves in the middle takes the chain with it`(chain: Int) async throws {
        try await serving(Self.chains[chain]) { server in
            let client = try await server.client()
            _ = try await converse(client)
            await client.close()
            try await server.noGuestIsLeft()
        }
    }

    @Test(arguments: chains.indices)
    func `a trap at the end of the chain cuts the response`(chain: Int) async throws {
        try await serving(Self.chains[chain]) { server in
            let client = try await server.client()
            _ = try await converse(client)
            client.send("1\r\n!\r\n")
            let error = await #expect(throws: TestClient.Ended.self) { try await client.response() }
            #expect(error?.isCut == true)
            let next = try await server.client()
            let answer = try await next.post("/guest/", "next")
            #expect(answer.text.lowercased() == "next")
            await next.close()
        }
    }

    @Test(arguments: chains.indices)
    func `the deadline holds for the whole chain`(chain: Int) async throws {
        try await serving(Self.chains[chain]) {
            $0.deadline = .seconds(1)
        } _: { server in
            let client = try await server.client()
            _ = try await converse(client)
            let error = await #expect(throws: TestClient.Ended.self) { try await client.response() }
            #expect(error?.isCut == true)
        }
    }

    @Test func `chains whose clients are slow do not hold up each other`() async throws {
        try await serving([.named("stream-upper"), .named("middleware")]) {
            $0.reuseConcurrencyMax = 1
        } _: { server in
            let clients = [try await server.client(), try await server.client(), try await server.client()]
            for client in clients { #expect(try await converse(client).text == "PING") }
            for client in clients.reversed() {
                client.send("4\r\npong\r\n0\r\n\r\n")
                #expect(try await client.response().text == "PINGPONG")
                await client.close()
            }
        }
    }

    /// `middleware` that adds ten times the number of its environment variables to the status.
    private static func counting() throws -> String {
        var text = try String(contentsOfFile: "\(Built.root)/guests/wat/middleware.wat", encoding: .utf8)
        let additions = [
            "  (import \"wasi:http/types@0.3.0\"": """
            (import "wasi:cli/environment@0.3.0" (instance $environment
              (export "get-environment" (func (result (list (tuple string string)))))))
            """,
            "    (export \"[method]response.set-status-code\"": """
            (export "[method]response.get-status-code" (func
              (param "self" (borrow $response)) (result u16)))
            """,
            "  (core func $status ": """
            (core func $old (canon lower (func $types "[method]response.get-status-code")))
            (core func $variables
              (canon lower (func $environment "get-environment") (memory $mem) (realloc $realloc)))
            """,
            "    (import \"h\" \"status\"": """
            (import "h" "old" (func $old (param i32) (result i32)))
            (import "h" "variables" (func $variables (param i32)))
            """,
            "      (if (call $status": "(call $variables (i32.const 64))",
            "      (export \"next\" (func $handle-next))":
                "(export \"old\" (func $old)) (export \"variables\" (func $variables))",
        ]
        for (place, added) in additions {
            let range = try #require(text.range(of: place))
            text.insert(contentsOf: added + "\n", at: range.lowerBound)
        }
        return text.replacingOccurrences(
            of: "(i32.const 299)",
            with: """
                (i32.add (call $old (i32.load (i32.const 136)))
                  (i32.mul (i32.const 10) (i32.load (i32.const 68))))
                """)
    }

    @Test func `each component of a chain has its own grants`() async throws {
        let folder = try TemporaryFolder()
        try folder.copy(try Guest.named("service").file(in: folder), to: "service.wat")
        try folder.file("counting.wat", try Self.counting())
        let manifest = try folder.file(
            "spin.toml",
            """
            spin_manifest_version = 2
            [application]
            name = "chain"
            [[trigger.http]]
            route = "/"
            component = "service"
            dependencies.middleware = ["outer", "inner"]
            [component.service]
            source = "service.wat"
            environment = { A = "1" }
            [component.outer]
            source = "counting.wat"
            environment = { A = "1", B = "2", C = "3", D = "4" }
            [component.inner]
            source = "counting.wat"
            environment = { A = "1", B = "2" }
            """)
        let arguments = ["up", "-f", manifest, "--listen", "127.0.0.1:0", "--log-dir", "", "--quiet"]
        try await MartletProcess.with(arguments, folder: folder) { process in
            // Four and two variables.
            let response = try await get("/", port: try await process.port())
            #expect(response.status == 260)
        }
    }

    @Test func `a manifest puts middleware before a component`() async throws {
        let folder = try TemporaryFolder()
        for name in ["service", "middleware"] {
            try folder.copy(try Guest.named(name).file(in: folder), to: "\(name).wat")
        }
        let manifest = try folder.file(
            "spin.toml",
            """
            spin_manifest_version = 2
            [application]
            name = "chain"
            [[trigger.http]]
            route = "/plain"
            component = "service"
            [[trigger.http]]
            route = "/behind"
            component = "service"
            dependencies.middleware = ["middleware", { component = "middleware" }]
            [component.service]
            source = "service.wat"
            [component.middleware]
            source = "middleware.wat"
            """)
        let arguments = ["up", "-f", manifest, "--listen", "127.0.0.1:0", "--log-dir", "", "--quiet"]
        try await MartletProcess.with(arguments, folder: folder) { process in
            let port = try await process.port()
            let plain = try await get("/plain", port: port)
            #expect(plain.status == 200 && plain.text == "Iello")
            let behind = try await get("/behind", port: port)
            #expect(behind.status == 299 && behind.text == "Iello")
        }
    }
}
