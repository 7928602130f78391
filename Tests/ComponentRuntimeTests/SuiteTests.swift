import Foundation
import Testing
import WasmEngine

/// Scripts of other projects, in the folder that `make conformance COMPONENT_SUITE=FOLDER` names.
@Suite("Scripts of others", .enabled(if: ScriptSuite.named != nil))
struct SuiteTests {
    @Test func `every command of every script in the named folder passes`() throws {
        guard let suite = ScriptSuite.named else { return }
        try #require(!suite.scripts.isEmpty, "no .wast scripts below \(suite.folder.path)")
        // Some scripts have a memory of more than 4 GiB, of which they touch little.
        var limits = EngineLimits()
        limits.memoryBytes = 8 << 30
        let runner = try ScriptRunner(engine: try Engine(limits: limits), isExact: false)
        var total = ScriptOutcome()
        var excepted = 0
        for script in suite.scripts {
            let text = try suite.text(of: script)
            let features = ScriptFeatures(script: text)
            guard features.unknown.isEmpty else {
                print("\(script): not run, needs \(features.unknown.joined(separator: ", "))")
                continue
            }
            let outcome = runner.run(script: script, text: text, features: features.enabled)
            total.add(outcome)
            excepted += report(script, outcome)
        }
        print(
            """
            component-suite: \(total.passed) passed, \(total.failures.count - excepted) failed, \
            \(excepted) excepted (\(total.onlyValidated.count) only validated, \
            \(total.stubbed.count) linked with stand-ins, \
            \(total.otherWords.count) trapped in other words, \(total.refusedAsText) refused as text)
            """)
    }

    /// Prints what came of a script; failures that are no exceptions fail the test.
    ///
    /// - Returns: how many failures are exceptions.
    private func report(_ script: String, _ outcome: ScriptOutcome) -> Int {
        var excepted = 0
        var lines: [String] = []
        for failure in outcome.failures {
            if let reason = ScriptExceptions.reasons[failure.place] {
                excepted += 1
                lines.append("excepted \(failure.place): \(reason)")
            } else {
                Issue.record("\(failure.place): \(failure.reason)")
                lines.append("failed \(failure.place): \(failure.reason)")
            }
        }
        lines += outcome.onlyValidated.map { "only validated \($0.place): \($0.reason)" }
        lines += outcome.stubbed.map { "linked with stand-ins \($0.place): \($0.reason)" }
        lines += outcome.otherWords.map { "other words \($0.place): \($0.reason)" }
        print("\(script): \(outcome.passed) passed, \(outcome.failures.count - excepted) failed")
        for line in lines { print("    \(line.replacing("\n", with: " "))") }
        return excepted
    }
}
