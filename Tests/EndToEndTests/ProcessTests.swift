import NIOCore
import NIOPosix
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a whole process holds, before and after what guests and clients did to it.
@Suite("The process under strain")
struct ProcessTests {
    @Test func `ten thousand traps later the process is as before`() async throws {
        try await TestApplication.serve([.init("/trap", "trap"), .init("/hello", "hello")]) { process, port in
            let client = try await TestClient.connect(port: port)
            // Once around, so that files and threads that stay are there.
            for path in ["/trap", "/hello"] { _ = try await client.get(path) }
            let descriptors = try process.descriptorCount
            let batch = 200
            let request = "GET /trap HTTP/1.1\r\nhost: a\r\n\r\n"
            for _ in 0..<(10_000 / batch) {
                client.send(String(repeating: request, count: batch))
                for _ in 0..<batch { #expect(try await client.response().status == 500) }
            }
            // The last instance goes a moment after its response.
            try await eventually("descriptors are as before") { try process.descriptorCount == descriptors }
            // More than the engine has slots of any kind: none was lost.
            #expect(try await client.get("/hello").status == 200)
            #expect(try process.residentBytes < 256 << 20)
            await client.close()
            process.signal(SIGTERM)
            try await process.ends(.exited(0))
            let logged = process.standardError.split(separator: "\n").count { $0.hasPrefix("error: ") }
            #expect(logged > 0)
        }
    }

    @Test func `descriptors that guests opened are closed with them`() async throws {
        let folder = try TemporaryFolder()
        try folder.folder("data")
        let settings = "open-files-max = 200\nfolders = [{ source = \"data\", destination = \"/data\" }]"
        let routes = [TestApplication.Route("/open", "fd-exhaustion", settings)]
        try await TestApplication.serve(routes, in: folder) { process, port in
            let client = try await TestClient.connect(port: port)
            // The first instance leaves the module's memory image open; its loop answers again when it is gone.
            _ = try await client.get("/open")
            #expect(try await client.get("/nowhere").status == 404)
            let descriptors = try process.descriptorCount
            for _ in 0..<20 { #expect(try await client.get("/open").text == "opened 196, then 33\n") }
            // The last instance goes a moment after its response.
            try await eventually("descriptors are as before") { try process.descriptorCount == descriptors }
            await client.close()
        }
    }

    @Test func `a thousand guests wait for slow bodies while others are served`() async throws {
        let count = 1_000
        raiseDescriptorLimit(to: rlim_t(count * 2 + 500))
        let routes = [TestApplication.Route("/slow", "slow-body"), .init("/hello", "hello")]
        try await TestApplication.serve(routes) { process, port in
            let clients = try await waitingClients(count, port: port)
            let resident = try process.residentBytes
            #expect(resident < 256 << 20, "\(resident >> 20) MiB")
            for _ in 0..<50 {
                let response = try await get("/hello", port: port)
                #expect(response.status == 200)
            }
            for client in clients { client.send("second half") }
            for client in clients { #expect(try await client.response().text == "bytes 20\n") }
            for client in clients { await client.close() }
            process.signal(SIGTERM)
            try await process.ends(.exited(0))
        }
    }

    /// Connections whose request is with a guest that waits for the second half of its body.
    ///
    /// The server waits for a body for half a minute: a machine that is too slow for so many in a third of that gets fewer.
    private func waitingClients(_ count: Int, port: Int) async throws -> [TestClient] {
        var clients: [TestClient] = []
        let end = NIODeadline.now() + .seconds(10)
        while clients.count < count, clients.count < 100 || NIODeadline.now() < end {
            var batch: [TestClient] = []
            for _ in 0..<50 {
                let client = try await TestClient.connect(port: port)
                client.send(
                    "POST /slow HTTP/1.1\r\nhost: a\r\ncontent-length: 20\r\nexpect: 100-continue\r\n\r\n")
                batch.append(client)
            }
            for client in batch {
                // Only a guest that reads makes the server ask for the body.
                _ = try await client.head { $0.interim == [100] }
                client.send("the half.")
            }
            clients += batch
        }
        return clients
    }

    private func raiseDescriptorLimit(to count: rlim_t) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur < count else { return }
        limit.rlim_cur = min(count, limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    @Test func `what a client does not read is not produced`() async throws {
        try await TestApplication.serve([.init("/huge", "huge-stdout"), .init("/hello", "hello")]) {
            process, port in
            _ = try await get("/huge-not", port: port)
            let before = try process.residentBytes
            var clients: [TestClient] = []
            for _ in 0..<20 {
                let client = try await TestClient.connect(port: port, keepsBodies: false)
                try await client.setReading(false)
                client.send("GET /huge HTTP/1.1\r\nhost: a\r\n\r\n")
                clients.append(client)
            }
            for _ in 0..<100 { #expect(try await get("/hello", port: port).status == 200) }
            #expect(try process.residentBytes - before < 64 << 20)
            for client in clients { await client.close() }
            #expect(try await get("/hello", port: port).status == 200)
        }
    }
}
