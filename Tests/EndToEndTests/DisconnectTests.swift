import AppModel
import NIOCore
import TestSupport
import Testing

/// Clients that go away, and clients that do not keep up.
@Suite("Clients that leave")
struct DisconnectTests {
    /// One slot: the next request is only answered when the guest of the one before is gone.
    private func serving(_ guest: Guest, _ test: (TestServer) async throws -> Void) async throws {
        let routes = [TestRoute("/guest/...", guest), TestRoute("/hello", .named("hello"))]
        try await TestServer.with(routes, slots: 1) { server in
            try await test(server)
            try await server.noGuestIsLeft()
            try await server.log.entry(with: "the exchange ended early: clientGone")
            try await eventually("the slot is free") { try await server.get("/hello").status == 200 }
        }
    }

    @Test func `a client that leaves in the middle of its body takes its guest with it`() async throws {
        try await serving(.named("slow-body")) { server in
            let client = try await server.client()
            client.send("POST /guest/ HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nhalf")
            try await eventually("the guest runs") { try await server.fiberCount() == 1 }
            await client.close()
        }
    }

    @Test func `a client that leaves in the middle of the response takes its guest with it`() async throws {
        try await serving(.named("huge-stdout")) { server in
            let client = try await server.client(keepsBodies: false)
            client.send("GET /guest/ HTTP/1.1\r\nhost: a\r\n\r\n")
            _ = try await client.head { $0.bodyBytes > 100_000 }
            #expect(try await server.fiberCount() == 1)
            await client.close()
        }
    }

    @Test func `a client that leaves in the middle of both bodies takes its guest with it`() async throws {
        try await serving(.named("echo")) { server in
            let client = try await server.client()
            client.send("POST /guest/ HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n4\r\nping\r\n")
            let head = try await client.head { $0.bodyBytes == 4 }
            #expect(head.status == 200)
            await client.close()
        }
    }

    @Test func `a client that leaves while its guest computes takes the guest with it`() async throws {
        try await serving(.named("spin")) { server in
            let client = try await server.client()
            client.send("GET /guest/ HTTP/1.1\r\nhost: a\r\n\r\n")
            try await eventually("the guest runs") { try await server.fiberCount() == 1 }
            await client.close()
        }
    }

    @Test func `a guest does not run ahead of a client that does not read`() async throws {
        let routes = [TestRoute("/huge", .named("huge-stdout")), TestRoute("/hello", .named("hello"))]
        try await TestServer.with(routes) { server in
            let client = try await server.client(keepsBodies: false)
            try await client.setReading(false)
            client.send("GET /huge HTTP/1.1\r\nhost: a\r\n\r\n")
            try await eventually("the guest waits") { try await server.fiberCount() == 1 }
            for _ in 0..<50 { #expect(try await server.get("/hello").status == 200) }
            #expect(try await server.fiberCount() == 1)
            try await client.setReading(true)
            _ = try await client.head { $0.bodyBytes > 20 << 20 }
            await client.close()
        }
    }
}
