public import ComponentModel

/// Makes components of core modules that speak a world.
///
/// What a module speaks is told by the sections that its bindings embedded (`component-type…`), by WIT that is given,
/// or, where there is neither, by the names of its imports and exports and Martlet's own definitions of the interfaces
/// that they refer to.
public struct ComponentEncoder: Sendable {
    /// Supplies the imports of a name that are not part of a world.
    public struct Adapter: Sendable {
        /// The module name that it supplies, such as `wasi_snapshot_preview1`.
        public let name: String
        /// A core module with a world of its own, which is given the main module's memory.
        public let module: CoreModule

        /// An adapter for imports of a module name.
        public init(name: String, module: CoreModule) {
            self.name = name
            self.module = module
        }
    }

    /// The world, where it is not embedded; it is merged with what is.
    public var world: World?
    /// Modules for imports that are not part of the world.
    public var adapters: [Adapter] = []
    /// Module names whose functions the host supplies itself: the component then imports a core module under the name
    /// that ``NativeModule`` gives, which only hosts that know it can link.
    public var nativeModules: Set<String> = []
    /// Whether adapters get new pages of memory where they would call the main module's allocator. For modules whose
    /// allocator calls the adapter while it is not ready, such as Go's.
    public var growsMemoryForAdapters = false

    /// An encoder without adapters.
    public init(world: World? = nil) { self.world = world }

    /// Encodes a module.
    ///
    /// - Returns: a component binary.
    /// - Throws: ``EncodingError``.
    public func encode(_ module: CoreModule) throws(EncodingError) -> [UInt8] {
        var (world, stringEncoding) = try Self.embedded(in: module)
        if let given = self.world {
            if world == nil { world = given } else { try world?.merge(given) }
        }
        var whole: World
        if let world { whole = world } else { whole = try World(namesOf: module) }
        var adapterEncodings: [StringEncoding] = []
        for adapter in adapters {
            let (added, encoding) = try Self.embedded(in: adapter.module)
            if let added { try whole.merge(added) }
            adapterEncodings.append(encoding)
        }
        var flattening = Flattening(whole)
        var surroundings = BoundModule.Surroundings(
            world: whole, adapters: [:], nativeModules: nativeModules, main: nil)
        for adapter in adapters { surroundings.adapters[adapter.name] = adapter.module.functionSignatures }
        let main = try BoundModule(module, stringEncoding: stringEncoding, in: surroundings, &flattening)
        surroundings.main = module
        surroundings.growsMemory = growsMemoryForAdapters
        var bound: [(name: String, module: BoundModule)] = []
        for (adapter, encoding) in zip(adapters, adapterEncodings) {
            let others = surroundings.adapters
            surroundings.adapters[adapter.name] = nil
            bound.append(
                (
                    adapter.name,
                    try BoundModule(adapter.module, stringEncoding: encoding, in: surroundings, &flattening)
                ))
            surroundings.adapters = others
        }
        var assembly = ComponentAssembly(world: whole, main: main, adapters: bound)
        return try assembly.assemble()
    }

    /// Whether a module speaks a world: it embeds one, or has names that refer to one.
    public static func speaksWorld(_ module: CoreModule) -> Bool {
        if !module.componentTypes.isEmpty { return true }
        let importsInterface = module.imports.contains { module, name in
            module.hasPrefix(CoreImportName.standardPrefix) || module.contains(":") && module.contains("/")
        }
        return importsInterface || !exportedInterfaces(of: module).isEmpty
    }

    /// The interfaces that a module's exported functions are of, by their names.
    public static func exportedInterfaces(of module: CoreModule) -> Set<String> {
        var interfaces: Set<String> = []
        for name in module.exportedFunctions {
            guard case .function(let interface?, _, _) = CoreExportName(name), interface.contains(":"),
                interface.contains("/")
            else { continue }
            interfaces.insert(interface)
        }
        return interfaces
    }

    /// The world that a module's custom sections describe, all of them together.
    static func embedded(in module: CoreModule) throws(EncodingError) -> (World?, StringEncoding) {
        var world: World?
        var encoding: StringEncoding?
        for (name, contents) in module.componentTypes {
            let section = try EmbeddedWorld(section: name, contents)
            if let known = encoding, known != section.stringEncoding {
                throw EncodingError("The module's bindings disagree about the encoding of strings.")
            }
            encoding = section.stringEncoding
            if world == nil { world = section.world } else { try world?.merge(section.world) }
        }
        return (world, encoding ?? .utf8)
    }
}

extension CoreModule {
    /// The module without the sections that describe its world.
    var strippedBytes: [UInt8] {
        let described = componentTypes.map(\.contents.startIndex)
        guard !described.isEmpty else { return bytes }
        var next = 0
        var result = Array(bytes.prefix(8))
        var reader = SectionReader(bytes)
        reader.skip(to: 8)
        while true {
            let start = reader.offset
            guard let (id, end) = reader.section() else { return result }
            // Both are in the order of the binary.
            if id == 0, next < described.count, described[next] <= end {
                next += 1
            } else {
                result += bytes[start..<end]
            }
            reader.skip(to: end)
        }
    }

    /// Exported functions with their signatures.
    var functionSignatures: [String: CoreSignature] {
        var result: [String: CoreSignature] = [:]
        for export in definition.exports where export.sort == .function {
            result[names[export.name]] = signature(function: export.index)
        }
        return result
    }
}
