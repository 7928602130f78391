import Foundation
import TestSupport
import Testing

@testable import HostSystem

@Suite struct HostDirectoryTests {
    static let resolutions: [PathResolution] = [.kernel, .walk]

    private func open(
        _ place: TemporaryFolder, _ resolution: PathResolution, _ access: HostAccess = .readWrite
    ) throws -> HostDirectory {
        try HostDirectory(hostPath: place.path, access: access, resolution: resolution)
    }

    @Test("This kernel keeps paths beneath by itself")
    func best() { #expect(PathResolution.best == .kernel) }

    @Test("Files are created, opened exclusively, emptied and appended to", arguments: resolutions)
    func opening(resolution: PathResolution) throws {
        let place = try TemporaryFolder()
        let root = try open(place, resolution)
        #expect(failure { try root.open("a", .reading) } == .noEntry)
        #expect(try root.file("a", .writing()).write(Array("one".utf8)) == 3)
        #expect(
            failure { try root.open("a", .writing { $0.isExclusive = true }) } == .exists)
        #expect(try root.file("a", .writing { $0.appends = true }).write(Array("two".utf8)) == 3)
        #expect(place.content("a") == "onetwo")
        _ = try root.file("a", .writing { $0.truncates = true })
        #expect(place.content("a") == "")
        var folderOnly = HostOpenOptions()
        folderOnly.isDirectory = true
        #expect(failure { try root.open("a", folderOnly) } == .notDirectory)
        folderOnly.creates = true
        #expect(failure { try root.open("b", folderOnly) } == .invalid)
    }

