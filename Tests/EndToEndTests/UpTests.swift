import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `martlet up` as a process: what it says, what it keeps, how it ends.
@Suite("martlet up")
struct UpTests {
    static let anyPort = ["--listen", "127.0.0.1:0"]

    @Test(arguments: ["hello", "table-bomb"])
    func `a bare file gets every request`(name: String) async throws {
        let folder = try TemporaryFolder()
        let file = try Guest.named(name).file(in: folder)
        try await MartletProcess.with(["up", file, "--log-dir", ""] + Self.anyPort, folder: folder) {
            process in
            let port = try await process.port()
            for path in ["/", "/any/where?x"] {
                #expect(try await get(path, port: port).status == 200)
            }
            process.signal(SIGTERM)
            try await process.ends(.exited(0))
        }
        #expect(try folder.names().filter { !$0.hasPrefix("cache/") } == ["cache", "tmp"])
    }

    @Test func `an announcement for programs is one JSON object a line`() async throws {
        let folder = try TemporaryFolder()
        let file = try Guest.named("hello").file(in: folder)
        let arguments = ["up", file, "--json", "--log-dir", ""] + Self.anyPort
        try await MartletProcess.with(arguments, folder: folder) { process in
            let line = try await process.outputLine(with: "listening")
            struct Listening: Decodable {
                let event: String
                let url: String
                let port: Int
            }
            let listening = try JSONDecoder().decode(Listening.self, from: Data(line.utf8))
            #expect(listening.event == "listening")
            #expect(listening.url == "http://127.0.0.1:\(listening.port)")
            #expect(try await get("/", port: listening.port).status == 200)
            process.signal(SIGINT)
            try await process.ends(.exited(0))
            #expect(process.standardOutput.split(separator: "\n").count == 1)
        }
    }

    @Test func `the log folder holds what guests wrote and every request`() async throws {
        let folder = try TemporaryFolder()
        try folder.file("talk.wat", Self.talking)
        try folder.file(
            "spin.toml",
            """
            spin_manifest_version = 2
            [application]
            name = "talk"
            [[trigger.http]]
            route = "/talk"
            component = "talk"
            executor = { type = "wagi" }
            [component.talk]
            source = "talk.wat"
            """)
        let arguments = ["up", "-f", folder.path, "--log-dir", "\(folder.path)/logs"] + Self.anyPort
        try await MartletProcess.with(arguments, folder: folder) { process in
            let port = try await process.port()
            let client = try await TestClient.connect(port: port)
            client.send("GET /talk?secret HTTP/1.1\r\nhost: a\r\nx-request-id: my-id\r\n\r\n")
            #expect(try await client.response().status == 200)
            #expect(try await client.get("/nowhere").status == 404)
            try await process.errorLine(with: "said aside")
            await client.close()
            process.signal(SIGTERM)
            try await process.ends(.exited(0))
        }
        #expect(folder.content("logs/talk.stderr.log") == "my-id said aside\n")
        let lines = try #require(folder.content("logs/access.jsonl")).split(separator: "\n")
        let requests = try lines.map { try JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
        #expect(requests.map(\.status) == [200, 404])
        #expect(requests.map(\.target) == ["/talk", "/nowhere"])
        #expect(requests.first?.request_id == "my-id")
        #expect(!lines.joined().contains("secret"))
    }

    private struct Request: Decodable {
        let status: Int
        let target: String
        let request_id: String
    }

    /// Answers, and says something on its standard error.
    private static let talking = """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "\\20\\00\\00\\00\\1b\\00\\00\\00\\40\\00\\00\\00\\0b\\00\\00\\00")
          (data (i32.const 32) "content-type: text/plain\\0a\\0a!")
          (data (i32.const 64) "said aside\\0a")
          (func (export "_start")
            (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
            (drop (call $fd_write (i32.const 2) (i32.const 8) (i32.const 1) (i32.const 16)))))
        """

    @Test func `too few open files are told with a sentence`() async throws {
        let folder = try TemporaryFolder()
        let guest = try Guest.named("hello").file(in: folder)
        let arguments = ["up", guest, "--listen", "127.0.0.1:0", "--log-dir", ""]
        try await MartletProcess.with(arguments, folder: folder, openFiles: 64) { process in
            try await process.ends(.exited(1))
            #expect(process.standardError.hasPrefix("error: Only 64 files may be open at once"))
        }
    }

    @Test func `a port in use is told with a sentence`() async throws {
        let folder = try TemporaryFolder()
        let file = try Guest.named("hello").file(in: folder)
        try await MartletProcess.with(["up", file, "--log-dir", ""] + Self.anyPort, folder: folder) { first in
            let address = "127.0.0.1:\(try await first.port())"
            let arguments = ["up", file, "--log-dir", "", "--listen", address]
            try await MartletProcess.with(arguments, folder: folder) { second in
                try await second.ends(.exited(1))
                #expect(second.standardError.hasPrefix("error: Cannot listen on \(address): "))
                #expect(second.standardError.contains("--listen"))
                #expect(second.standardError.split(separator: "\n").count == 1)
            }
            #expect(try await get("/", port: try await first.port()).status == 200)
        }
    }

    @Test(arguments: [
        (Guest.text("(module (import \"env\" \"mystery\" (func)) (func (export \"_start\")))"), "mystery"),
        (.text("(module (memory 1))"), "_start"),
        (.bytes(Array(repeating: 0, count: 100)), "not a WebAssembly module"),
        (.bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 200]), "unexpected end-of-file (at offset 0xa)"),
        (.text("(module (func"), ""),
    ])
    func `a program that cannot be loaded is told with a sentence`(guest: Guest, text: String) async throws {
        let folder = try TemporaryFolder()
        let file = try guest.file(in: folder)
        try await MartletProcess.with(["up", file, "--log-dir", ""] + Self.anyPort, folder: folder) {
            process in
            try await process.ends(.exited(1))
            #expect(process.standardError.hasPrefix("error: "))
            #expect(text.isEmpty || process.standardError.contains(text))
            #expect(process.standardError.contains(file))
            // Of a text the error shows the place, which takes lines of its own.
            if case .bytes = guest { #expect(process.standardError.split(separator: "\n").count == 1) }
        }
        #expect(try folder.names("tmp") == [])
    }
}
