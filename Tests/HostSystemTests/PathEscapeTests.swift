import Foundation
import Synchronization
import TestSupport
import Testing

@testable import HostSystem

/// A folder `granted` for the guest, and beside it `outside`, which nothing may read, change or remove.
final class EscapeScene: Sendable {
    let place: TemporaryFolder
    let root: HostDirectory

    init(_ resolution: PathResolution, access: HostAccess = .readWrite) throws {
        place = try TemporaryFolder()
        try place.folder("granted/folder/deep")
        try place.folder("outside/empty")
        try place.file("outside/secret", "secret")
        try place.file("granted/inside", "inside")
        try place.link("granted/up", to: "../outside/secret")
        try place.link("granted/out", to: "../outside")
        try place.link("granted/absolute", to: "\(place.path)/outside/secret")
        try place.link("granted/slash", to: "/")
        try place.link("granted/beside", to: "\(place.path)/outside")
        try place.link("granted/new", to: "../outside/new")
        try place.link("granted/loop", to: "loop")
        try place.link("granted/process", to: "/proc/self/root")
        try place.link("granted/chain", to: "folder/back")
        try place.link("granted/folder/back", to: "../../outside/secret")
        try place.link("granted/mixed", to: "folder/../../outside/secret")
        try place.link("granted/fine", to: "folder/../inside")
        root = try HostDirectory(hostPath: "\(place.path)/granted", access: access, resolution: resolution)
    }

    /// What is outside, to see that it stays as it was.
    var outside: [String] {
        get throws { try place.names("outside") + [place.content("outside/secret") ?? "gone"] }
    }
}

private final class Race: Sendable {
    let isDone = Atomic(false)
    let swaps = Atomic(0)
    let ended = DispatchSemaphore(value: 0)
}

@Suite struct PathEscapeTests {
    static let resolutions: [PathResolution] = [.kernel, .walk]

    static let ways = [
        "..", "../", "../.", "../outside/secret", "./../outside/secret", "folder/../../outside/secret",
        "folder/deep/../../../outside/secret", "..//outside//secret", "folder/.././../outside/secret",
        "../granted/inside", "folder/../..", "folder/..//..//outside", "/", "/etc/passwd", "//etc/passwd",
        "/./etc/passwd", "/../etc/passwd", "/proc/self/root/etc/passwd", "/dev/fd/0", "up", "up/",
        "folder/../up",
        "out", "out/", "out/.", "out/..", "out/secret", "out/../granted/inside", "out/empty", "absolute",
        "absolute/",
        "slash", "slash/etc/passwd", "process", "process/etc/passwd", "chain", "folder/back", "mixed",
        "../../../../../../../../../../../etc/passwd", "folder/deep/../../../granted/../outside/secret",
        "new",
        "./out/./secret", "folder/../out/secret", "beside", "beside/secret", "beside/../outside/secret",
    ]

    /// The ways that end within the test's own folder, wherever they lead. Only along these does a test create, empty or
    /// remove anything: a hole in the sandbox must not cost the machine that finds it.
    static let harmlessWays = ways.filter { way in
        !["slash", "process", "/"].contains { way.hasPrefix($0) } && !way.contains("etc/")
    }

    @Test("No way of writing a path opens what is outside", arguments: resolutions, ways)
    func opening(resolution: PathResolution, path: String) throws {
        let scene = try EscapeScene(resolution)
        #expect(failure { try scene.root.open(path, .reading.following) } == .notPermitted)
        let unfollowed = failure { try scene.root.open(path, .reading) }
        #expect([.notPermitted, .symbolicLinkLoop].contains(unfollowed))
        #expect(failure { try scene.root.status(of: path, followsLinks: true) } == .notPermitted)
    }

    @Test("No way of writing a path creates or empties what is outside", arguments: resolutions, harmlessWays)
    func creating(resolution: PathResolution, path: String) throws {
        let scene = try EscapeScene(resolution)
        let created = failure {
            try scene.root.open(path, .writing { $0.truncates = true }.following)
        }
        // A trailing slash asks for a folder, which is never created by opening.
        #expect(created == .notPermitted || (path.hasSuffix("/") && created == .isDirectory))
        #expect(try scene.outside == ["empty", "secret", "secret"])
    }

