import ComponentModel
import Testing

@Suite("The specification's scripts", .enabled(if: ConformanceScripts.isPresent))
struct ConformanceTests {
    /// Verdicts that differ from the script's, with the reason.
    private static let exceptions: [String: String] = [
        "validation/core-modules.wast:25": "code of a core module, which the engine validates"
    ]

    /// Everything but what the scripts expect to be off: nested names.
    private static let features = ComponentFeatures.all.subtracting(.nestedNames)

    @Test func `every component of the scripts gets the verdict that its script expects`() {
        let cases = ConformanceScripts.all.cases
        #expect(cases.count == 736)
        for item in cases {
            let wanted = item.expectation == .valid || Self.exceptions[item.description] != nil
            do {
                _ = try Component(item.bytes, features: Self.features)
                #expect(wanted, "\(item) is accepted and should be \(item.expectation)")
            } catch {
                #expect(!wanted, "\(item) is refused: \(error)")
            }
        }
    }

    @Test func `the engine's parser reads all scripts but the listed ones`() {
        #expect(Set(ConformanceScripts.all.unreadable) == Set(ConformanceScripts.unreadable.keys))
    }

    @Test func `every prefix of a component is refused or is one`() {
        for item in ConformanceScripts.all.cases where item.expectation == .valid && item.bytes.count < 1500 {
            for length in stride(from: 0, to: item.bytes.count, by: 7) {
                let prefix = Array(item.bytes[..<length])
                // The verdict does not matter, only that there is one; a cut between two sections is a component.
                if let component = try? Component(prefix) {
                    #expect(component.definition.bytes.count == length)
                }
            }
        }
    }
}
