import Foundation
import HostSystem
import NIOCore
import TestSupport
import Testing
import WasmEngine

/// Whole programs in C (guests/c), as a user would run them.
@Suite struct CommandGuestTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    private func lines(_ name: String, _ access: HostAccess, _ resolution: PathResolution = .best)
        async throws -> [String]
    {
        let repository = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let module = try Data(contentsOf: repository.appendingPathComponent(".build-guests/\(name).wasm"))
        let grant = DirectoryGrant(hostPath: "\(place.path)/granted", guestPath: "/", access: access)
        let plan = try HostSystemPlan(arguments: [name], directories: [grant], resolution: resolution)
        let output = try await Guest.run(Array(module), plan)
        return output.split(separator: "\n").map(String.init)
    }

    @Test(
        "None of a program's attempts to leave its folder succeeds",
        arguments: [PathResolution.kernel, .walk])
    func pathEscapes(resolution: PathResolution) async throws {
        try place.folder("outside/empty")
        try place.folder("granted/folder/deep")
        try place.file("outside/secret.txt", "secret")
        try place.file("granted/inside.txt", "inside")
        for (name, target) in [
            ("link-absolute", "\(place.path)/outside/secret.txt"), ("link-up", "../outside/secret.txt"),
            ("link-outside", "../outside"), ("link-root", "/"), ("link-new", "../outside/new.txt"),
            ("link-loop", "link-loop"), ("link-process", "/proc/self/root"),
            ("link-working", "/proc/self/cwd"),
            ("link-chain", "folder/link-back"), ("folder/link-back", "../../outside/secret.txt"),
        ] {
            try place.link("granted/\(name)", to: target)
        }
        let lines = try await lines("path-escapes", .readWrite, resolution)
        let attempts = lines.filter {
            $0.contains(": ") && !$0.hasPrefix("attempts: ") && !$0.lowercased().hasPrefix("content-type")
        }
        #expect(attempts.count >= 40)
        #expect(lines.last == "attempts: \(attempts.count)")
        #expect(attempts.filter { $0.hasSuffix(": success") } == [])
        #expect(attempts.count { $0.hasSuffix(": perm") } > 80)
        #expect(try place.names("outside") == ["empty", "secret.txt"])
        #expect(place.content("outside/secret.txt") == "secret")
    }

    @Test("A program that opens until it is refused is refused at its limit")
    func descriptorExhaustion() async throws {
        try place.folder("granted")
        #expect(try await lines("fd-exhaustion", .readOnly).last == "opened 252, then 33")
    }
}
