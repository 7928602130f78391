import ComponentModel

/// Writes a component around core modules: imports, the modules with what they import, exports.
struct ComponentAssembly: TypeEncoding {
    let world: World
    let live: LiveItems
    let main: BoundModule
    let adapters: [(name: String, module: BoundModule)]

    var writer = ComponentWriter()
    var anonymous: [WorldValueType: UInt32] = [:]
    private var indices: [World.TypeID: UInt32] = [:]
    /// Instances of imported interfaces.
    private var instances: [World.InterfaceID: UInt32] = [:]
    private var importedFunctions: [ImportedFunction: UInt32] = [:]
    private let exportedInterfaces: Set<World.InterfaceID>
    private var exportedInstances: [World.InterfaceID: UInt32] = [:]

    var shim = ShimModule()
    var shimInstance: UInt32?
    /// What the slots of the table are filled with, in the order of the slots.
    var shimmed: [ShimmedImport] = []
    /// Names in the shim, by what they stand for.
    var slots: [Slot: String] = [:]
    /// Destructors of exported resource types: the name in the shim.
    var destructors: [World.TypeID: String] = [:]
    var memory: UInt32?
    var mainInstance: UInt32 = 0
    var adapterInstances: [String: UInt32] = [:]
    var coreFunctions: [String: UInt32] = [:]
    var pageAllocatorIndex: UInt32?

    /// An import of the main module (no adapter) or of an adapter.
    struct Slot: Hashable {
        var adapter: Int?
        var module: String
        var name: String
    }

    /// A function that can only be made once the modules are there.
    struct ShimmedImport {
        enum Source {
            /// An import of the main module (nil) or of an adapter.
            case bound(BoundImport, adapter: Int?)
            case destructor(export: String)
        }

        var source: Source
        var name: String
    }

    init(
        world: World, main: BoundModule, adapters: [(name: String, module: BoundModule)]
    ) {
        self.world = world
        self.main = main
        self.adapters = adapters
        live = LiveItems(world, [main] + adapters.map(\.module))
        exportedInterfaces = Set(
            world.exports.compactMap { item in
                if case .interface(let id) = item.entity { id } else { nil }
            })
    }

    /// The component.
    mutating func assemble() throws(EncodingError) -> [UInt8] {
        importWorld()
        try instantiateModules()
        try exportWorld()
        return writer.finish()
    }

    // MARK: - Types of the component itself

    mutating func define(_ bytes: [UInt8]) -> UInt32 { writer.type(bytes) }

    mutating func index(of id: World.TypeID) -> UInt32 {
        if let known = indices[id] { return known }
        let type = world[id]
        let index: UInt32
        if let owner = type.interface {
            if let instance = exportedInstances[owner] {
                index = writer.alias(type.name, of: instance, .type)
            } else if exportedInterfaces.contains(owner) {
                // Resource types are defined beforehand.
                index = define(type.kind)
            } else if let instance = instance(of: owner) {
                index = writer.alias(type.name, of: instance, .type)
            } else {
                index = define(type.kind)
            }
        } else if case .resource = type.kind {
            index = writer.importItem(type.name, .resource)
        } else {
            let bound = define(type.kind)
            index = writer.importItem(type.name, .typeEqual(bound))
        }
        indices[id] = index
        return index
    }

    /// Says which index a resource type of an export has.
    mutating func setIndex(of id: World.TypeID, _ index: UInt32) { indices[id] = index }

    /// Says that an interface has been exported: its types have the names that the export gave them from now on, and
    /// what refers to them is written anew.
    mutating func setExported(_ id: World.InterfaceID, _ instance: UInt32) {
        exportedInstances[id] = instance
        for type in world[id].types { indices[type] = nil }
        anonymous.removeAll()
    }

    // MARK: - Imports

    private mutating func importWorld() {
        for item in world.imports {
            switch item.entity {
            case .interface(let id): _ = instance(of: id)
            case .type(let id): if live.types.contains(id) { _ = index(of: id) }
            case .function(let function):
                guard live.functions.contains(.world(name: item.name)) else { continue }
                let type = define(function)
                importedFunctions[.world(name: item.name)] = writer.importItem(item.name, .function(type))
            }
        }
    }

    /// The instance of an imported interface; nil when nothing of it is used.
    private mutating func instance(of id: World.InterfaceID) -> UInt32? {
        if let known = instances[id] { return known }
        let interface = world[id]
        let types = interface.types.filter { live.types.contains($0) }
        let functions = interface.functions.filter { live.isLive($0, of: id) }
        guard !types.isEmpty || !functions.isEmpty else { return nil }
        var outer: [World.TypeID: UInt32] = [:]
        for type in live.foreignTypes(of: id) { outer[type] = index(of: type) }
        var instance = InstanceTypeWriter(world, id, outer: outer)
        for type in types { instance.add(type) }
        for function in functions { instance.add(function) }
        let type = writer.type(instance.bytes)
        let index = writer.importItem(interface.name, .instance(type))
        instances[id] = index
        return index
    }

    /// A function of the imports.
    mutating func index(of function: ImportedFunction) -> UInt32 {
        if let known = importedFunctions[function] { return known }
        var index: UInt32 = 0
        if case .interface(let id, let name) = function, let instance = instance(of: id) {
            index = writer.alias(name, of: instance, .function)
        }
        importedFunctions[function] = index
        return index
    }
}
