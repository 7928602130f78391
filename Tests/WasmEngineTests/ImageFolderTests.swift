import Foundation
import TestSupport
import Testing

@testable import WasmEngine

@Suite struct ImageFolderTests {
    let engine = GuestRunner.shared.engine
    static let text = Array("(module (func (export \"run\") (result i32) (i32.const 42)))".utf8)

    private func withFolder(_ body: (ImageFolder) throws -> Void) throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        try body(try ImageFolder(engine: engine, path: folder.path + "/images"))
    }

    /// Loads the module and tells what happened.
    private func events(_ folder: ImageFolder) throws -> [String] {
        var events: [String] = []
        let module = try folder.module(for: Self.text, name: "m") { event in
            switch event {
            case .compiling: events.append("compiling")
            case .compiled: events.append("compiled")
            case .refused: events.append("refused")
            case .notKept: events.append("notKept")
            }
        }
        #expect(module.exports.map(\.name) == ["run"])
        return events
    }

    private func expect(_ folder: ImageFolder, _ expected: [String]) throws {
        let seen = try events(folder)
        #expect(seen == expected)
    }

    /// The same folder as another process would open it.
    private func again(_ folder: ImageFolder) throws -> ImageFolder {
        try ImageFolder(engine: engine, path: folder.path)
    }

    private func files(_ folder: ImageFolder, ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(ending) }
            .map { "\(folder.path)/\($0)" }
    }

    @Test func aModuleIsCompiledOnce() throws {
        try withFolder { folder in
            try expect(folder, ["compiling", "compiled"])
            try expect(folder, [])
            try expect(try again(folder), [])
            let leftovers = try files(folder, ending: ".tmp")
            #expect(leftovers.isEmpty)
        }
    }

    @Test func aDamagedImageIsRefusedAndReplaced() throws {
        try withFolder { folder in
            _ = try events(folder)
            let image = try #require(try files(folder, ending: ".cwasm").first)
            var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: image)))
            for position in [0, bytes.count / 2, bytes.count - 1] {
                bytes[position] ^= 1
                try Data(bytes).write(to: URL(fileURLWithPath: image))
                try expect(folder, ["refused", "compiling", "compiled"])
                try expect(folder, [])
                bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: image)))
            }
        }
    }

    @Test func anImageOfAnotherInstallationIsRefused() throws {
        try withFolder { folder in
            _ = try events(folder)
            try FileManager.default.removeItem(atPath: "\(folder.path)/key")
            try expect(
                try again(folder),
                [
                    "refused", "compiling", "compiled",
                ])
        }
    }

    @Test func anImageWithoutItsCodeIsNotLookedAt() throws {
        try withFolder { folder in
            _ = try events(folder)
            try FileManager.default.removeItem(atPath: try #require(try files(folder, ending: ".mac").first))
            try expect(folder, ["compiling", "compiled"])
        }
    }

    @Test func aFolderOthersCanWriteIsRefused() throws {
        try withFolder { folder in
            #expect(chmod(folder.path, 0o777) == 0)
            let error = #expect(throws: EngineError.self) {
                _ = try ImageFolder(engine: engine, path: folder.path)
            }
            #expect(error?.message.contains("can be written by others") == true)
        }
    }

    @Test func anImageThatIsALinkIsRefused() throws {
        try withFolder { folder in
            _ = try events(folder)
            let image = try #require(try files(folder, ending: ".cwasm").first)
            try FileManager.default.moveItem(atPath: image, toPath: "\(folder.path)/elsewhere")
            try FileManager.default.createSymbolicLink(atPath: image, withDestinationPath: "elsewhere")
            try expect(folder, ["refused", "compiling", "compiled"])
        }
    }

    @Test func textThatDoesNotParseSaysWhere() throws {
        try withFolder { folder in
            let error = #expect(throws: EngineError.self) {
                _ = try folder.module(for: Array("(module\n  (fnc))".utf8), name: "m")
            }
            #expect(error?.message.contains("2:") == true)
        }
    }
}
