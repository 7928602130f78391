import AppModel
import NIOCore
import Testing

/// The engine's slots: what happens when all are in use, and that every one comes back however its guest ended.
@Suite("Instance slots")
struct SlotTests {
    private static let slots: UInt32 = 4

    @Test(arguments: ["trap", "recurse", "exit-code", "huge-header", "memory-bomb", "table-bomb", "hello"])
    func `a slot comes back from every end`(name: String) async throws {
        let route = TestRoute("/...", .named(name)) { $0.memoryBytesMax = 1 << 20 }
        try await TestServer.with([route], slots: Self.slots) { server in
            let client = try await server.client()
            let first = try await client.get("/?7").status
            for _ in 0..<(Int(Self.slots) * 8) { #expect(try await client.get("/?7").status == first) }
            await client.close()
            try await server.noGuestIsLeft()
        }
    }

    @Test func `a slot comes back from an instance that could not be made`() async throws {
        let guest = Guest.text(
            "(module (memory (export \"memory\") 1) (data (i32.const 65535) \"ab\") (func (export \"_start\")))"
        )
        try await TestServer.with([TestRoute("/...", guest)], slots: Self.slots) { server in
            for _ in 0..<(Int(Self.slots) * 8) {
                let response = try await server.get("/")
                #expect(response.status == 500)
            }
        }
    }

    @Test func `when all slots are in use the answer is 503, and service comes back with the first free one`()
        async throws
    {
        let routes = [TestRoute("/slow", .named("slow-body")), TestRoute("/hello", .named("hello"))]
        try await TestServer.with(routes, slots: Self.slots) { server in
            var waiting: [TestClient] = []
            for _ in 0..<Self.slots {
                let client = try await server.client()
                client.send(
                    "POST /slow HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n")
                // The program reads: it has its slot.
                _ = try await client.head { $0.interim == [100] }
                waiting.append(client)
            }
            #expect(try await server.fiberCount() == Int(Self.slots))
            for _ in 0..<20 {
                let refused = try await server.get("/hello")
                #expect(refused.status == 503)
                #expect(refused["retry-after"] != nil)
            }
            try await server.log.entry(with: "hello", "memories are in use")
            waiting[0].send("1234")
            #expect(try await waiting[0].response().text == "bytes 4\n")
            #expect(try await server.get("/hello").status == 200)
            for client in waiting[1...] {
                client.send("1234")
                #expect(try await client.response().text == "bytes 4\n")
            }
            for client in waiting { await client.close() }
            try await server.noGuestIsLeft()
        }
    }

    @Test func `thousands of traps leave the server as it was`() async throws {
        let routes = [TestRoute("/trap", .named("trap")), TestRoute("/hello", .named("hello"))]
        try await TestServer.with(routes, slots: Self.slots) { server in
            let client = try await server.client()
            let batch = 100
            let request = "GET /trap HTTP/1.1\r\nhost: a\r\n\r\n"
            for _ in 0..<20 {
                client.send(String(repeating: request, count: batch))
                for _ in 0..<batch { #expect(try await client.response().status == 500) }
            }
            #expect(try await client.get("/hello").status == 200)
            await client.close()
            try await server.noGuestIsLeft()
        }
    }
}
