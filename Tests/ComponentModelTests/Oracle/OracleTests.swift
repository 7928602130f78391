import Foundation
import Testing
import WasmEngine

@testable import ComponentModel

@Suite("The engine as an oracle", .enabled(if: ConformanceScripts.isPresent))
struct OracleTests {
    /// Changed components that are judged, in lots that each have a seed.
    private static let mutations = 100_000
    private static let lot = 1_000
    private static let workers = 4

    /// Our features and the engine that has the same ones.
    private struct Setting: Sendable {
        let name: String
        let features: ComponentFeatures
        let judge: ComponentJudge
    }

    /// What the engine's C interface can switch on, beyond the defaults.
    private static let gated: ComponentFeatures = [
        .moreAsyncBuiltins, .asyncStackful, .maps, .implements, .canonicalNames,
    ]

    private struct Count: Sendable {
        var equal = 0
        var accepted = 0
        var explained: [KnownDifference: Int] = [:]
        var unexplained: [String] = []

        mutating func add(_ bytes: [UInt8], _ setting: Setting, _ name: @autoclosure () -> String) {
            let verdicts = Verdicts(bytes, features: setting.features, judge: setting.judge)
            if verdicts.refusal == nil { accepted += 1 }
            if verdicts.agree {
                equal += 1
            } else if let known = KnownDifference.of(verdicts, judge: setting.judge) {
                explained[known, default: 0] += 1
            } else {
                unexplained.append("\(name()), \(setting.name): \(verdicts.description)")
            }
        }

        mutating func add(_ other: Count) {
            equal += other.equal
            accepted += other.accepted
            explained.merge(other.explained, uniquingKeysWith: +)
            unexplained += other.unexplained
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func `our verdict on a component is the engine's, but for known differences`() async throws {
        let settings = [
            Setting(
                name: "defaults", features: .engineDefaults, judge: try ComponentJudge(features: .defaults)),
            Setting(
                name: "gated", features: .engineDefaults.union(Self.gated),
                judge: try ComponentJudge(features: .gated)),
        ]
        var total = Count()
        for item in ConformanceScripts.all.cases + ConformanceScripts.named {
            for setting in settings { total.add(item.bytes, setting, item.description) }
        }
        let mutator = ComponentMutator(
            ConformanceScripts.all.cases + (try ConformanceScripts.hellos()) + ConformanceScripts.named)
        await withTaskGroup(of: Count.self) { group in
            for worker in 0..<Self.workers {
                group.addTask {
                    var count = Count()
                    for lot in stride(from: worker, to: Self.mutations / Self.lot, by: Self.workers) {
                        count.add(await Self.judge(lot: lot, of: mutator, settings))
                    }
                    return count
                }
            }
            for await count in group { total.add(count) }
        }
        report(total)
    }

    private static func judge(
        lot: Int, of mutator: ComponentMutator, _ settings: [Setting]
    ) async -> Count {
        var random = Mutations(seed: UInt64(lot))
        var count = Count()
        for number in 0..<Self.lot {
            // The threads that all tests share are few, and some wait for something to happen in time.
            if number % 10 == 0 { await Task.yield() }
            let bytes = mutator.next(&random)
            // The features of most components need the gated ones.
            let setting = settings[number % 4 == 0 ? 0 : 1]
            count.add(bytes, setting, "mutation \(number) of lot \(lot) (\(hexadecimal(bytes)))")
        }
        return count
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func report(_ total: Count) {
        for text in total.unexplained { Issue.record("\(text)") }
        let explained = total.explained.values.reduce(0, +)
        for (known, count) in total.explained.sorted(by: { $0.value > $1.value }) {
            print("oracle: \(count) explained by \(known.rawValue)")
        }
        print(
            "oracle: \(total.equal) verdicts equal, \(explained) explained, \(total.unexplained.count) unexplained"
                + " (the engine accepts \(total.accepted))")
        #expect(total.equal + explained >= Self.mutations)
        // Neither side may win by refusing everything.
        #expect(total.accepted > Self.mutations / 20)
    }
}
