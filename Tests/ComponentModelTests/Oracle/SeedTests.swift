import Foundation
import Testing

private let seedFolder = ProcessInfo.processInfo.environment["MARTLET_SEEDS"]

/// Not a test of anything: `scripts/fuzz` takes its first components from here.
@Suite("Seeds for the fuzzer", .enabled(if: seedFolder != nil && ConformanceScripts.isPresent))
struct SeedTests {
    @Test func `are the components of the scripts`() throws {
        let folder = URL(filePath: try #require(seedFolder), directoryHint: .isDirectory)
        let cases = ConformanceScripts.all.cases + (try ConformanceScripts.hellos())
        for (number, item) in cases.enumerated() {
            try Data(item.bytes).write(to: folder.appending(path: "script-\(number)"))
        }
        #expect(cases.count > 700)
    }
}
