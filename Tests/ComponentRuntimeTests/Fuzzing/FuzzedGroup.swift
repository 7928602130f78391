import TestSupport

@testable import ComponentRuntime

/// Core modules that a fuzzer chose, each of which may import what those before it export.
struct FuzzedGroup {
    /// Functions of the host, by their signatures.
    static let hosts = [1, 3, 0]
    static let modulesMax = 4

    private(set) var modules: [(binary: [UInt8], sources: [ModuleMerger.Source])] = []
    /// Whether bytes were changed: the modules may be anything.
    private(set) var isPatched = false
    /// Exported functions and memories of all modules.
    private(set) var functions: [(instance: Int, name: String)] = []
    private(set) var memories: [(instance: Int, name: String)] = []
    private var offers: [(source: ModuleMerger.Source, item: FuzzedModule.Item)] = []

    init(_ input: inout FuzzInput) {
        for (number, signature) in Self.hosts.enumerated() {
            offers.append((.host(number), .function(signature)))
        }
        let count = 1 + input.number(below: Self.modulesMax)
        for number in 0..<count { add(number, &input) }
        while input.flag(), !input.isEmpty {
            isPatched = true
            let module = input.number(below: count)
            let place = 8 + Int(input.word() % UInt64(modules[module].binary.count - 8))
            modules[module].binary[place] ^= input.byte()
        }
    }

    private mutating func add(_ number: Int, _ input: inout FuzzInput) {
        let imports = (0..<input.number(below: 7)).map { _ in offers[input.number(below: offers.count)] }
        let module = FuzzedModule(imports: imports.map(\.item), &input)
        modules.append((module.binary, imports.map(\.source)))
        for (name, item) in module.exports {
            offers.append((.export(number, name), item))
            if case .function = item { functions.append((number, name)) }
            if case .memory = item { memories.append((number, name)) }
        }
    }

    /// The numbers of the host's functions that are imported.
    var hostFunctions: [Int] {
        let used = Set(modules.flatMap(\.sources))
        return Self.hosts.indices.filter { used.contains(.host($0)) }
    }
}
