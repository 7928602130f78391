import Foundation
import Testing

@Suite("Documents")
struct DocumentTests {
    @Test(arguments: [
        "README.md", "LICENSE", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md",
        "examples/hello/README.md",
    ])
    func `the document is there`(path: String) {
        #expect(Repository.current.text(path)?.isEmpty == false)
    }

    @Test func `the licence is Apache-2.0 in full`() throws {
        let text = try #require(Repository.current.text("LICENSE"))
        #expect(text.contains("Apache License") && text.contains("Version 2.0, January 2004"))
        #expect(text.contains("9. Accepting Warranty or Additional Liability."))
    }

    @Test func `every link to a place in the repository leads there`() {
        let documents = Repository.current.paths.filter { $0.hasSuffix(".md") }
        #expect(documents.isEmpty == false)
        let broken = documents.flatMap { path in
            links(in: Repository.current.text(path) ?? "").filter { !leadsSomewhere($0, from: path) }
                .map { "\(path): \($0)" }
        }
        expectNone(broken)
    }

    @Test func `a broken link is found`() {
        #expect(links(in: "see [a](b.md) and [c](d.md#e), not `[x](y)`") == ["b.md", "d.md#e"])
        #expect(leadsSomewhere("docs/architecture.md", from: "README.md"))
        #expect(leadsSomewhere("../README.md#martlet", from: "docs/architecture.md"))
        #expect(leadsSomewhere("../README.md#no-such-heading", from: "docs/architecture.md") == false)
        #expect(leadsSomewhere("no-such-file.md", from: "README.md") == false)
    }

    @Test func `the README's targets are in the Makefile`() throws {
        let makefile = try #require(Repository.current.text("Makefile"))
        let targets = Set(
            makefile.split(separator: "\n").filter { !$0.hasPrefix("\t") && !$0.hasPrefix("#") }
                .compactMap { line in line.firstIndex(of: ":").map { String(line[..<$0]) } })
        for path in ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "examples/hello/README.md"] {
            for target in makeTargets(in: try #require(Repository.current.text(path))) {
                #expect(targets.contains(target), "\(path) names `make \(target)`.")
            }
        }
    }

    /// The words after `make` in code: between backticks or in an indented line.
    private func makeTargets(in text: String) -> [String] {
        text.split(separator: "\n").flatMap { line -> [String] in
            let pieces =
                line.hasPrefix("    ")
                ? [line] : everySecond(line.split(separator: "`", omittingEmptySubsequences: false))
            return pieces.compactMap { piece in
                let words = piece.split(separator: " ")
                guard words.count > 1, words[0] == "make" else { return nil }
                return words[1].contains("=") ? nil : String(words[1])
            }
        }
    }

    private func everySecond(_ pieces: [Substring]) -> [Substring] {
        pieces.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }

    /// The targets of inline links, code spans aside, that are not elsewhere on the network.
    private func links(in text: String) -> [String] {
        text.split(separator: "\n").flatMap { line -> [String] in
            let prose = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .map { $0.offset % 2 == 0 ? String($0.element) : "code" }.joined()
            return prose.components(separatedBy: "](").dropFirst().compactMap { rest in
                rest.firstIndex(of: ")").map { String(rest[..<$0]) }
            }
        }.filter { !$0.contains("://") && !$0.hasPrefix("mailto:") }
    }

    private func leadsSomewhere(_ link: String, from path: String) -> Bool {
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        let folder = (path as NSString).deletingLastPathComponent
        let joined = (folder as NSString).appendingPathComponent(parts[0])
        let target = parts[0].isEmpty ? path : (joined as NSString).standardizingPath
        guard Repository.current.exists(target) else { return false }
        guard parts.count == 2 else { return true }
        return headings(of: target).contains(parts[1])
    }

    private func headings(of path: String) -> [String] {
        (Repository.current.text(path) ?? "").split(separator: "\n").filter { $0.hasPrefix("#") }.map {
            line in
            line.drop { $0 == "#" || $0 == " " }.lowercased()
                .compactMap {
                    $0 == " " ? "-" : $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? String($0) : nil
                }
                .joined()
        }
    }
}
