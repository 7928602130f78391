import AppModel
import TestSupport
import Testing

/// What becomes of a request whose program misbehaves: a clear status, a reason in the log, and the server goes on.
@Suite("Hostile guests")
struct HostileGuestTests {
    private static let good = TestRoute("/good", .named("hello"))

    /// Serves the guest at `/`, and checks that the server still works afterwards and that no guest is left.
    private func serving(
        _ guest: Guest, limits: @escaping @Sendable (inout ComponentLimitOverrides) -> Void = { _ in },
        _ test: (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.with([TestRoute("/bad/...", guest, limits: limits), Self.good]) { server in
            try await test(server)
            #expect(try await server.get("/good").status == 200)
            try await server.noGuestIsLeft()
        }
    }

    @Sendable private static func quick(_ limits: inout ComponentLimitOverrides) {
        limits.deadline = .milliseconds(300)
    }

    // MARK: Without an end

    @Test func `a guest that never ends is ended at its deadline`() async throws {
        try await serving(.named("spin"), limits: Self.quick) { server in
            let clock = ContinuousClock()
            let start = clock.now
            let response = try await server.get("/bad/")
            #expect(response.status == 504)
            #expect(response.text.isEmpty)
            #expect(start.duration(to: clock.now) >= .milliseconds(300))
            let entry = try await server.log.entry(with: "did not end within its deadline", "bad")
            #expect(entry.contains(try #require(response["x-request-id"])))
            #expect(entry.contains("forever"), "the backtrace names the function: \(entry)")
        }
    }

    @Test func `a guest that only computes is ended by its CPU budget`() async throws {
        try await serving(.named("spin"), limits: { $0.cpuBudget = .milliseconds(100) }) { server in
            #expect(try await server.get("/bad/").status == 504)
            try await server.log.entry(with: "used up its CPU budget")
        }
    }

    @Test func `a guest that waits for a body that never comes is ended at its deadline`() async throws {
        try await serving(.named("slow-body"), limits: Self.quick) { server in
            let client = try await server.client()
            client.send("POST /bad/ HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf")
            #expect(try await client.response().status == 504)
            try await server.log.entry(with: "did not end within its deadline")
            await client.close()
        }
    }

    @Test func `recursion without an end is ended by the stack`() async throws {
        try await serving(.named("recurse")) { server in
            #expect(try await server.get("/bad/").status == 500)
            let entry = try await server.log.entry(with: "call stack exhausted")
            #expect(entry.contains("deeper"))
            #expect(entry.utf8.count < 20_000, "a backtrace is kept short")
        }
    }

    // MARK: Without a measure

    @Test func `memory grows up to the limit and no further`() async throws {
        try await serving(.named("memory-bomb"), limits: { $0.memoryBytesMax = 4 << 20 }) { server in
            let response = try await server.get("/bad/")
            #expect(response.status == 200)
            #expect(response.text == "pages 64\n")
        }
    }

    @Test func `a table grows up to the limit and no further`() async throws {
        try await serving(.named("table-bomb"), limits: { $0.tableElementsMax = 5_000 }) { server in
            let response = try await server.get("/bad/")
            #expect(response.text == "refused\n")
        }
    }

    @Test func `a body over the limit is cut, in a way that the client sees`() async throws {
        try await serving(.named("huge-stdout"), limits: { $0.responseBodyBytesMax = 1 << 20 }) { server in
            let client = try await server.client()
            let cut = await #expect(throws: TestClient.Ended.self) { try await client.get("/bad/") }
            #expect(cut?.isCut == true)
            try await server.log.entry(with: "longer than 1048576 bytes")
        }
    }

    @Test func `a body over a small limit never leaves`() async throws {
        try await serving(.named("huge-stdout"), limits: { $0.responseBodyBytesMax = 1 << 10 }) { server in
            #expect(try await server.get("/bad/").status == 500)
            try await server.log.entry(with: "longer than 1024 bytes")
        }
    }

    @Test(arguments: ["/bad/", "/bad/?lines"])
    func `a header section without an end is refused`(path: String) async throws {
        try await serving(.named("huge-header")) { server in
            #expect(try await server.get(path).status == 500)
            try await server.log.entry(with: "header section is longer than 65536 bytes")
        }
    }

    @Test func `a request body over the limit is refused`() async throws {
        try await serving(.named("slow-body"), limits: { $0.requestBodyBytesMax = 100 }) { server in
            let client = try await server.client()
            #expect(try await client.post("/bad/", String(repeating: "x", count: 100)).text == "bytes 100\n")
            #expect(try await client.post("/bad/", String(repeating: "x", count: 101)).status == 413)
            let chunked = try await server.client()
            chunked.send("POST /bad/ HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
            chunked.send("65\r\n\(String(repeating: "x", count: 0x65))\r\n0\r\n\r\n")
            #expect(try await chunked.response().status == 413)
            await client.close()
            await chunked.close()
        }
    }

    // MARK: Ends

    @Test(arguments: ["/bad/", "/bad/?after-output"])
    func `a trap is a 500 with its backtrace in the log`(path: String) async throws {
        try await serving(.named("trap")) { server in
            let response = try await server.get(path)
            #expect(response.status == 500)
            #expect(response.text.isEmpty, "nothing about the program reaches the client")
            let entry = try await server.log.entry(with: "unreachable", "inner", "middle", "outer")
            #expect(entry.contains(try #require(response["x-request-id"])))
        }
    }

    @Test(arguments: [
        ("0", 200), ("7", 500), ("255", 500), ("-1", 500), ("silent0", 500), ("silent7", 500),
    ])
    func `an exit code decides about the answer`(code: String, status: Int) async throws {
        try await serving(.named("exit-code")) { server in
            let response = try await server.get("/bad/?\(code)")
            #expect(response.status == status)
            if status == 200 { #expect(response.text == "exit \(code)\n") }
            if code == "7" { try await server.log.entry(with: "exited with code 7") }
            if code == "silent0" { try await server.log.entry(with: "without a whole header section") }
        }
    }

    @Test func `an exit in the middle of the body completes it`() async throws {
        let guest = Guest.writing(
            "content-type: text/plain\n\nthe half", then: "(call $proc_exit (i32.const 0)) (call $write)")
        try await serving(guest) { server in
            let response = try await server.get("/bad/")
            #expect(response.status == 200)
            #expect(response.text == "the half")
        }
    }

    @Test func `a trap after the response began cuts it`() async throws {
        // 1,001 pieces of 60 bytes are more than what is held back.
        let guest = Guest.writing(
            "content-type: text/plain\n\n\(String(repeating: "x", count: 34))",
            then: """
                (i32.store (i32.const 12) (i32.const 1000))
                (loop $again (call $write)
                  (i32.store (i32.const 12) (i32.sub (i32.load (i32.const 12)) (i32.const 1)))
                  (br_if $again (i32.load (i32.const 12))))
                unreachable
                """)
        try await serving(guest) { server in
            let client = try await server.client()
            let cut = await #expect(throws: TestClient.Ended.self) { try await client.get("/bad/") }
            #expect(cut?.isCut == true)
            try await server.log.entry(with: "unreachable")
        }
    }

    // MARK: Instances that cannot be made

    @Test func `a start function that never ends is ended`() async throws {
        let guest = Guest.text(
            """
            (module (memory (export "memory") 1) (func $start (loop $again (br $again))) (start $start)
              (func (export "_start")))
            """)
        try await serving(guest, limits: Self.quick) { server in
            let response = try await server.get("/bad/")
            #expect(response.status == 504)
        }
    }

    @Test func `a start function that traps is a 500`() async throws {
        let guest = Guest.text(
            "(module (memory (export \"memory\") 1) (func $s unreachable) (start $s) (func (export \"_start\")))"
        )
        try await serving(guest) { server in
            #expect(try await server.get("/bad/").status == 500)
            try await server.log.entry(with: "unreachable")
        }
    }

    @Test func `a data segment out of bounds is a 500`() async throws {
        let guest = Guest.text(
            "(module (memory (export \"memory\") 1) (data (i32.const 65535) \"ab\") (func (export \"_start\")))"
        )
        try await serving(guest) { server in
            #expect(try await server.get("/bad/").status == 500)
            try await server.log.entry(with: "out of bounds memory access")
        }
    }

    @Test func `an element segment out of bounds is a 500`() async throws {
        let guest = Guest.text(
            """
            (module (memory (export "memory") 1) (table 1 funcref) (elem (i32.const 1) $s)
              (func $s) (func (export "_start")))
            """)
        try await serving(guest) { server in
            let response = try await server.get("/bad/")
            #expect(response.status == 500)
        }
    }

    @Test func `a program that begins with more memory than its limit never runs`() async throws {
        let guest = Guest.text("(module (memory (export \"memory\") 33) (func (export \"_start\")))")
        try await serving(guest, limits: { $0.memoryBytesMax = 2 << 20 }) { server in
            let response = try await server.get("/bad/")
            #expect(response.status == 500)
            #expect(response["retry-after"] == nil, "another try would end the same way")
            try await server.log.entry(with: "memory", "limit")
        }
    }

    // MARK: Descriptors

    @Test func `open files end at their limit and are closed with the instance`() async throws {
        let folder = try TemporaryFolder()
        let mount = FileMount(hostPath: folder.path, guestPath: "/data", kind: .folder)
        let route = TestRoute("/bad/...", .named("fd-exhaustion"), files: [mount]) { $0.openFilesMax = 40 }
        try await TestServer.with([route, Self.good]) { server in
            for _ in 0..<20 {
                let response = try await server.get("/bad/")
                // Three streams and the folder; 33 is `mfile`.
                #expect(response.text == "opened 36, then 33\n")
            }
            #expect(try await server.get("/good").status == 200)
        }
    }
}
