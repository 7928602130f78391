/// What Package.swift says each module may import: its layers table, and the products behind its `.names`.
struct LayerTable: Sendable {
    struct Module: Sendable {
        let name: String
        let isC: Bool
        let uses: [String]
        let libraries: [String]
        let testUses: [String]
    }

    /// By name.
    private(set) var modules: [String: Module] = [:]
    /// What every module's tests get beside the module and its dependencies.
    private(set) var testLibraries: [String] = []

    /// What every module may import: parts of the toolchain.
    static let toolchain: Set = [
        "Swift", "Synchronization", "Foundation", "FoundationEssentials", "Dispatch", "Glibc", "Musl",
        "Darwin",
        "RegexBuilder", "System",
    ]

    /// Reads `Module("Name", .kind, uses: ["…"], libraries: [.…])` and `static let … = Self.product(name: "…"`.
    init(manifest: SwiftText) {
        let tokens = manifest.tokens
        var products: [String: String] = [:]
        for index in tokens.indices.dropLast(10) where tokens[index].text == "static" {
            let rest = tokens[index...].prefix(11).map(\.text)
            if rest[5] == "." && rest[6] == "product" && rest[8] == "name" { products[rest[2]] = rest[10] }
        }
        for index in tokens.indices.dropLast(2)
        where tokens[index].text == "Module" && tokens[index + 1].text == "("
            && tokens[index + 2].kind == .literal
        {
            let module = LayerTable.module(tokens[(index + 2)...], products: products)
            modules[module.name] = module
        }
        testLibraries = LayerTable.testLibraries(tokens, products: products)
    }

    /// The `.names` after the module itself in `dependencies: [.init(stringLiteral: module.name), …]`.
    private static func testLibraries(_ tokens: [SwiftText.Token], products: [String: String]) -> [String] {
        let texts = tokens.map(\.text)
        let own = ["stringLiteral", ":", "module", ".", "name", ")"]
        guard let start = texts.indices.first(where: { texts[$0...].starts(with: own) }) else { return [] }
        return texts[(start + own.count)...].prefix { $0 != "]" }.compactMap { products[$0] }
    }

    private static func module(_ tokens: ArraySlice<SwiftText.Token>, products: [String: String]) -> Module {
        var label = ""
        var depth = 1
        var uses: [String] = []
        var libraries: [String] = []
        var testUses: [String] = []
        var isC = false
        for (index, token) in zip(tokens.indices, tokens).dropFirst() {
            if token.text == "(" { depth += 1 }
            if token.text == ")" { depth -= 1 }
            if depth == 0 { break }
            if token.text == ":" { label = tokens[index - 1].text }
            if token.kind == .literal && label == "uses" { uses.append(token.text) }
            if token.kind == .literal && label == "testUses" { testUses.append(token.text) }
            if token.kind == .word, tokens[index - 1].text == "." {
                if label == "libraries" { libraries.append(products[token.text] ?? token.text) }
                if label.isEmpty && token.text == "c" { isC = true }
            }
        }
        return Module(
            name: tokens.first?.text ?? "", isC: isC, uses: uses, libraries: libraries, testUses: testUses)
    }

    /// What the module of a file may import; nil when no module of the table owns the file.
    func allowedImports(path: String) -> Set<String>? {
        let parts = path.split(separator: "/").map(String.init)
        if parts.first == "Sources", parts.count > 3, let module = modules[parts[2]] {
            return LayerTable.toolchain.union(module.uses).union(module.libraries)
        }
        guard parts.first == "Tests", parts.count > 2 else { return nil }
        let tests = LayerTable.toolchain.union(["Testing"])
        guard parts[1].hasSuffix("Tests"), let module = modules[String(parts[1].dropLast("Tests".count))]
        else { return Exceptions.modulesOfOtherTests[parts[1]].map { tests.union($0) } }
        return tests.union([module.name]).union(testLibraries).union(module.uses).union(module.libraries)
            .union(module.testUses)
    }
}
