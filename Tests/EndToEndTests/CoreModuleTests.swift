import TestSupport
import Testing

/// Core modules that speak wasi:http, without a component around them.
@Suite("Core modules with an HTTP handler")
struct CoreModuleTests {
    @Test func `one runs as it is, with preview 1 beside wasi:http`() async throws {
        let folder = try TemporaryFolder()
        try folder.copy(try Guest.named("http-core").file(in: folder), to: "guest.wasm")
        let manifest = try folder.file(
            "spin.toml",
            """
            spin_manifest_version = 2
            [application]
            name = "core"
            [[trigger.http]]
            route = "/..."
            component = "core"
            [component.core]
            source = "guest.wasm"
            environment = { GREETING = "good day" }
            """)
        let arguments = ["up", "-f", manifest, "--log-dir", ""] + UpTests.anyPort
        try await MartletProcess.with(arguments, folder: folder) { process in
            let port = try await process.port()
            for path in ["/", "/any/where?x"] {
                let response = try await get(path, port: port)
                #expect(response.status == 200)
                #expect(response.text == "good day \(path) 1\n")
            }
        }
    }

    @Test func `a bare file needs no manifest`() async throws {
        let folder = try TemporaryFolder()
        let file = try Guest.named("http-core").file(in: folder)
        try await MartletProcess.with(["up", file, "--log-dir", ""] + UpTests.anyPort, folder: folder) {
            process in
            let response = try await get("/x", port: try await process.port())
            #expect(response.text == "- /x 1\n")
        }
    }
}
