import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `martlet up` of guests as the toolchains of other languages make them: each answers with what it was asked.
@Suite("martlet up of guests in other languages", .serialized)
struct ToolchainTests {
    /// A guest, and the language that it says it is written in.
    struct Reflector: Sendable, CustomTestStringConvertible {
        let name: String
        let language: String
        var testDescription: String { name }
    }

    /// CGI programs.
    static let commands = [
        Reflector(name: "zig-wagi", language: "zig"), Reflector(name: "go-wagi", language: "go"),
        Reflector(name: "rust-wagi", language: "rust"),
    ]

    /// Core modules with an HTTP handler, and nothing else.
    static let pureHandlers = [
        Reflector(name: "c-http", language: "c"), Reflector(name: "swift-http", language: "swift"),
        Reflector(name: "rust-http", language: "rust"),
    ]

    /// Core modules with an HTTP handler and WASI preview 1 beside it. Go's has to be initialized first, and allocates through
    /// a runtime that only then is up.
    static let mixedHandlers = [
        Reflector(name: "go-http", language: "go"), Reflector(name: "js-http", language: "javascript"),
    ]

    private func serve(_ file: String, in folder: TemporaryFolder, _ test: (Int) async throws -> Void)
        async throws
    {
        let arguments = ["up", file, "--log-dir", ""] + UpTests.anyPort
        try await MartletProcess.with(arguments, folder: folder) { process in
            try await test(try await process.port())
            process.signal(SIGTERM)
            try await process.ends(.exited(0))
        }
    }

    private func checkReflection(_ guest: Reflector, port: Int) async throws {
        let client = try await TestClient.connect(port: port)
        // More than a pipe, a stream or a page of memory takes at once.
        let body = String(repeating: "0123456789abcdef", count: 20_000)
        for (method, target, sent) in [
            ("POST", "/a/b?c=d&e", body), ("GET", "/", ""), ("BREW", "/z", "x"), ("DELETE", "/last", body),
        ] {
            client.send(
                """
                \(method) \(target) HTTP/1.1\r\nhost: guests.test\r\nx-test: one, two\r
                x-other: ü\r\ncontent-length: \(sent.utf8.count)\r\n\r\n\(sent)
                """)
            let response = try await client.response()
            #expect(response.status == 200)
            #expect(response["content-type"] == "text/plain" && response["x-guest"] == guest.language)
            let parts = response.text.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
            let head = try #require(parts.first).split(separator: "\n")
            #expect(head.starts(with: [method[...], target[...]]))
            #expect(head.contains("x-test: one, two") && head.contains("x-other: ü"))
            #expect(parts.last.map(String.init) == sent)
        }
        await client.close()
    }

    @Test(arguments: Self.commands + Self.pureHandlers + Self.mixedHandlers)
    func `method, target, fields and body come and go`(guest: Reflector) async throws {
        let folder = try TemporaryFolder()
        try await serve(try Guest.named(guest.name).file(in: folder), in: folder) { port in
            try await checkReflection(guest, port: port)
        }
    }

    /// Those that need nothing beside wasi:http become components for any runtime.
    @Test(arguments: Self.pureHandlers)
    func `a handler is the same as an encoded component`(guest: Reflector) async throws {
        let folder = try TemporaryFolder()
        let module = try Guest.named(guest.name).file(in: folder)
        let component = "\(folder.path)/component.wasm"
        try await MartletProcess.with(["component", "encode", module, "-o", component], folder: folder) {
            try await $0.ends(.exited(0))
        }
        try await serve(component, in: folder) { port in try await checkReflection(guest, port: port) }
    }

    @Test func `an exception of a script is an answer, and a line of the log`() async throws {
        let folder = try TemporaryFolder()
        let file = try Guest.named("js-http").file(in: folder)
        try await MartletProcess.with(["up", file, "--log-dir", ""] + UpTests.anyPort, folder: folder) {
            process in
            let port = try await process.port()
            let answers = [try await get("/throw", port: port), try await get("/", port: port)]
            #expect(answers.map(\.status) == [500, 200])
            #expect(answers[0].text == "the script failed\n")
            try await process.errorLine(with: "Error: as asked")
        }
    }
}
