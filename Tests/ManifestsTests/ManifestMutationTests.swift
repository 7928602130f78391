import Foundation
import Manifests
import Testing

@Suite struct ManifestMutationTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 31)
        }
    }

    private static let fragments: [[UInt8]] =
        [
            "[", "]", "[[", "]]", "{", "}", "\"", "'", "\"\"\"", "'''", "\\u0000", "\\", "=", ".", ",", "#",
            "\n", "\r\n",
            "\t", "é", "1979-05-27T07:32:00Z", "inf", "nan", "0x", "true", "a.b.c", "[a.b]",
            "[[trigger.http]]",
            "component", "x = [[[[", "{a={a={a={", "1e999", "99999999999999999999", "\u{FEFF}", "..", "**",
            "/...",
        ].map { Array($0.utf8) } + [[0], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0x7F]]

    /// One change: a byte, a fragment in, a piece out, or a piece twice.
    private static func mutate(_ bytes: inout [UInt8], with random: inout Random) {
        let place = bytes.isEmpty ? 0 : Int.random(in: 0..<bytes.count, using: &random)
        let end = min(bytes.count, place + Int.random(in: 0...40, using: &random))
        switch Int.random(in: 0..<5, using: &random) {
        case 0 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(place..<end)
        case 2: bytes.insert(contentsOf: Array(bytes[place..<end]), at: place)
        case 3: bytes.removeSubrange(place...)
        default: bytes.insert(contentsOf: fragments.randomElement(using: &random) ?? [], at: place)
        }
    }

    @Test(arguments: 0..<4)
    func `a damaged manifest is read or refused with errors inside the file`(part: Int) throws {
        var random = Random(state: UInt64(part) + 7)
        let reader = ManifestReader()
        let folder = FixtureTests.folder.appending(path: "app").path
        var refused = 0
        var accepted = 0
        for name in FixtureTests.names {
            let original = [UInt8](
                try Data(contentsOf: FixtureTests.folder.appending(path: "\(name).toml")))
            for _ in 0..<100 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...6, using: &random) { Self.mutate(&bytes, with: &random) }
                do {
                    _ = try reader.readSpin(bytes, named: "spin.toml", folder: folder)
                    accepted += 1
                } catch {
                    refused += 1
                    #expect(!error.errors.isEmpty)
                    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                        .count
                    for problem in error.errors {
                        #expect((1...lines + 1).contains(problem.line), "\(problem)")
                        #expect(problem.column >= 1 && problem.column <= bytes.count + 1, "\(problem)")
                    }
                }
            }
        }
        #expect(refused > 1000)
        #expect(accepted > 0)
    }
}
