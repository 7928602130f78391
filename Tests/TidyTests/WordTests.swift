import Testing

@Suite("Words that do not belong")
struct WordTests {
    private var files: [SwiftText] {
        let manifest = Repository.current.text("Package.swift").map {
            SwiftText(path: "Package.swift", text: $0)
        }
        return Repository.current.swiftFiles() + [manifest].compactMap(\.self)
    }

    @Test func `no file has a word that its place forbids`() {
        let problems = files.flatMap { file in WordRule.all.flatMap { $0.problems(in: file) } }
        expectNone(problems)
    }

    @Test func `no exception is left over`() {
        let stale = WordRule.all.flatMap { $0.staleExceptions(in: files) }
        expectNone(stale)
    }

    @Test func `a silenced error is explained`() {
        let problems = Repository.current.swiftFiles(in: ["Sources"]).flatMap(silencedErrors)
        expectNone(problems)
    }

    @Test(arguments: [
        "let value = try! read()", "a as! B", "fatalError(\"no\")", "print(1)",
        "let text = \"\\(try! read())\"", "let p = unsafe pointer.pointee",
        "final class A: @unchecked Sendable {}",
    ])
    func `a forbidden word in code is found`(text: String) {
        let file = SwiftText(path: "Sources/App/AppModel/Fixture.swift", text: text)
        #expect(WordRule.all.flatMap { $0.problems(in: file) }.count == 1)
    }

    @Test(arguments: [
        "// never try! here", "/* print( /* fatalError( */ print( */", "let text = \"print(1)\"",
        "let text = #\"a \"quoted\" print(1)\"#", "let text = \"\"\"\n  \"try!\"\n  \"\"\"", "footprint(1)",
        "try? a",
    ])
    func `a forbidden word in a comment or a literal is not`(text: String) {
        let file = SwiftText(path: "Sources/App/AppModel/Fixture.swift", text: text)
        #expect(WordRule.all.flatMap { $0.problems(in: file) } == [])
    }

    @Test func `a fixed wait in a test is found`() {
        let file = SwiftText(
            path: "Tests/AppModelTests/Fixture.swift", text: "try await Task.sleep(for: .seconds(1))")
        #expect(WordRule.all.flatMap { $0.problems(in: file) }.count == 1)
    }

    @Test func `a silenced error without a comment is found`() {
        let bare = SwiftText(path: "Fixture.swift", text: "\nlet a = try? b()\ndo { try c() } catch {}\n")
        #expect(silencedErrors(in: bare).count == 2)
        let explained = SwiftText(path: "Fixture.swift", text: "// Absent is fine.\nlet a = try? b()\n")
        #expect(silencedErrors(in: explained) == [])
    }

    private func silencedErrors(in file: SwiftText) -> [String] {
        (file.lines(of: ["try", "?"]) + file.lines(of: ["catch", "{", "}"])).filter {
            !file.hasComment(near: $0)
        }
        .map { "\(file.path):\($0): an error is silenced here; a comment says why that is right." }
    }
}
