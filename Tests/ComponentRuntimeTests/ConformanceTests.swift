import Foundation
import NIOPosix
import Testing
import WasmEngine

@Suite("The specification's scripts", .enabled(if: ConformanceTests.isPresent))
struct ConformanceTests {
    /// Beside the repository; absent where only the repository was cloned.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../shared/conformance/component-model").standardizedFileURL

    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

    /// Commands that are not passed, each with its reason.
    private static let exceptions: [String: String] = [
        "async/cancellable.wast:13": "the engine's parser no longer knows `cancellable`",
        "async/cancellable.wast:322": "calls the component before it",
        "binary/binary.wast:1227":
            "instantiation needs a core module as an import, which scripts cannot supply",
        "validation/attributes.wast:202":
            "instantiation needs an instance of instances, which scripts cannot supply",
        "validation/attributes.wast:213":
            "instantiation needs an instance of instances, which scripts cannot supply",
        "validation/core-modules.wast:7":
            "instantiation needs a core module as an import, which scripts cannot supply",
    ]

    @Test func `every command of every script passes but the listed ones`() throws {
        let notYet = try String(contentsOf: Self.folder.appending(path: "nyi.txt"), encoding: .utf8)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.replacing("./", with: "") }
        let runner = try ScriptRunner(
            engine: try Engine(), loop: MultiThreadedEventLoopGroup.singleton.next())
        for script in Self.scripts where !notYet.contains(script) {
            let text = try String(contentsOf: Self.folder.appending(path: script), encoding: .utf8)
            runner.run(script: script, text: text)
        }
        let unexpected = runner.failures.filter { Self.exceptions[$0.place] == nil }
        for failure in unexpected { Issue.record("\(failure.place): \(failure.reason)") }
        let passed = runner.passed.values.reduce(0, +)
        let excepted = runner.failures.count - unexpected.count
        #expect(excepted == Self.exceptions.count, "an exception passes now")
        #expect(passed > 1_300)
        print("component-model: \(passed) passed, \(unexpected.count) failed, \(excepted) excepted")
    }

    private static var scripts: [String] {
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".wast") }.sorted()
    }
}
