import AppModel
import Foundation
import TestSupport
import Testing

/// The corpus of attempts to leave a folder, over HTTP and as a command.
@Suite("Path escapes of a whole guest")
struct PathEscapeTests {
    /// What the top of `path-escapes.c` asks for.
    private func prepared() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for name in ["outside/empty", "granted/folder/deep"] { try folder.folder(name) }
        try folder.file("outside/secret.txt", "secret")
        try folder.file("granted/inside.txt", "inside")
        let links = [
            "link-absolute": "\(folder.path)/outside/secret.txt", "link-up": "../outside/secret.txt",
            "link-outside": "../outside", "link-root": "/", "link-new": "../outside/new.txt",
            "link-loop": "link-loop", "link-process": "/proc/self/root", "link-working": "/proc/self/cwd",
            "link-chain": "folder/link-back", "folder/link-back": "../../outside/secret.txt",
        ]
        for (name, target) in links { try folder.link("granted/\(name)", to: target) }
        return folder
    }

    private func check(_ report: String, _ folder: TemporaryFolder) throws {
        let lines = report.split(separator: "\n").map(String.init)
        #expect(lines.filter { $0.hasSuffix(": success") || $0.hasSuffix(": unknown") } == [])
        #expect(lines.last == "attempts: \(lines.count - 1)")
        #expect(lines.count > 100)
        #expect(try folder.names("outside") == ["empty", "secret.txt"])
        #expect(folder.content("outside/secret.txt") == "secret")
    }

    @Test(arguments: [FileMount.Access.readWrite, .readOnly])
    func `no attempt succeeds over HTTP`(access: FileMount.Access) async throws {
        let folder = try prepared()
        let mount = FileMount(
            hostPath: "\(folder.path)/granted", guestPath: "/", kind: .folder, access: access)
        try await TestServer.with([TestRoute("/...", .named("path-escapes"), files: [mount])]) { server in
            let response = try await server.get("/")
            #expect(response.status == 200)
            try check(response.text, folder)
        }
    }

    @Test(arguments: ["", ":ro"])
    func `no attempt succeeds from the command line`(access: String) async throws {
        let folder = try prepared()
        let guest = try Guest.named("path-escapes").file(in: folder)
        let arguments = ["run", guest, "--dir", "\(folder.path)/granted::/\(access)"]
        try await MartletProcess.with(arguments, folder: folder) { process in
            try await process.ends(.exited(0))
            let text = process.standardOutput
            let body = try #require(text.firstRange(of: "\n\n"))
            try check(String(text[body.upperBound...]), folder)
        }
    }
}
