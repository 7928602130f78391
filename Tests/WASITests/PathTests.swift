import Foundation
import HostSystem
import NIOCore
import NIOPosix
import TestSupport
import Testing
import WasmEngine

@testable import WASI

@Suite struct PathTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    /// A call with one path: `before` it, and `after` it.
    private func onPath(
        _ guest: Guest, _ name: String, _ path: String, before: [Int] = [3], after: [Int] = []
    ) async throws -> HostError? {
        try await guest.put(path, at: 0x100)
        let result = try await guest.start(name, before + [0x100, path.utf8.count] + after).get()
        guard case .i32(let number) = try result.get().first else { return nil }
        return number == 0 ? nil : HostError(rawValue: UInt16(number))
    }

    @Test("Folders and files are made, found, renamed, linked and removed", arguments: [false, true])
    func names(isOffloading: Bool) async throws {
        let guest = try await Guest(in: place, files: isOffloading ? .offload(.singleton) : .inline)
        try await guest.put("folder", at: 0x100)
        #expect(try await guest.call("path_create_directory", 3, 0x100, 6) == nil)
        #expect(try await guest.call("path_create_directory", 3, 0x100, 6) == .exists)
        let file = try await guest.open("folder/file", oflags: 1 | 4)
        #expect(try await guest.write("text", to: file) == 4)
        try await guest.put("folder/file", at: 0x100)
        try await guest.put("second", at: 0x200)
        #expect(try await guest.call("path_link", 3, 0, 0x100, 11, 3, 0x200, 6) == nil)
        #expect(try await guest.call("path_link", 3, 2, 0x100, 11, 3, 0x200, 6) == .invalid)
        try await guest.put("third", at: 0x300)
        #expect(try await guest.call("path_rename", 3, 0x200, 6, 3, 0x300, 5) == nil)
        #expect(try place.names() == ["folder", "folder/file", "third"])
        #expect(try await guest.call("path_filestat_get", 3, 0, 0x300, 5, 0x40) == nil)
        #expect(try await guest.number(at: 0x58, bytes: 8) == 2)
        #expect(try await guest.number(at: 0x60, bytes: 8) == 4)
        #expect(try await guest.call("path_filestat_set_times", 3, 0, 0x300, 5, 11, 12, 1 | 4) == nil)
        #expect(try await guest.call("path_filestat_set_times", 3, 0, 0x300, 5, 0, 0, 12) == .invalid)
        #expect(try await guest.call("path_filestat_get", 3, 0, 0x300, 5, 0x40) == nil)
        #expect(try await guest.number(at: 0x68, bytes: 8) == 11)
        #expect(try await guest.number(at: 0x70, bytes: 8) == 12)
        #expect(try await guest.call("path_unlink_file", 3, 0x300, 5) == nil)
        #expect(try await guest.call("path_unlink_file", 3, 0x300, 5) == .noEntry)
        #expect(try await onPath(guest, "path_remove_directory", "folder") == .notEmpty)
        #expect(try await onPath(guest, "path_unlink_file", "folder/file") == nil)
        try await guest.put("folder", at: 0x100)
        #expect(try await guest.call("path_remove_directory", 3, 0x100, 6) == nil)
        #expect(try place.names() == [])
    }

    @Test("Symbolic links are made, read as far as there is room, and followed when asked")
    func links() async throws {
        try place.file("file", "text")
        let guest = try await Guest(in: place)
        try await guest.put("file", at: 0x100)
        try await guest.put("link", at: 0x200)
        #expect(try await guest.call("path_symlink", 0x100, 4, 3, 0x200, 4) == nil)
        #expect(try await guest.call("path_readlink", 3, 0x200, 4, 0x300, 3, 0x80) == nil)
        #expect(try await guest.number(at: 0x80) == 3)
        #expect(try await guest.bytes(at: 0x300, 4) == Array("fil\0".utf8))
        #expect(try await guest.call("path_readlink", 3, 0x100, 4, 0x300, 3, 0x80) == .invalid)
        #expect(try await guest.call("path_filestat_get", 3, 0, 0x200, 4, 0x40) == nil)
        #expect(try await guest.number(at: 0x50, bytes: 8) == 7)
        #expect(try await guest.call("path_filestat_get", 3, 1, 0x200, 4, 0x40) == nil)
        #expect(try await guest.number(at: 0x50, bytes: 8) == 4)
        #expect(try await guest.call("path_filestat_get", 3, 2, 0x200, 4, 0x40) == .invalid)
        await #expect(throws: HostError.symbolicLinkLoop) { try await guest.open("link") }
        #expect(try await guest.read(9, from: guest.open("link", follows: true)) == "text")
        try await guest.put("/etc", at: 0x100)
        try await guest.put("more", at: 0x200)
        #expect(try await guest.call("path_symlink", 0x100, 4, 3, 0x200, 4) == .notPermitted)
    }

    @Test("Opening checks its flags, its path and the folder")
    func opening() async throws {
        try place.file("file", "text")
        let guest = try await Guest(in: place)
        try await guest.put("file", at: 0x100)
        #expect(try await guest.call("path_open", 3, 2, 0x100, 4, 0, 0, 0, 0, 0x80) == .invalid)
        #expect(try await guest.call("path_open", 3, 0, 0x100, 4, 16, 0, 0, 0, 0x80) == .invalid)
        #expect(try await guest.call("path_open", 3, 0, 0x100, 4, 0, 0, 0, 32, 0x80) == .invalid)
        #expect(try await guest.call("path_open", 0, 0, 0x100, 4, 0, 0, 0, 0, 0x80) == .notDirectory)
        #expect(try await guest.call("path_open", 9, 0, 0x100, 4, 0, 0, 0, 0, 0x80) == .badDescriptor)
        #expect(try await guest.call("path_open", 3, 0, 0x4_0000 - 2, 4, 0, 0, 0, 0, 0x80) == .badAddress)
        #expect(try await guest.call("path_open", 3, 0, 0x100, 4_097, 0, 0, 0, 0, 0x80) == .nameTooLong)
        #expect(try await guest.call("path_open", 3, 0, 0x100, 5, 0, 0, 0, 0, 0x80) == .invalid)
        try await guest.put([0xc0, 0x80], at: 0x100)
        #expect(try await guest.call("path_open", 3, 0, 0x100, 2, 0, 0, 0, 0, 0x80) == .illegalByteSequence)
        await #expect(throws: HostError.noEntry) { try await guest.open("") }
        await #expect(throws: HostError.notDirectory) { try await guest.open("file", oflags: 2) }
        await #expect(throws: HostError.exists) { try await guest.open("file", oflags: 1 | 4) }
        await #expect(throws: HostError.isDirectory) { try await guest.open(".", rights: 1 << 1 | 1 << 6) }
        let file = try await guest.open("file", oflags: 8)
        #expect(place.content("file") == "")
        await #expect(throws: HostError.notDirectory) { try await guest.open("x", below: file) }
    }

    @Test("What a folder passes on is the most that is opened beneath it")
    func inheriting() async throws {
        try place.folder("folder")
        try place.file("folder/file", "text")
        let guest = try await Guest(in: place)
        let folder = try await guest.open("folder", oflags: 2, rights: 1 << 13, inheriting: 1 << 1)
        let file = try await guest.open("file", below: folder, rights: 1 << 1 | 1 << 2)
        #expect(try await guest.call("fd_fdstat_get", file, 0x40) == nil)
        #expect(try await guest.number(at: 0x48, bytes: 8) == 1 << 1)
        await #expect(throws: HostError.notCapable) {
            try await guest.open("file", below: folder, rights: 1 << 6)
        }
        await #expect(throws: HostError.notCapable) {
            try await guest.open("new", below: folder, oflags: 1, rights: 0)
        }
        #expect(
            try await onPath(guest, "path_filestat_get", "file", before: [folder, 0], after: [0x40])
                == .notCapable)
    }

    @Test("A folder granted for reading changes in no way")
    func readOnly() async throws {
        try place.file("file", "text")
        try place.folder("folder")
        let guest = try await Guest(in: place, .readOnly)
        #expect(try await guest.read(9, from: guest.open("file", rights: 1 << 1)) == "text")
        await #expect(throws: HostError.readOnly) { try await guest.open("file", rights: 1 << 6) }
        await #expect(throws: HostError.readOnly) { try await guest.open("new", oflags: 1) }
        await #expect(throws: HostError.readOnly) { try await guest.open("file", oflags: 8, rights: 0) }
        #expect(try await onPath(guest, "path_create_directory", "new") == .readOnly)
        #expect(try await onPath(guest, "path_remove_directory", "folder") == .readOnly)
        #expect(try await onPath(guest, "path_unlink_file", "file") == .readOnly)
        #expect(
            try await onPath(guest, "path_filestat_set_times", "file", before: [3, 0], after: [0, 0, 1])
                == .readOnly)
        #expect(try await onPath(guest, "path_rename", "file", after: [3, 0x100, 3]) == .readOnly)
        #expect(
            try await onPath(guest, "path_link", "file", before: [3, 0], after: [3, 0x100, 3]) == .readOnly)
        #expect(
            try await onPath(guest, "path_symlink", "file", before: [], after: [3, 0x100, 3]) == .readOnly)
        #expect(try place.names() == ["file", "folder"])
        #expect(place.content("file") == "text")
    }

    // MARK: - Ways out

    static let ways = [
        "..", "../", "../.", "../outside/secret", "./../outside/secret", "folder/../../outside/secret",
        "..//outside//secret", "folder/.././../outside/secret", "../granted/inside", "folder/../..", "/",
        "/etc/passwd", "//etc/passwd", "/./etc/passwd", "/../etc/passwd", "/proc/self/root/etc/passwd",
        "/dev/fd/0",
        "up", "up/", "folder/../up", "out", "out/", "out/.", "out/..", "out/secret", "out/../granted/inside",
        "out/empty", "absolute", "absolute/", "slash", "slash/etc/passwd", "process", "process/etc/passwd",
        "chain", "folder/back", "mixed", "../../../../../../../../../../../etc/passwd", "new",
        "./out/./secret",
        "folder/../out/secret", "folder/../chain", "slash/proc/self/cwd", "beside", "beside/secret",
    ]

    /// The ways that end within the test's own folder, wherever they lead. Only along these does a test change anything: a
    /// hole in the sandbox must not cost the machine that finds it.
    static let harmlessWays = ways.filter { way in
        !["slash", "process", "/"].contains { way.hasPrefix($0) } && !way.contains("etc/")
    }

    /// A guest whose folder 3 has links out of it in every form; beside it is `outside`.
    private func surrounded(_ resolution: PathResolution) async throws -> Guest {
        try place.folder("granted/folder")
        try place.folder("outside/empty")
        try place.file("outside/secret", "secret")
        try place.file("granted/inside", "inside")
        for (name, target) in [
            ("up", "../outside/secret"), ("out", "../outside"), ("absolute", "\(place.path)/outside/secret"),
            ("beside", "\(place.path)/outside"), ("slash", "/"), ("new", "../outside/new"),
            ("process", "/proc/self/root"), ("chain", "folder/back"), ("folder/back", "../../outside/secret"),
            ("mixed", "folder/../../outside/secret"),
        ] {
            try place.link("granted/\(name)", to: target)
        }
        let grant = DirectoryGrant(hostPath: "\(place.path)/granted", guestPath: "/", access: .readWrite)
        let plan = try HostSystemPlan(directories: [grant], resolution: resolution)
        return try await Guest { GuestSystem(plan) }
    }

    @Test("No way of writing a path leads out", arguments: [PathResolution.kernel, .walk], ways)
    func looking(resolution: PathResolution, path: String) async throws {
        let guest = try await surrounded(resolution)
        await #expect(throws: HostError.notPermitted) { try await guest.open(path, follows: true, rights: 2) }
        await #expect(throws: HostError.self) { try await guest.open(path, rights: 2) }
        #expect(
            try await onPath(guest, "path_filestat_get", path, before: [3, 1], after: [0x40]) == .notPermitted
        )
        #expect(try await onPath(guest, "path_readlink", path + "/thing", after: [0x500, 64, 0x80]) != nil)
    }

    @Test(
        "No way of writing a path changes what is outside", arguments: [PathResolution.kernel, .walk],
        harmlessWays)
    func changing(resolution: PathResolution, path: String) async throws {
        let guest = try await surrounded(resolution)
        await #expect(throws: HostError.self) { try await guest.open(path, follows: true, oflags: 1 | 8) }
        #expect(
            try await onPath(guest, "path_filestat_set_times", path, before: [3, 1], after: [1, 1, 5])
                == .notPermitted)
        let below = path + "/thing"
        for name in ["path_create_directory", "path_remove_directory", "path_unlink_file"] {
            #expect(try await onPath(guest, name, below) != nil)
        }
        try await guest.put("inside", at: 0x400)
        #expect(try await onPath(guest, "path_rename", below, before: [3, 0x400, 6, 3]) != nil)
        #expect(try await onPath(guest, "path_link", below, before: [3, 0, 0x400, 6, 3]) != nil)
        #expect(try await onPath(guest, "path_symlink", below, before: [0x400, 6, 3]) != nil)
        #expect(try place.names("outside") == ["empty", "secret"])
        #expect(place.content("outside/secret") == "secret")
    }
}
