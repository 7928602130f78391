import Foundation
import Testing

@Suite("Inputs that a fuzzer kept")
struct ComponentFuzzedInputTests {
    @Test(arguments: ComponentFuzzing.targets.keys.sorted())
    func `break no promise, those that once did included`(target: String) throws {
        let run = try #require(ComponentFuzzing.targets[target])
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fuzzing").standardizedFileURL
        var count = 0
        for kind in ["corpus", "findings"] {
            let inputs = folder.appending(path: "\(kind)/\(target)")
            // Not every target has findings.
            let names = (try? FileManager.default.contentsOfDirectory(atPath: inputs.path)) ?? []
            for name in names {
                let bytes = Array(try Data(contentsOf: inputs.appending(path: name)))
                #expect(run(bytes) == nil, "\(kind)/\(target)/\(name)")
                count += 1
            }
        }
        #expect(count > 0)
    }
}