    @Test("No operation on names reaches what is outside", arguments: resolutions, harmlessWays)
    func names(resolution: PathResolution, path: String) throws {
        let scene = try EscapeScene(resolution)
        let root = scene.root
        // Names that are links themselves may be looked at and replaced; what they lead to may not.
        let below = path.hasSuffix("/") ? path + "thing" : path + "/thing"
        let attempts: [HostError?] = [
            failure { try root.status(of: path, followsLinks: true) },
            failure {
                try root.setTimes(of: path, followsLinks: true, accessed: .at(1), modified: .at(1))
            },
            failure { try root.createDirectory(below) },
            failure { try root.removeDirectory(below) },
            failure { try root.unlink(below) },
            failure { try root.rename("inside", to: root, below) },
            failure { try root.rename(below, to: root, "taken") },
            failure { try root.link("inside", followsLinks: false, to: root, below) },
            failure { try root.link(path, followsLinks: true, to: root, "taken") },
            failure { try root.createSymbolicLink(below, to: "x") },
            failure { try root.readSymbolicLink(below) },
        ]
        for error in attempts { #expect(error != nil) }
        #expect(attempts[0] == .notPermitted)
        #expect(attempts[1] == .notPermitted)
        #expect(attempts[8] == .notPermitted)
        #expect(try scene.outside == ["empty", "secret", "secret"])
        #expect(scene.place.content("granted/inside") == "inside")
    }

    @Test("Ways that stay inside are open", arguments: resolutions)
    func staying(resolution: PathResolution) throws {
        let scene = try EscapeScene(resolution)
        for path in [
            "inside", "./inside", "folder/../inside", "folder/deep/../../inside", "fine",
            ".//folder//..//inside",
        ] {
            let file = try scene.root.file(path, .reading.following)
            #expect(try file.read(count: 100) == Array("inside".utf8))
        }
        let deep = try scene.root.folder("folder/deep")
        #expect(failure { try deep.open("../../inside", .reading) } == .notPermitted)
    }

    @Test("Symbolic links to absolute places are not made", arguments: resolutions)
    func absoluteLinks(resolution: PathResolution) throws {
        let scene = try EscapeScene(resolution)
        #expect(
            failure { try scene.root.createSymbolicLink("mine", to: "/etc") } == .notPermitted)
        try scene.root.createSymbolicLink("mine", to: "../outside")
        #expect(
            failure { try scene.root.open("mine/secret", .reading) } == .notPermitted)
    }

    @Test("A loop of links ends", arguments: resolutions)
    func loops(resolution: PathResolution) throws {
        let scene = try EscapeScene(resolution)
        #expect(
            failure { try scene.root.open("loop", .reading.following) } == .symbolicLinkLoop)
        #expect(
            failure { try scene.root.open("loop/x", .reading.following) }
                == .symbolicLinkLoop)
    }

    /// While the guest opens, reads, creates and removes `swap/…`, another thread makes `swap` a folder, a link to outside
    /// and back, as fast as it can.
    @Test("Swapping folders and links under the guest's feet opens no way out", arguments: resolutions)
    func races(resolution: PathResolution) throws {
        let scene = try EscapeScene(resolution)
        let root = "\(scene.place.path)/granted"
        try scene.place.folder("granted/real")
        try scene.place.file("granted/real/secret", "inside")
        symlink("../outside", root + "/trap")
        rename(root + "/real", root + "/swap")
        let race = Race()
        let swapping = Thread {
            while !race.isDone.load(ordering: .relaxed) {
                rename(root + "/swap", root + "/real")
                rename(root + "/trap", root + "/swap")
                rename(root + "/swap", root + "/trap")
                rename(root + "/real", root + "/swap")
                race.swaps.add(1, ordering: .relaxed)
            }
            race.ended.signal()
        }
        swapping.start()
        for _ in 0..<3_000 { attack(scene.root) }
        while race.swaps.load(ordering: .relaxed) < 200 { attack(scene.root) }
        race.isDone.store(true, ordering: .relaxed)
        race.ended.wait()
        #expect(try scene.outside == ["empty", "secret", "secret"])
    }

    private nonisolated func attack(_ root: HostDirectory) {
        if let file = try? root.file("swap/secret", .reading.following) {
            #expect((try? file.read(count: 10)) == Array("inside".utf8))
        }
        if let file = try? root.file("swap/../swap/secret", .reading.following) {
            #expect((try? file.read(count: 10)) == Array("inside".utf8))
        }
        // What comes of these does not matter, only that nothing of it happens outside.
        _ = try? root.open("swap/made", .writing())
        _ = try? root.createDirectory("swap/folder")
        _ = try? root.removeDirectory("swap/empty")
        _ = try? root.setTimes(of: "swap/secret", followsLinks: true, accessed: .at(5), modified: .at(5))
        _ = try? root.unlink("swap/made")
        _ = try? root.removeDirectory("swap/folder")
    }
}
