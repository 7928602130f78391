import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `martlet up` of components that Python toolchains make, unmodified.
@Suite("martlet up of Python components", .serialized)
struct PythonTests {
    private func serve(_ name: String, _ test: (Int) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let file = try Guest.named(name).file(in: folder)
        let arguments = ["up", file, "--log-dir", ""] + UpTests.anyPort
        try await MartletProcess.with(arguments, folder: folder) { process in
            try await test(try await process.port())
            process.signal(SIGTERM)
            try await process.ends(.exited(0))
        }
    }

    @Test(arguments: [
        ("http-0.2", "Hello from Python, path=/a?b\n"), ("http-0.3", "Hello from Python, path=/a?b\n"),
        ("spin-sdk-3", "Hello from the Spin SDK, GET /a?b\n"), ("spin-sdk-5", "Hello from the Spin SDK\n"),
    ])
    func `a request is answered`(name: String, text: String) async throws {
        try await serve(name) { port in
            for _ in 0..<3 {
                let answer = try await get("/a?b", port: port)
                #expect(answer.status == 200)
                #expect(answer.text == text)
            }
        }
    }

    @Test(arguments: ["http-0.2", "spin-sdk-3"])
    func `a body comes back`(name: String) async throws {
        let body = String(repeating: "0123456789", count: 2_000)
        try await serve(name) { port in
            let client = try await TestClient.connect(port: port)
            let answer = try await client.post("/", body)
            #expect(answer.status == 200)
            #expect(answer.text == body)
            await client.close()
        }
    }

    @Test func `an exception ends the request and nothing else`() async throws {
        try await serve("http-0.2") { port in
            let answers = [try await get("/trap", port: port), try await get("/", port: port)]
            #expect(answers.map(\.status) == [500, 200])
        }
    }
}
