import Testing

@testable import Manifests

@Suite struct TOMLParserTests {
    private func parse(_ text: String) throws -> TOMLNode {
        try TOMLParser.parse(Array(text.utf8), limits: ManifestLimits())
    }

    /// A value in a notation for tests: tables in braces, keys in the order of the text.
    private func shown(_ node: TOMLNode) -> String {
        switch node.value {
        case .string(let text): "'\(text)'"
        case .integer(let number): "\(number)"
        case .float(let number): "\(number)"
        case .boolean(let value): "\(value)"
        case .date: "date"
        case .array(let nodes): "[" + nodes.map(shown).joined(separator: " ") + "]"
        case .table(let entries):
            "{" + entries.map { "\($0.key)=\(shown($0.node))" }.joined(separator: " ") + "}"
        }
    }

    @Test(arguments: [
        ("", "{}"), ("\u{FEFF}a=1", "{a=1}"), ("# only", "{}"), ("b=1\r\na=2\r\n", "{b=1 a=2}"),
        ("a.b.c = 1\na.d = 2", "{a={b={c=1} d=2}}"), ("[x.y]\n[x]\nz=1", "{x={y={} z=1}}"),
        ("[[a]]\nb=1\n[[a]]\n[a.c]\nd=2", "{a=[{b=1} {c={d=2}}]}"), ("\"\" = 1\n'a.b' = 2", "{=1 a.b=2}"),
        ("a = [\n 1, # one\n 2,\n]", "{a=[1 2]}"), ("a = {b.c = 1, d = []}", "{a={b={c=1} d=[]}}"),
        ("a = \"\\u00e9\\\\\\n\"", "{a='é\\\n'}"), ("a = '\\u'", "{a='\\u'}"),
        ("a = \"\"\"\nx\\\n   y\"\"\"\"", "{a='xy\"'}"), ("a = '''\nx\n''''", "{a='x\n''}"),
        ("a = -0\nb = +1_000\nc = 0xfF\nd = 0o17\ne = 0b11", "{a=0 b=1000 c=255 d=15 e=3}"),
        ("a = 1.5\nb = 2e2\nc = -1.5E-1\nd = inf", "{a=1.5 b=200.0 c=-0.15 d=inf}"), ("a = true", "{a=true}"),
        ("a = 1979-05-27 07:32:00.5-07:00\nb = 2024-02-29\nc = 23:59:60", "{a=date b=date c=date}"),
    ])
    func `a document is read as TOML says`(text: String, expected: String) throws {
        #expect(try shown(parse(text)) == expected)
    }

    @Test(arguments: [
        "a", "a =", "= 1", "a = 1 b = 2", "a = 1\na = 2", "[a]\n[a]", "a.b = 1\n[a]",
        "[a.b]\nc=1\n[a]\nb.d=1",
        "a = 1\n[a.b]", "a = []\n[[a]]", "[[a]]\n[a]", "[a]\n[[a]]", "a = {b = 1}\n[a.c]",
        "a = {b = 1}\na.c = 2",
        "a = {b = 1,}", "a = {b = 1\n}", "a = [1 2]", "a = [", "[a", "[a]]", "[]", "[a.]", "a = \"",
        "a = \"\n\"",
        "a = \"\\x\"", "a = \"\\ud800\"", "a = \"\\u00\"", "a = '''", "a = \"\u{1}\"", "# \u{1}", "a = 01",
        "a = 1_",
        "a = 1__0", "a = +0x1", "a = .5", "a = 5.", "a = 1e", "a = 9223372036854775808", "a = True",
        "a = 2023-02-29", "a = 24:00:00", "a = 2023-1-1", "a = 2023-01-01T", "a = 1\rb = 2", "a b = 1",
        "é = 1",
    ])
    func `what is not TOML is refused`(text: String) {
        #expect(throws: TOMLParser.Failure.self) { try parse(text) }
    }

    @Test func `positions count characters, not bytes`() throws {
        let node = try parse("a = 1\n\"é\" = { ünd = 1 }".replacing("ünd", with: "\"ü\""))
        guard case .table(let entries) = node.value, case .table(let inner) = entries[1].node.value else {
            Issue.record("not the tables that were written")
            return
        }
        #expect(entries[1].position == TextPosition(line: 2, column: 1))
        #expect(inner[0].position == TextPosition(line: 2, column: 9))
        #expect(inner[0].node.position == TextPosition(line: 2, column: 15))
    }

    @Test func `a megabyte on one line takes no long time`() throws {
        let text = "a = [" + String(repeating: "1,2,3,", count: 33_000) + "]"
        let elapsed = ContinuousClock().measure { _ = try? parse(text) }
        #expect(elapsed < .seconds(20))
    }

    @Test(arguments: [15, 16])
    func `nesting is allowed up to its limit`(levels: Int) {
        let text = "a = " + String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        #expect((try? parse(text)) != nil)
    }

    @Test func `one level more than the limit is refused`() {
        let text = "a = " + String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
        #expect(throws: TOMLParser.Failure.self) { try parse(text) }
    }
}

@Suite struct NearestNameTests {
    @Test(arguments: [
        ("enviroment", "environment"), ("rout", "route"), ("sorce", "source"), ("Source", "source"),
        ("soruce", "source"), ("id", "id"),
    ])
    func `a misspelt name finds its neighbour`(misspelt: String, name: String) {
        #expect(nearestName(to: misspelt, in: ["id", "route", "source", "environment"]) == name)
    }

    @Test(arguments: ["zebra", "", "completely-different"])
    func `a strange name finds none`(name: String) {
        #expect(nearestName(to: name, in: ["id", "route", "source"]) == nil)
    }
}
