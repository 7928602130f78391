import Foundation
import Testing

@Suite("What no text of the repository holds")
struct TextTests {
    // In pieces, so that this file does not hold them either.
    private static let unfinished = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]
    private static let machineFolders = [
        "wo" + "rk", "fa" + "rm", "ro" + "ot", "opt/" + "swift", "ho" + "me/[a-z]",
    ]
    private static let hosts = ["py" + "pi.org", "python" + "hosted", "registry." + "npm"]
    private static let vagueNames = ["Utils", "Util", "Common", "Helpers", "Helper", "Manager", "Misc"]

    private var texts: [(path: String, text: String)] {
        let endings = [
            ".swift", ".c", ".h", ".md", ".wat", ".toml", ".lock", "Makefile", ".py", ".sh", ".zig", ".go",
            ".rs", ".js",
        ]
        return Repository.current.paths
            .filter { path in
                endings.contains(where: path.hasSuffix) || path.hasPrefix("scripts/")
                    || path.hasPrefix(".ci/")
            }
            .compactMap { path in Repository.current.text(path).map { (path, $0) } }
    }

    @Test func `nothing is left to do`() throws {
        let pattern = "\\b(\(TextTests.unfinished.joined(separator: "|")))\\b"
        expectNone(try matches(of: pattern), "Do it, or open an issue.")
    }

    @Test func `no path of a developer's machine is named`() throws {
        let pattern = "(^|[^A-Za-z0-9_./)-])/(\(TextTests.machineFolders.joined(separator: "|")))(/|\\b)"
        expectNone(try matches(of: pattern))
        #expect(try matches(of: pattern, in: [("a", "see /\(TextTests.machineFolders[0])/main")]).count == 1)
        #expect(try matches(of: pattern, in: [("a", "../\(TextTests.machineFolders[2])/inside")]) == [])
    }

    @Test func `no registry is named by its host`() throws {
        let pattern = TextTests.hosts.map { NSRegularExpression.escapedPattern(for: $0) }.joined(
            separator: "|")
        expectNone(try matches(of: pattern))
    }

    @Test func `no file, folder or type has a name that says nothing`() throws {
        let vague = TextTests.vagueNames
        let named = Repository.current.paths.filter { path in
            path.split(separator: "/").contains { part in
                let name = part.prefix { $0 != "." && $0 != "+" }
                return vague.contains { name.hasSuffix($0) } || vague.contains { $0.lowercased() == name }
            }
        }
        expectNone(named)
        let kinds: Set = ["struct", "class", "enum", "actor", "protocol", "typealias"]
        let types = Repository.current.swiftFiles().flatMap { file in
            zip(file.tokens, file.tokens.dropFirst())
                .filter { kinds.contains($0.text) && $0.kind == .word && $1.kind == .word }
                .filter { _, name in vague.contains { name.text.hasSuffix($0) } }
                .map { "\(file.path):\($1.line): \($1.text)" }
        }
        expectNone(types)
    }

    private func matches(of pattern: String, in texts: [(path: String, text: String)]? = nil) throws
        -> [String]
    {
        let expression = try NSRegularExpression(pattern: pattern, options: .anchorsMatchLines)
        return (texts ?? self.texts).flatMap { path, text in
            expression.matches(in: text, range: NSRange(text.startIndex..., in: text)).compactMap { match in
                Range(match.range, in: text).map { range in
                    let line = text[..<range.lowerBound].count { $0 == "\n" } + 1
                    return "\(path):\(line): \(text[range])"
                }
            }
        }
    }
}
