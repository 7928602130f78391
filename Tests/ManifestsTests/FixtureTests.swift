import AppModel
import Foundation
import Manifests
import Testing

/// Each `Fixtures/*.toml` has a `.err` beside it with the exact errors and warnings, one a line. With
/// `RECORD_FIXTURES=1` in the environment they are written anew, to be reviewed as a change.
@Suite struct FixtureTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
        path: "Fixtures")

    static let names: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    /// What the reader says about a fixture.
    static func report(_ name: String) throws -> String {
        let file = folder.appending(path: "\(name).toml")
        let bytes = [UInt8](try Data(contentsOf: file))
        let app = folder.appending(path: "app").path
        do {
            let outcome = try ManifestReader().readSpin(bytes, named: "spin.toml", folder: app)
            return outcome.warnings.map { "warning: \($0)\n" }.joined()
        } catch {
            let lines = error.errors.map { "error: \($0)\n" } + error.warnings.map { "warning: \($0)\n" }
            return lines.joined()
        }
    }

    @Test func `there are fixtures and each has an expectation`() throws {
        #expect(Self.names.count >= 25)
        let all = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        let expectations = all.filter { $0.hasSuffix(".err") }.map { String($0.dropLast(4)) }.sorted()
        #expect(expectations == Self.names)
    }

    @Test(arguments: names)
    func `a manifest gets exactly these errors and warnings`(name: String) throws {
        let report = try Self.report(name)
        let expectation = Self.folder.appending(path: "\(name).err")
        if ProcessInfo.processInfo.environment["RECORD_FIXTURES"] == "1" {
            try Data(report.utf8).write(to: expectation)
        }
        #expect(report == String(decoding: try Data(contentsOf: expectation), as: UTF8.self))
    }
}
