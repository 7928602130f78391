import ComponentModel

/// A function of a world's imports.
enum ImportedFunction: Hashable {
    case interface(World.InterfaceID, name: String)
    case world(name: String)
}

/// What serves an import of a core module.
enum ImportSource {
    case lowered(ImportedFunction, WorldFunction, isAsync: Bool)
    case resource(ResourceOperation, World.TypeID)
    case taskReturn(WorldValueType?)
    case channel(CoreImportName.ChannelName, WorldValueType)
    case builtin(CoreBuiltin)
    /// A function of the host that components do not know.
    case native
    /// A function of an adapter.
    case adapter(name: String)
    /// What an adapter takes for the main module's allocator, when that has none.
    case pageAllocator
    /// What an adapter imports of the main module.
    case mainExport(name: String, CoreSort)
}

/// An import of a core module, understood.
struct BoundImport {
    let module: String
    let name: String
    let source: ImportSource
    /// Of functions.
    let signature: CoreSignature
    /// What the canonical definition needs.
    let needs: Flattening.Needs
}

/// A core module whose imports and exports have been understood in the terms of a world.
struct BoundModule {
    let module: CoreModule
    let stringEncoding: StringEncoding
    private(set) var imports: [BoundImport] = []
    /// Exported functions with their core signatures.
    private(set) var functions: [String: CoreSignature] = [:]
    private(set) var exportNames: [CoreExportNameKey: String] = [:]
    private(set) var memoryName: String?

    /// What to look an export up by.
    struct CoreExportNameKey: Hashable {
        enum Role: Hashable {
            case function, postReturn, callback, destructor, realloc, importRealloc, exportRealloc, initialize
        }

        var role: Role
        var interface: String?
        var name: String

        init(_ role: Role, _ interface: String? = nil, _ name: String = "") {
            self.role = role
            self.interface = interface
            self.name = name
        }
    }

    /// The world around, and what is known of other modules.
    struct Surroundings {
        var world: World
        /// The names of adapters, with the functions that each exports.
        var adapters: [String: [String: CoreSignature]]
        /// Names of modules whose functions the host supplies.
        var nativeModules: Set<String>
        /// Nil in the main module itself.
        var main: CoreModule?
        /// Whether adapters are kept away from the main module's allocator.
        var growsMemory = false
    }

    init(
        _ module: CoreModule, stringEncoding: StringEncoding, in surroundings: Surroundings,
        _ flattening: inout Flattening
    ) throws(EncodingError) {
        self.module = module
        self.stringEncoding = stringEncoding
        readExports()
        var seen: [String: CoreSignature?] = [:]
        for item in module.definition.imports {
            let moduleName = module.names[item.module]
            let name = module.names[item.name]
            var signature: CoreSignature?
            if case .function(let type) = item.type { signature = module.signature(type: type) }
            let key = "\(moduleName)\u{0}\(name)"
            if let earlier = seen[key] {
                guard earlier == signature else {
                    throw EncodingError("The module imports \"\(name)\" of \"\(moduleName)\" with two types.")
                }
                continue
            }
            seen[key] = signature
            imports.append(
                try Self.bind(moduleName, name, item.type, signature, in: surroundings, &flattening))
        }
    }

    // MARK: - Exports

    private mutating func readExports() {
        for export in module.definition.exports {
            let name = module.names[export.name]
            switch export.sort {
            case .memory where name == "memory" || name == "cm32p2_memory": memoryName = name
            case .function:
                guard let signature = module.signature(function: export.index) else { continue }
                functions[name] = signature
                exportNames[Self.key(CoreExportName(name))] = name
            default: break
            }
        }
    }

    private static func key(_ name: CoreExportName) -> CoreExportNameKey {
        // Canonical versions, so that both spellings and compatible versions find each other.
        let canonical = { (interface: String?) in interface.map(InterfaceVersion.canonical) }
        switch name {
        case .function(let interface, let name, _):
            return CoreExportNameKey(.function, canonical(interface), name)
        case .postReturn(let interface, let name):
            return CoreExportNameKey(.postReturn, canonical(interface), name)
        case .callback(let interface, let name):
            return CoreExportNameKey(.callback, canonical(interface), name)
        case .destructor(let interface, let resource):
            return CoreExportNameKey(.destructor, canonical(interface), resource)
        case .realloc: return CoreExportNameKey(.realloc)
        case .importRealloc: return CoreExportNameKey(.importRealloc)
        case .exportRealloc: return CoreExportNameKey(.exportRealloc)
        case .initialize: return CoreExportNameKey(.initialize)
        }
    }

