import NIOCore
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SIGTERM and `kill -9` while there is work.
///
/// What "no accepted request is lost" means here: a request that a client wrote on a connection which the server had
/// accepted, before the client read a response with `connection: close` or the end of the connection, gets a whole
/// response.
@Suite("Stopping")
struct StopTests {
    /// What one client saw.
    private struct Tally {
        var answered = 0
        var lost = 0
    }

    /// Sends requests, `depth` at a time, until the server says that it closes.
    private func load(_ path: String, port: Int, depth: Int, answered total: Total) async throws -> Tally {
        let client = try await TestClient.connect(port: port)
        var tally = Tally()
        let batch = String(repeating: "GET \(path) HTTP/1.1\r\nhost: a\r\n\r\n", count: depth)
        var isClosing = false
        while !isClosing {
            // A server that drains closes a connection which is idle for half a second: a client that is so slow leaves.
            if total.isOver, let last = client.lastArrival, NIODeadline.now() - last > .milliseconds(200) {
                break
            }
            do {
                try await client.send(ByteBuffer(string: batch))
            } catch {
                // The connection ended before this was written: nothing was accepted.
                break
            }
            for _ in 0..<depth {
                do {
                    let response = try await client.response()
                    if response.status == 200 { tally.answered += 1 } else { tally.lost += 1 }
                    isClosing = isClosing || response["connection"] == "close"
                    total.add()
                } catch {
                    tally.lost += 1
                }
            }
        }
        await client.close()
        return tally
    }

    private final class Total: Sendable {
        private let state = Atomic(0)
        private let over = Atomic(false)
        var count: Int { state.load(ordering: .relaxed) }
        func add() { state.add(1, ordering: .relaxed) }
        /// Whether the server is about to be told to stop.
        var isOver: Bool { over.load(ordering: .relaxed) }
        func end() { over.store(true, ordering: .relaxed) }
    }

    @Test(arguments: [1, 8])
    func `SIGTERM under load loses no accepted request`(depth: Int) async throws {
        try await TestApplication.serve([.init("/hello", "hello"), .init("/slow", "slow-body")]) {
            process, port in
            let total = Total()
            let slow = try await waitingGuest(port)
            try await withThrowingTaskGroup(of: Tally.self) { group in
                for _ in 0..<16 {
                    group.addTask { try await load("/hello", port: port, depth: depth, answered: total) }
                }
                try await eventually("load") { total.count > 500 }
                total.end()
                process.signal(SIGTERM)
                for try await tally in group {
                    #expect(tally.answered > 0)
                    #expect(tally.lost == 0)
                }
            }
            // A guest in the middle of its request is waited for.
            slow.send("late")
            #expect(try await slow.response().text == "bytes 4\n")
            try await process.ends(.exited(0))
            await slow.close()
            await #expect(throws: (any Error).self) { try await get("/hello", port: port) }
        }
    }

    @Test func `a guest that is at work when the drain time is over is ended`() async throws {
        let routes = [TestApplication.Route("/spin", "spin"), .init("/slow", "slow-body")]
        try await TestApplication.serve(routes, options: ["--drain-time", "500ms"]) { process, port in
            let spinning = try await TestClient.connect(port: port)
            spinning.send("GET /spin HTTP/1.1\r\nhost: a\r\n\r\n")
            let waiting = try await waitingGuest(port)
            let clock = ContinuousClock()
            let start = clock.now
            process.signal(SIGTERM)
            try await process.ends(.exited(0))
            #expect(start.duration(to: clock.now) >= .milliseconds(500))
            for client in [spinning, waiting] {
                await #expect(throws: TestClient.Ended.self) { try await client.response() }
                await client.close()
            }
        }
    }

