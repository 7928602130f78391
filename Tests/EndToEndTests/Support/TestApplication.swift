import TestSupport
import Testing

/// A `spin.toml` in a test's folder.
struct TestApplication {
    struct Route {
        let path: String
        let guest: String
        var settings = ""

        init(_ path: String, _ guest: String, _ settings: String = "") {
            self.path = path
            self.guest = guest
            self.settings = settings
        }
    }

    /// Writes the manifest; `settings` of a route go to `tool.martlet` of its component.
    static func write(_ routes: [Route], in folder: TemporaryFolder) throws -> String {
        var text = "spin_manifest_version = 2\n[application]\nname = \"test\"\n"
        for (index, route) in routes.enumerated() {
            let file = try Guest.named(route.guest).file(in: folder)
            let source = "\(route.guest).\(file.hasSuffix(".wat") ? "wat" : "wasm")"
            try folder.copy(file, to: source)
            text += """
                [[trigger.http]]
                route = "\(route.path)"
                component = "c\(index)"
                executor = { type = "wagi" }
                [component.c\(index)]
                source = "\(source)"
                [component.c\(index).tool.martlet]
                \(route.settings)

                """
        }
        return try folder.file("spin.toml", text)
    }

    /// Serves the routes in a process of its own.
    static func serve(
        _ routes: [Route], in folder: TemporaryFolder? = nil, options: [String] = [],
        _ test: (MartletProcess, _ port: Int) async throws -> Void
    ) async throws {
        let folder = try folder ?? TemporaryFolder()
        let manifest = try write(routes, in: folder)
        let arguments =
            ["up", "-f", manifest, "--listen", "127.0.0.1:0", "--log-dir", "", "--quiet"] + options
        try await MartletProcess.with(arguments, folder: folder) { process in
            try await test(process, try await process.port())
        }
    }
}
