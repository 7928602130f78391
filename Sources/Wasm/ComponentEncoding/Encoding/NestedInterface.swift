import ComponentModel

/// A component that imports the types and functions of an interface and exports them again: types that an exported
/// function mentions must have names, and only an export gives them any.
struct NestedInterface: TypeEncoding {
    let world: World
    let interface: World.InterfaceID
    var anonymous: [WorldValueType: UInt32] = [:]

    /// Imported types with the names of the imports.
    private(set) var importedTypes: [(name: String, type: World.TypeID)] = []
    private var writer = ComponentWriter()
    private var imported: [World.TypeID: UInt32] = [:]
    private var exported: [World.TypeID: UInt32] = [:]
    private var isExporting = false
    private var names: Set<String> = []

    init(_ world: World, _ interface: World.InterfaceID) {
        self.world = world
        self.interface = interface
    }

    /// The name under which a function is imported: names of methods are no plain names.
    static func importName(of function: WorldFunction) -> String {
        var name = function.name
        for (prefix, word) in [
            ("[method]", "method-"), ("[static]", "static-"), ("[constructor]", "constructor-"),
        ]
        where name.hasPrefix(prefix) {
            name = word + name.dropFirst(prefix.count)
        }
        return "import-func-" + String(name.map { $0 == "." ? "-" : $0 })
    }

    mutating func define(_ bytes: [UInt8]) -> UInt32 { writer.type(bytes) }

    mutating func index(of id: World.TypeID) -> UInt32 {
        if isExporting, let known = exported[id] { return known }
        if let known = imported[id] { return known }
        let type = world[id]
        if case .same(let target) = type.kind {
            let index = index(of: target)
            imported[id] = index
            return index
        }
        let bound: ExternType
        if case .resource = type.kind { bound = .resource } else { bound = .typeEqual(define(type.kind)) }
        var name = "import-type-\(type.name)"
        var number = 0
        while names.contains(name) {
            name = "import-type-\(type.name)\(number)"
            number += 1
        }
        names.insert(name)
        let index = writer.importItem(name, bound)
        importedTypes.append((name, id))
        imported[id] = index
        return index
    }

    mutating func write(_ functions: [WorldFunction]) {
        var indices: [UInt32] = []
        for type in world[interface].types { _ = index(of: type) }
        for function in functions {
            let type = define(function)
            indices.append(writer.importItem(Self.importName(of: function), .function(type)))
        }
        isExporting = true
        anonymous.removeAll()
        for type in world[interface].types { export(type) }
        for (function, index) in zip(functions, indices) {
            let type = define(function)
            _ = writer.export(function.name, .function, index, as: .function(type))
        }
    }

    private mutating func export(_ id: World.TypeID) {
        let type = world[id]
        let index: UInt32
        switch type.kind {
        case .resource: index = imported[id] ?? 0
        case .same(let target): index = self.index(of: target)
        case .record, .variant, .enumeration, .flags, .alias: index = define(type.kind)
        }
        exported[id] = writer.export(type.name, .type, index)
    }

    mutating func finish() -> [UInt8] { writer.finish() }
}
