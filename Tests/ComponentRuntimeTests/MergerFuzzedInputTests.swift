import TestSupport
import Testing

@Suite("Inputs that a fuzzer kept")
struct MergerFuzzedInputTests {
    @Test(arguments: MergerFuzzing.targets.keys.sorted())
    func `break no promise, those that once did included`(target: String) throws {
        let run = try #require(MergerFuzzing.targets[target])
        let inputs = try FuzzedInput.kept(of: target)
        #expect(!inputs.isEmpty)
        for input in inputs { #expect(run(input.bytes) == nil, "\(input.path)") }
    }
}
