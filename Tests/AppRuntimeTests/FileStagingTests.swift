import AppModel
import Foundation
import HostSystem
import TestSupport
import Testing

@testable import AppRuntime

@Suite("Mounted files")
struct FileStagingTests {
    private let folder: TemporaryFolder
    private let staging: FileStaging

    init() throws {
        folder = try TemporaryFolder()
        staging = FileStaging(folder: "\(folder.path)/staging")
    }

    private func grants(_ files: [FileMount]) throws -> [DirectoryGrant] {
        try staging.directories(
            for: Component(id: "main", source: ComponentSource(path: "/absent"), files: files))
    }

    private func mount(
        _ host: String, _ guest: String, _ kind: FileMount.Kind, _ access: FileMount.Access = .readOnly
    ) -> FileMount {
        FileMount(hostPath: "\(folder.path)/\(host)", guestPath: guest, kind: kind, access: access)
    }

    @Test func `folders are granted as they are`() throws {
        let found = try grants([mount("a", "/", .folder), mount("b", "/b", .folder, .readWrite)])
        #expect(
            found == [
                DirectoryGrant(hostPath: "\(folder.path)/a", guestPath: "/", access: .readOnly),
                DirectoryGrant(hostPath: "\(folder.path)/b", guestPath: "/b", access: .readWrite),
            ])
        #expect(!FileManager.default.fileExists(atPath: staging.folder), "nothing is copied")
    }

    @Test func `no files are no folders`() throws {
        #expect(try grants([]) == [])
    }

    @Test func `files are copied into one folder, for this user alone`() throws {
        try folder.file("one.txt", "one")
        try folder.file("deep/two.txt", "two")
        try folder.file("tree/three.txt", "three")
        let found = try grants([
            mount("one.txt", "/one.txt", .file), mount("deep/two.txt", "/a/b/two.txt", .file),
            mount("tree", "/tree", .folder),
        ])
        #expect(
            found == [DirectoryGrant(hostPath: "\(staging.folder)/main", guestPath: "/", access: .readOnly)])
        #expect(folder.content("staging/main/one.txt") == "one")
        #expect(folder.content("staging/main/a/b/two.txt") == "two")
        #expect(folder.content("staging/main/tree/three.txt") == "three")
        let attributes = try FileManager.default.attributesOfItem(atPath: staging.folder)
        #expect(attributes[.posixPermissions] as? Int == 0o700)
    }

    @Test func `a mount inside another one wins, in whatever order they stand`() throws {
        try folder.file("tree/name.txt", "of the tree")
        try folder.file("own.txt", "its own")
        let mounts = [mount("own.txt", "/data/name.txt", .file), mount("tree", "/data", .folder)]
        for mounts in [mounts, mounts.reversed()] {
            _ = try grants(mounts)
            #expect(folder.content("staging/main/data/name.txt") == "its own")
            #expect(folder.content("tree/name.txt") == "of the tree", "the original is not touched")
        }
    }

    @Test func `a file that is absent is an error`() {
        #expect(throws: (any Error).self) { try grants([mount("absent.txt", "/absent.txt", .file)]) }
    }
}