    /// The name of an exported function of a role.
    func export(
        _ role: CoreExportNameKey.Role, _ interface: String? = nil, _ name: String = ""
    ) -> String? {
        exportNames[CoreExportNameKey(role, interface.map(InterfaceVersion.canonical), name)]
    }

    /// The allocator for results of imports.
    var importRealloc: String? { export(.importRealloc) ?? export(.realloc) }
    /// The allocator for parameters of exports.
    var exportRealloc: String? { export(.exportRealloc) ?? export(.realloc) }

    // MARK: - Imports

    private static func bind(
        _ module: String, _ name: String, _ type: CoreEntityType, _ signature: CoreSignature?,
        in surroundings: Surroundings, _ flattening: inout Flattening
    ) throws(EncodingError) -> BoundImport {
        let make = { (source: ImportSource, needs: Flattening.Needs) in
            BoundImport(
                module: module, name: name, source: source,
                signature: signature ?? CoreSignature(parameters: [], results: []), needs: needs)
        }
        if let main = surroundings.main, module == "__main_module__" || module == "env" {
            return make(
                try mainExport(name, type, signature, of: main, growsMemory: surroundings.growsMemory),
                Flattening.Needs())
        }
        guard let signature else {
            throw EncodingError(
                "The module imports the \(type.name) \"\(name)\" of \"\(module)\"; components supply functions only."
            )
        }
        if let adapter = surroundings.adapters[module] {
            guard adapter[name] == signature else {
                throw EncodingError(
                    "The adapter for \"\(module)\" has no function \"\(name)\" of type \(text(signature)).")
            }
            return make(.adapter(name: module), Flattening.Needs())
        }
        if surroundings.nativeModules.contains(module) { return make(.native, Flattening.Needs()) }
        let world = surroundings.world
        let isPlainInterface = { (name: String) in
            if case .interface? = world.importedItem(name)?.entity { true } else { false }
        }
        guard let parsed = CoreImportName(module: module, name: name, isPlainInterface: isPlainInterface)
        else {
            throw EncodingError(
                """
                The module imports "\(name)" of "\(module)", which is not part of a WIT world. An adapter can supply it \
                (--adapt \(module)=FILE).
                """)
        }
        let source = try source(parsed, in: world, "\"\(name)\" of \"\(module)\"")
        let (expected, needs) = flattening.signature(of: source)
        if let expected, expected != signature {
            throw EncodingError(
                """
                The module imports "\(name)" of "\(module)" as \(text(signature)), but by its WIT type it is \
                \(text(expected)).
                """)
        }
        return make(source, needs)
    }

    private static func mainExport(
        _ name: String, _ type: CoreEntityType, _ signature: CoreSignature?, of main: CoreModule,
        growsMemory: Bool
    ) throws(EncodingError) -> ImportSource {
        let sort: CoreSort =
            switch type {
            case .function, .exactFunction: .function
            case .table: .table
            case .memory: .memory
            case .global: .global
            case .tag: .tag
            }
        let isAllocator = sort == .function && ["cabi_realloc", "canonical_abi_realloc"].contains(name)
        let names = isAllocator ? ["cabi_realloc", "canonical_abi_realloc", "cm32p2_realloc"] : [name]
        let export = main.definition.exports.first { export in
            export.sort == sort && names.contains(main.names[export.name])
        }
        if isAllocator, export == nil || growsMemory { return .pageAllocator }
        guard let export else {
            throw EncodingError("An adapter needs the export \"\(name)\" of the main module, which has none.")
        }
        if sort == .function, main.signature(function: export.index) != signature {
            throw EncodingError(
                "An adapter needs the export \"\(name)\" of the main module with another type.")
        }
        return .mainExport(name: main.names[export.name], sort)
    }

    static func text(_ signature: CoreSignature) -> String {
        let list = { (types: [CoreValueType]) in
            "(" + types.map { "\($0)" }.joined(separator: ", ") + ")"
        }
        return "\(list(signature.parameters)) -> \(list(signature.results))"
    }
}
