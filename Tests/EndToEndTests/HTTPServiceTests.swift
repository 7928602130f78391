import AppModel
import NIOCore
import TestSupport
import Testing

/// Components of `wasi:http` 0.3: the guest `service` answers with a letter that tells how often its instance was used.
@Suite("HTTP services")
struct HTTPServiceTests {
    private func serving(
        threads: Int = 1,
        limits: @escaping @Sendable (inout ComponentLimitOverrides) -> Void = { _ in },
        _ test: (TestServer) async throws -> Void
    ) async throws {
        let route = TestRoute.component("/guest/...", .named("service"), limits: limits)
        try await TestServer.with([route], threads: threads) { server in
            try await test(server)
            try await server.noGuestIsLeft()
        }
    }

    private func answers(_ count: Int, from server: TestServer) async throws -> [String] {
        var answers: [String] = []
        for _ in 0..<count {
            let response = try await server.get("/guest/")
            answers.append("\(response.status) \(response.text)")
        }
        return answers
    }

    @Test func `a service answers`() async throws {
        try await serving { server in
            let response = try await server.get("/guest/")
            #expect(response.status == 200 && response.text == "Iello")
            #expect(response["content-type"] == "text/plain" && response["content-length"] == "5")
        }
    }

    @Test func `an instance is used again by default, and a trap ends it`() async throws {
        try await serving { server in
            // A request that comes before the last one has settled may get an instance of its own.
            var seen: Set<String> = []
            for _ in 0..<200 where !seen.contains("500 ") {
                seen.formUnion(try await answers(1, from: server))
            }
            #expect(seen == ["200 Iello", "200 Jello", "200 Kello", "200 Lello", "200 Mello", "500 "])
            let next = try await answers(1, from: server)
            #expect(next.first?.hasPrefix("200 ") == true)
        }
    }

    @Test func `every request has an instance of its own where the manifest says so`() async throws {
        try await serving {
            $0.reuseMax = 1
        } _: { server in
            let answers = try await answers(3, from: server)
            #expect(answers == ["200 Iello", "200 Iello", "200 Iello"])
        }
    }

    @Test func `an instance is let go of after the time that it may wait`() async throws {
        try await serving {
            $0.reuseIdleMax = .milliseconds(1)
        } _: { server in
            _ = try await answers(1, from: server)
            try await eventually("a new instance answers") {
                try await answers(1, from: server) == ["200 Iello"]
            }
        }
    }

    @Test func `many clients are answered at once`() async throws {
        try await serving(threads: 2) {
            $0.reuseMax = 4
        } _: { server in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<32 { group.addTask { try await server.get("/guest/").status } }
                for try await status in group { #expect(status == 200) }
            }
        }
    }

    @Test func `a large body is streamed back`() async throws {
        let route = TestRoute.component("/echo/...", .named("http-echo"))
        try await TestServer.with([route]) { server in
            let client = try await server.client()
            let count = 3_000_000
            client.send("POST /echo/ HTTP/1.1\r\nhost: a\r\ncontent-length: \(count)\r\n\r\n")
            try await client.send(ByteBuffer(repeating: 0x78, count: count))
            let response = try await client.response()
            #expect(response.bodyBytes == count && response.text.allSatisfy { $0 == "x" })
            await client.close()
        }
    }
}
