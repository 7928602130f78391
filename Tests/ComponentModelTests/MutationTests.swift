import ComponentModel
import Testing

@Suite("Mutated components", .enabled(if: ConformanceScripts.isPresent))
struct MutationTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `get a verdict, and the same one twice`(seed: UInt64) {
        var mutations = Mutations(seed: seed)
        let cases = ConformanceScripts.all.cases.filter { $0.bytes.count < 4000 }
        for _ in 0..<2_000 {
            guard let item = cases.randomElement(using: &mutations) else { continue }
            let bytes = mutations.mutate(item.bytes)
            #expect(verdict(bytes) == verdict(bytes))
        }
    }

    private func verdict(_ bytes: [UInt8]) -> String {
        do {
            return "\(try Component(bytes, features: .all).type.exports.count) exports"
        } catch {
            return "\(error)"
        }
    }
}
