import Testing

@Suite("Imports follow the layers of Package.swift")
struct ImportTests {
    private static let manifestFile = "Package.swift"

    private func table() throws -> LayerTable {
        let text = try #require(Repository.current.text(ImportTests.manifestFile))
        return LayerTable(manifest: SwiftText(path: ImportTests.manifestFile, text: text))
    }

    @Test func `the table is read from the manifest`() throws {
        let table = try table()
        let engine = try #require(table.modules["WasmEngine"])
        #expect(engine.uses == ["CWasmtime", "CMemoryPages"])
        #expect(engine.libraries.contains("NIOCore"))
        #expect(table.modules["CWasmtime"]?.isC == true)
        #expect(table.modules["Assembly"]?.uses.contains("HTTPTrigger") == true)
        #expect(table.modules.count >= 13)
    }

    @Test func `no file imports what its module does not declare`() throws {
        let table = try table()
        let problems = Repository.current.swiftFiles().flatMap { ImportRule.problems(in: $0, table: table) }
        expectNone(problems)
    }

    @Test func `every folder of Sources is a module of the table, in its layer's folder`() throws {
        let table = try table()
        let folders = Set(
            Repository.current.paths.filter { $0.hasPrefix("Sources/") }.map { path in
                path.split(separator: "/").dropFirst(2).first.map(String.init) ?? path
            })
        #expect(folders == Set(table.modules.keys))
    }

    @Test func `only WasmEngine uses the engine's C declarations`() throws {
        let users = try table().modules.values.filter { $0.uses.contains("CWasmtime") }.map(\.name)
        #expect(users == ["WasmEngine"])
    }

    @Test(arguments: [
        "import Assembly", "public import Assembly", "@testable import Assembly",
        "import struct Assembly.Server",
        "import Foundation; import Assembly", "#if canImport(Glibc)\nimport Assembly\n#endif",
    ])
    func `an undeclared import is found`(text: String) throws {
        let file = SwiftText(path: "Sources/App/AppModel/Fixture.swift", text: text)
        let problems = ImportRule.problems(in: file, table: try table())
        #expect(problems.count == 1)
        #expect(problems.first?.contains("AppModel imports Assembly") == true)
    }

    @Test(arguments: [
        "// import Assembly", "let text = \"import Assembly\"", "import Foundation", "x.import(Assembly)",
    ])
    func `what is no import of another module is left alone`(text: String) throws {
        let file = SwiftText(path: "Sources/App/AppModel/Fixture.swift", text: text)
        #expect(ImportRule.problems(in: file, table: try table()) == [])
    }
}

enum ImportRule {
    private static let kinds: Set = [
        "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
    ]

    static func problems(in file: SwiftText, table: LayerTable) -> [String] {
        let owner =
            file.path.split(separator: "/").dropFirst(file.path.hasPrefix("Sources/") ? 2 : 1).first ?? ""
        guard let allowed = table.allowedImports(path: file.path) else {
            // Benchmarks stand outside the table; a folder of tests must be known.
            guard file.path.hasPrefix("Tests/") else { return [] }
            return ["\(file.path): \(owner) belongs to no module; name it in Exceptions.modulesOfOtherTests."]
        }
        return imports(in: file).filter { !allowed.contains($0.name) }.map {
            "\(file.path):\($0.line): \(owner) imports \($0.name), which Package.swift does not give it."
        }
    }

    private static func imports(in file: SwiftText) -> [(name: String, line: Int)] {
        let tokens = file.tokens
        return tokens.indices.compactMap { index in
            guard tokens[index].text == "import", tokens[index].kind == .word else { return nil }
            if index > 0, tokens[index - 1].text == "." { return nil }
            var next = index + 1
            if next < tokens.count, kinds.contains(tokens[next].text) { next += 1 }
            guard next < tokens.count, tokens[next].kind == .word else { return nil }
            return (tokens[next].text, tokens[next].line)
        }
    }
}
