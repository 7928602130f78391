import Foundation
import Testing
import WasmEngine

/// Scripts of other projects, in the folder that `make conformance COMPONENT_SUITE=FOLDER` names.
@Suite("Scripts of others", .enabled(if: ScriptSuite.named != nil))
struct SuiteTests {
    @Test func `every command of every script in the named folder passes but the listed ones`() throws {
        let suite = try #require(ScriptSuite.named)
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
                say("\(script): not run, needs \(features.unknown.joined(separator: ", "))")
                continue
            }
            let outcome = runner.run(script: script, text: text, features: features.enabled)
            total.add(outcome)
            excepted += report(script, outcome)
        }
        say(
            "\(total.passed) passed, \(total.failures.count - excepted) failed, \(excepted) excepted;"
                + " of those that passed, \(total.onlyValidated.count) were validated and not instantiated,"
                + " \(total.otherWords.count) trapped in other words,"
                + " \(total.refusedAsText) were refused by the engine's parser of text")
    }

    /// `scripts/conformance` shows what begins so.
    private func say(_ line: String) { print("component-suite: \(line.replacing("\n", with: " "))") }

    /// Says what came of a script. Failures that are no exceptions fail the test.
    ///
    /// - Returns: how many failures are exceptions.
    private func report(_ script: String, _ outcome: ScriptOutcome) -> Int {
        let failures = outcome.failures.filter { ScriptExceptions.reasons[$0.place] == nil }
        let excepted = outcome.failures.count - failures.count
        say("\(script): \(outcome.passed) passed, \(failures.count) failed, \(excepted) excepted")
        for failure in outcome.failures {
            if let reason = ScriptExceptions.reasons[failure.place] {
                say("    excepted \(failure.place): \(reason)")
            } else {
                say("    failed \(failure.place): \(failure.reason)")
                Issue.record("\(failure.place): \(failure.reason)")
            }
        }
        for (reason, findings) in Dictionary(grouping: outcome.otherWords, by: \.reason).sorted(by: {
            $0.key < $1.key
        }) {
            let lines = findings.compactMap { $0.place.split(separator: ":").last }
            say("    lines \(lines.joined(separator: ", ")): \(reason)")
        }
        return excepted
    }
}