    @Test func `HTTP/2 requests at work are finished after SIGTERM`() async throws {
        try await TestApplication.serve([.init("/slow", "slow-body")]) { process, port in
            let client = try await HTTP2Client.connect(port: port)
            let request = try await client.open("POST", "/slow")
            // Another stream that is answered tells that the first one has reached its guest.
            #expect(
                try await client.request("POST", "/slow", body: ByteBuffer(string: "1")).text == "bytes 1\n")
            process.signal(SIGTERM)
            try await process.drains(port: port)
            request.finish(ByteBuffer(string: "late"))
            #expect(try await request.answer().text == "bytes 4\n")
            try await process.ends(.exited(0))
            await client.close()
        }
    }

    /// A request whose guest waits for the four bytes of its body.
    private func waitingGuest(_ port: Int) async throws -> TestClient {
        let client = try await TestClient.connect(port: port)
        client.send("POST /slow HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n")
        _ = try await client.head { $0.interim == [100] }
        return client
    }

    @Test func `a second signal does not wait for a guest that never ends`() async throws {
        try await TestApplication.serve([.init("/slow", "slow-body")]) { process, port in
            let slow = try await waitingGuest(port)
            process.signal(SIGTERM)
            try await process.drains(port: port)
            process.signal(SIGTERM)
            try await process.ends(.exited(1))
            await slow.close()
        }
    }

    @Test func `a process killed while it serves leaves images that the next one uses`() async throws {
        let folder = try TemporaryFolder()
        let routes = [TestApplication.Route("/hello", "hello"), .init("/echo", "echo")]
        var images: [String] = []
        for round in 0..<3 {
            try await TestApplication.serve(routes, in: folder) { process, port in
                let response = try await get("/hello", port: port)
                #expect(response.status == 200)
                process.signal(SIGKILL)
                let end = try await process.ended()
                #expect(end == .killed(SIGKILL))
                #expect(!process.standardError.contains("warning"))
            }
            let names = try folder.names("cache/images")
            #expect(names.count == 5, "two images, their codes and the key: \(names)")
            if round > 0 { #expect(names == images) }
            images = names
        }
        #expect(try folder.names("tmp") == [], "nothing of a killed process stays")
    }

    @Test func `a process killed while it compiles leaves nothing that harms the next one`() async throws {
        let folder = try TemporaryFolder()
        let module = try folder.file("large.wat", Self.largeModule)
        let arguments = ["up", module, "--listen", "127.0.0.1:0", "--log-dir", ""]
        for _ in 0..<3 {
            try await MartletProcess.with(arguments, folder: folder) { process in
                // A machine may be quick enough to serve: then the next round has nothing to compile.
                try await eventually("it compiles or serves") {
                    process.standardError.contains("Compiling") || process.standardOutput.contains("Serving")
                }
                process.signal(SIGKILL)
                let end = try await process.ended()
                #expect(end == .killed(SIGKILL))
            }
        }
        // As a kill in the middle of writing would leave them.
        let writer = try await Self.endedProcess()
        for name in ["0123.cwasm.\(writer).1.tmp", "key.\(writer).2.tmp"] {
            try folder.file("cache/images/\(name)", "half")
        }
        try await MartletProcess.with(arguments, folder: folder) { process in
            let response = try await get("/", port: try await process.port())
            #expect(response.text == "done")
            #expect(!process.standardError.contains("warning"))
        }
        let names = try folder.names("cache/images")
        #expect(names.count == 3, "one image, its code and the key: \(names)")
    }

    @Test(arguments: ["cwasm", "mac"])
    func `a damaged image is compiled again and never loaded`(ending: String) async throws {
        let folder = try TemporaryFolder()
        try await TestApplication.serve([.init("/hello", "hello")], in: folder) { _, port in
            let response = try await get("/hello", port: port)
            #expect(response.status == 200)
        }
        let name = try #require(try folder.names("cache/images").first { $0.hasSuffix(ending) })
        let path = "\(folder.path)/cache/images/\(name)"
        #expect(truncate(path, 20) == 0)
        try await TestApplication.serve([.init("/hello", "hello")], in: folder) { process, port in
            let response = try await get("/hello", port: port)
            #expect(response.status == 200)
            #expect(process.standardError.contains("the kept image"))
        }
        try await TestApplication.serve([.init("/hello", "hello")], in: folder) { process, port in
            let response = try await get("/hello", port: port)
            #expect(response.status == 200)
            #expect(process.standardError.isEmpty)
        }
    }

    /// The number of a process that is no more.
    private static func endedProcess() async throws -> pid_t {
        let folder = try TemporaryFolder()
        var pid: pid_t = 0
        try await MartletProcess.with(["--version"], folder: folder) { process in
            pid = process.pid
            try await process.ends(.exited(0))
        }
        return pid
    }

    @Test func `copies of mounted files that a killed process left are removed by the next`() async throws {
        let folder = try TemporaryFolder()
        try folder.file("notes.txt", "notes")
        let mount = "[component.c0]\nfiles = [\"notes.txt\"]"
        let manifest = try TestApplication.write([.init("/env", "env")], in: folder)
        let text = try #require(folder.content("spin.toml")).replacing("[component.c0]", with: mount)
        try folder.file("spin.toml", text)
        let arguments = ["up", "-f", manifest, "--listen", "127.0.0.1:0", "--log-dir", ""]
        try await MartletProcess.with(arguments, folder: folder) { process in
            _ = try await process.port()
            process.signal(SIGKILL)
            _ = try await process.ended()
        }
        #expect(try folder.names("tmp").contains { $0.hasSuffix("notes.txt") })
        try await MartletProcess.with(arguments, folder: folder) { process in
            _ = try await process.port()
            #expect(try folder.names("tmp").count { $0.hasSuffix("notes.txt") } == 1)
            process.signal(SIGTERM)
            try await process.ends(.exited(0))
        }
        #expect(try folder.names("tmp") == [])
    }

    /// Many functions, so that compiling takes long enough to be interrupted.
    private static let largeModule: String = {
        let body = (0..<40).map {
            "(local.set 0 (i32.mul (i32.add (local.get 0) (i32.const \($0))) (i32.const 3)))"
        }
        .joined()
        let functions = (0..<3_000).map { "(func $f\($0) (param i32) (result i32) \(body) (local.get 0))" }
        return """
            (module
              (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              (data (i32.const 0) "\\10\\00\\00\\00\\1e\\00\\00\\00")
              (data (i32.const 16) "content-type: text/plain\\0a\\0adone")
              \(functions.joined(separator: "\n"))
              (func (export "_start")
                (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
            """
    }()
}

extension MartletProcess {
    /// Waits until it takes no new connections.
    fileprivate func drains(port: Int) async throws {
        try await eventually("the process drains") {
            do {
                let client = try await TestClient.connect(port: port)
                await client.close()
                return false
            } catch {
                return true
            }
        }
    }
}