    @Test("Creating through a dangling link makes the file it leads to", arguments: resolutions)
    func danglingLinks(resolution: PathResolution) throws {
        let place = try TemporaryFolder()
        let root = try open(place, resolution)
        try place.link("link", to: "target")
        #expect(failure { try root.open("link", .writing()) } == .symbolicLinkLoop)
        _ = try root.file("link", .writing().following)
        #expect(try place.names() == ["link", "target"])
        #expect(
            failure { try root.open("link", .writing { $0.isExclusive = true }.following) }
                == .exists)
    }

    @Test("A trailing slash asks for a folder", arguments: resolutions)
    func trailingSlashes(resolution: PathResolution) throws {
        let place = try TemporaryFolder()
        let root = try open(place, resolution)
        try place.file("file")
        try place.folder("folder")
        try place.link("to-folder", to: "folder")
        try place.link("to-file", to: "file")
        #expect(failure { try root.open("file/", .reading) } == .notDirectory)
        #expect(failure { try root.open("new/", .writing()) } == .isDirectory)
        #expect(failure { try root.status(of: "file/", followsLinks: false) } == .notDirectory)
        #expect(try root.status(of: "to-folder/", followsLinks: false).type == .directory)
        #expect(failure { try root.unlink("file/") } == .notDirectory)
        #expect(failure { try root.unlink("folder/") } == .isDirectory)
        #expect(failure { try root.unlink("to-folder/") } != nil)
        #expect(failure { try root.removeDirectory("to-folder/") } == .notDirectory)
        #expect(failure { try root.createSymbolicLink("new/", to: "x") } == .noEntry)
        #expect(
            failure { try root.link("to-folder/", followsLinks: false, to: root, "x") }
                == .notPermitted)
        #expect(
            failure { try root.link("file/", followsLinks: false, to: root, "x") }
                == .notDirectory)
        #expect(
            failure { try root.link("file", followsLinks: false, to: root, "x/") } == .noEntry)
        #expect(failure { try root.readSymbolicLink("to-folder/") } == .invalid)
        #expect(failure { try root.readSymbolicLink("to-file/") } == .notDirectory)
        try root.createDirectory("made/")
        try root.rename("made/", to: root, "moved/")
        #expect(failure { try root.rename("file/", to: root, "x") } == .notDirectory)
        try root.removeDirectory("moved/")
        #expect(try place.names() == ["file", "folder", "to-file", "to-folder"])
    }

    @Test("Dots can be looked at, neither made nor removed", arguments: resolutions)
    func dots(resolution: PathResolution) throws {
        let place = try TemporaryFolder()
        let root = try open(place, resolution)
        try place.folder("a/b")
        #expect(try root.status(of: ".", followsLinks: false).type == .directory)
        #expect(try root.status(of: "a/b/..", followsLinks: true) == root.status(of: "a", followsLinks: true))
        #expect(failure { try root.createDirectory("a/..") } == .exists)
        #expect(failure { try root.createDirectory("missing/..") } == .noEntry)
        #expect(failure { try root.removeDirectory("a/.") } == .invalid)
        #expect(failure { try root.removeDirectory("a/b/..") } == .notEmpty)
        #expect(failure { try root.unlink(".") } == .isDirectory)
        #expect(failure { try root.rename(".", to: root, "x") } == .busy)
        #expect(failure { try root.rename("a", to: root, "a/b/..") } == .busy)
        #expect(failure { try root.createSymbolicLink(".", to: "x") } == .exists)
        #expect(failure { try root.readSymbolicLink(".") } == .invalid)
    }

    @Test("Links are made, read and followed only when asked", arguments: resolutions)
    func links(resolution: PathResolution) throws {
        let place = try TemporaryFolder()
        let root = try open(place, resolution)
        try place.file("file", "12345")
        try root.createSymbolicLink("link", to: "file")
        #expect(try root.readSymbolicLink("link") == Array("file".utf8))
        #expect(failure { try root.readSymbolicLink("file") } == .invalid)
        #expect(try root.status(of: "link", followsLinks: false).type == .symbolicLink)
        #expect(try root.status(of: "link", followsLinks: true).size == 5)
        try root.setTimes(of: "link", followsLinks: true, accessed: .keep, modified: .at(2_000_000_001))
        #expect(try root.status(of: "file", followsLinks: false).modified == 2_000_000_001)
        #expect(try root.status(of: "link", followsLinks: false).modified != 2_000_000_001)
        try root.setTimes(of: "link", followsLinks: false, accessed: .at(7), modified: .keep)
        #expect(try root.status(of: "link", followsLinks: false).accessed == 7)
        try root.link("link", followsLinks: true, to: root, "second")
        #expect(try root.status(of: "second", followsLinks: false).links == 2)
        try root.link("link", followsLinks: false, to: root, "third")
        #expect(try root.status(of: "third", followsLinks: false).type == .symbolicLink)
    }

    @Test("A folder for reading changes in no way", arguments: resolutions)
    func readOnly(resolution: PathResolution) throws {
        let place = try TemporaryFolder()
        try place.file("file", "text")
        try place.folder("folder")
        let root = try open(place, resolution, .readOnly)
        let writable = try open(place, resolution)
        let attempts: [() throws -> Void] = [
            { _ = try root.open("file", .writing { $0.creates = false }) },
            { _ = try root.open("new", .writing()) },
            {
                var options = HostOpenOptions()
                options.truncates = true
                _ = try root.open("file", options)
            },
            { try root.createDirectory("new") },
            { try root.removeDirectory("folder") },
            { try root.unlink("file") },
            { try root.rename("file", to: writable, "new") },
            { try writable.rename("file", to: root, "new") },
            { try root.link("file", followsLinks: false, to: writable, "new") },
            { try writable.link("file", followsLinks: false, to: root, "new") },
            { try root.createSymbolicLink("new", to: "file") },
            {
                try root.setTimes(of: "file", followsLinks: false, accessed: .now, modified: .now)
            },
            { try root.setTimes(accessed: .now, modified: .now) },
        ]
        for attempt in attempts { #expect(failure(attempt) == .readOnly) }
        let file = try root.file("file", .reading)
        #expect(failure { try file.setTimes(accessed: .now, modified: .now) } == .readOnly)
        let below = try root.folder("folder")
        #expect(failure { try below.createDirectory("x") } == .readOnly)
        #expect(try place.names() == ["file", "folder"])
        #expect(place.content("file") == "text")
    }

    @Test("Paths past a limit, with a zero byte, or empty are refused", arguments: resolutions)
    func badPaths(resolution: PathResolution) throws {
        let place = try TemporaryFolder()
        var limits = HostSystemLimits()
        limits.pathBytes = 8
        let root = try HostDirectory(
            hostPath: place.path, access: .readWrite, limits: limits, resolution: resolution)
        #expect(failure { try root.open("", .reading) } == .noEntry)
        #expect(failure { try root.createDirectory("12345678") } == nil)
        #expect(failure { try root.createDirectory("123456789") } == .nameTooLong)
        #expect(failure { try root.createDirectory("a\0b") } == .invalid)
        #expect(failure { try root.createSymbolicLink("l", to: "a\0b") } == .invalid)
        #expect(failure { try root.createSymbolicLink("l", to: "123456789") } == .nameTooLong)
    }

    @Test("A walk is no deeper than its limit, and follows no more links")
    func walkLimits() throws {
        let place = try TemporaryFolder()
        try place.folder("a/b/c/d")
        try place.link("one", to: "a")
        try place.link("two", to: "one")
        var limits = HostSystemLimits()
        limits.pathDepth = 3
        limits.symbolicLinks = 1
        let root = try HostDirectory(
            hostPath: place.path, access: .readWrite, limits: limits, resolution: .walk)
        #expect(failure { try root.status(of: "a/b/c/d", followsLinks: true) } == nil)
        #expect(
            failure { try root.status(of: "a/b/c/d/.", followsLinks: true) } == .nameTooLong)
        #expect(failure { try root.status(of: "one/b", followsLinks: true) } == nil)
        #expect(
            failure { try root.status(of: "two/b", followsLinks: true) } == .symbolicLinkLoop)
    }

    @Test("A pipe is opened without waiting for its other end", arguments: resolutions)
    func pipes(resolution: PathResolution) throws {
        let place = try TemporaryFolder()
        mkfifo("\(place.path)/pipe", 0o600)
        let root = try open(place, resolution)
        guard case .stream(let reading) = try root.open("pipe", .reading) else {
            Issue.record("a pipe is a stream")
            return
        }
        guard
            case .stream(let writing) = try root.open(
                "pipe",
                .writing {
                    $0.reads = false; $0.creates = false
                })
        else {
            Issue.record("a pipe is a stream")
            return
        }
        #expect(try writing.write([1, 2, 3]) == 3)
        #expect(reading.readableBytes == 3)
    }

    @Test("What is not cached is not asked for on the loop")
    func cachedOnly() throws {
        let place = try TemporaryFolder()
        try place.file("file")
        let root = try open(place, .kernel)
        _ = try root.open("file", .reading)
        #expect(failure { try root.open("file", .reading, isCachedOnly: true) } == nil)
        #expect(
            failure { try root.status(of: "file", followsLinks: true, isCachedOnly: true) }
                == nil)
        let walking = try open(place, .walk)
        #expect(
            failure { try walking.open("file", .reading, isCachedOnly: true) } == .wouldBlock)
    }
}
