import AppModel
import Foundation
import Manifests
import TestSupport
import Testing

@Suite struct ApplicationFileTests {
    private static let core: [UInt8] = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]
    private static let component: [UInt8] = [0, 0x61, 0x73, 0x6D, 0x0D, 0, 1, 0]

    @Test func `a folder, a manifest and a module are found`() throws {
        let folder = try TemporaryFolder()
        try folder.file("spin.toml", "")
        try folder.file("other.toml", "")
        try folder.file("a.wasm", Self.core)
        #expect(try applicationFile(at: folder.path).path == folder.path + "/spin.toml")
        #expect(try applicationFile(at: folder.path).kind == .spinManifest)
        #expect(try applicationFile(at: folder.path + "/other.toml").kind == .spinManifest)
        #expect(try applicationFile(at: folder.path + "/x/../a.wasm").kind == .module)
    }

    @Test func `what is no application is explained`() throws {
        let folder = try TemporaryFolder()
        try folder.file("notes.txt", "")
        let cases = [
            (
                folder.path,
                "no spin.toml in the folder \(folder.path); name a manifest or a .wasm file, or change to the folder "
                    + "of an application"
            ),
            (folder.path + "/none", "there is no file or folder \(folder.path)/none"),
            (
                folder.path + "/notes.txt",
                "\(folder.path)/notes.txt is neither a manifest (.toml) nor a WebAssembly file (.wasm, .wat)"
            ),
            ("/dev/null", "/dev/null is neither a file nor a folder"),
        ]
        for (path, sentence) in cases {
            let error = #expect(throws: ApplicationFile.NotFound.self) { try applicationFile(at: path) }
            #expect(error?.description == sentence)
        }
    }

    @Test(arguments: [(core, HTTPTrigger.Executor.wagi(.standard)), (component, .http)])
    func `a bare module answers every request`(bytes: [UInt8], executor: HTTPTrigger.Executor) throws {
        let folder = try TemporaryFolder()
        try folder.file("hello.wasm", bytes + [1, 2, 3])
        let application = try ManifestReader().read(applicationFile(at: folder.path + "/hello.wasm"))
            .application
        #expect(application.name == "hello")
        #expect(application.components.map(\.source.path) == [folder.path + "/hello.wasm"])
        #expect(
            application.httpTriggers == [
                HTTPTrigger(
                    id: "main-http-trigger", handler: .component("main"), route: .path("/..."),
                    executor: executor)
            ])
    }

    @Test(arguments: [[], [0], Array("\0asm".utf8), Array("hello wo".utf8)] as [[UInt8]])
    func `a bare file that is no module is refused`(bytes: [UInt8]) throws {
        let folder = try TemporaryFolder()
        try folder.file("hello.wasm", bytes)
        let file = try applicationFile(at: folder.path + "/hello.wasm")
        let error = #expect(throws: ManifestErrors.self) { try ManifestReader().read(file) }
        #expect(
            error?.description
                == "\(folder.path)/hello.wasm:1:1: this is not a WebAssembly module or component")
    }

    @Test func `a manifest on disk is read with its folder`() throws {
        let folder = try TemporaryFolder()
        try folder.file(
            "spin.toml",
            "spin_manifest_version = 2\napplication.name = \"x\"\n[[trigger.http]]\nroute = \"/\"\n"
                + "component = { source = \"x.wasm\" }\n")
        let application = try ManifestReader().read(applicationFile(at: folder.path)).application
        #expect(application.folder == folder.path)
        #expect(application.components.map(\.source.path) == [folder.path + "/x.wasm"])
    }
}
