import Foundation
import Testing
import WasmEngine

@Suite("The specification's scripts", .enabled(if: ScriptSuite.specification.isPresent))
struct ConformanceTests {
    @Test func `every command of every script passes`() throws {
        let suite = ScriptSuite.specification
        let notYet = try suite.text(of: "nyi.txt").split(separator: "\n").map {
            String($0.trimmingPrefix("./"))
        }
        let runner = try ScriptRunner(engine: try Engine(), isExact: true)
        var total = ScriptOutcome()
        for script in suite.scripts where !notYet.contains(script) {
            total.add(
                runner.run(
                    script: script, text: try suite.text(of: script), features: ScriptFeatures.undeclared))
        }
        for failure in total.failures { Issue.record("\(failure.place): \(failure.reason)") }
        #expect(total.passed > 1_300)
        print("component-model: \(total.passed) passed, \(total.failures.count) failed")
    }
}
