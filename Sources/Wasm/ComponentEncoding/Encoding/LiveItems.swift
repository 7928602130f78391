import ComponentModel

/// The part of a world that a component has to mention: what its modules use, and what that is made of.
struct LiveItems {
    private(set) var types: Set<World.TypeID> = []
    private(set) var functions: Set<ImportedFunction> = []
    private let world: World

    init(_ world: World, _ modules: [BoundModule]) {
        self.world = world
        for module in modules { for item in module.imports { add(item.source) } }
        for item in world.exports {
            switch item.entity {
            case .function(let function): add(function)
            case .interface(let id):
                for type in world[id].types { add(type) }
                for function in world[id].functions { add(function) }
            case .type(let id): add(id)
            }
        }
    }

    private mutating func add(_ source: ImportSource) {
        switch source {
        case .lowered(let key, let function, _):
            functions.insert(key)
            add(function)
            if let owner = owner(of: key) { add(owner) }
        case .resource(_, let id): add(id)
        case .taskReturn(let type): if let type { add(type) }
        case .channel(_, let type): add(type)
        case .builtin, .native, .adapter, .mainExport, .pageAllocator: break
        }
    }

    /// The resource type that a static function belongs to. Its name needs the type, which it need not mention.
    private func owner(of function: ImportedFunction) -> World.TypeID? {
        switch function {
        case .interface(let interface, let name):
            return Self.owner(ofStatic: name).flatMap { world.type($0, of: interface) }
        case .world(let name):
            guard let owner = Self.owner(ofStatic: name),
                case .type(let id)? = world.importedItem(owner)?.entity
            else { return nil }
            return id
        }
    }

    private static func owner(ofStatic name: String) -> String? {
        guard name.hasPrefix("[static]"), let dot = name.firstIndex(of: ".") else { return nil }
        return String(name[..<dot].dropFirst("[static]".count))
    }

    private mutating func add(_ function: WorldFunction) { for type in function.valueTypes { add(type) } }

    private mutating func add(_ type: WorldValueType) {
        if let id = type.name { add(id) }
        for part in type.parts { add(part) }
    }

    private mutating func add(_ id: World.TypeID) {
        guard types.insert(id).inserted else { return }
        if case .same(let target) = world[id].kind { return add(target) }
        for part in world[id].kind.parts { add(part) }
    }

    /// Types of other interfaces that an imported interface mentions.
    func foreignTypes(of interface: World.InterfaceID) -> [World.TypeID] {
        var found: Set<World.TypeID> = []
        var seen: Set<World.TypeID> = []
        for id in world[interface].types where types.contains(id) { collect(id, interface, &found, &seen) }
        for function in world[interface].functions where isLive(function, of: interface) {
            for type in function.valueTypes { collect(type, interface, &found, &seen) }
        }
        return found.sorted()
    }

    func isLive(_ function: WorldFunction, of interface: World.InterfaceID) -> Bool {
        functions.contains(.interface(interface, name: function.name))
    }

    private func collect(
        _ id: World.TypeID, _ interface: World.InterfaceID, _ found: inout Set<World.TypeID>,
        _ seen: inout Set<World.TypeID>
    ) {
        guard seen.insert(id).inserted else { return }
        guard world[id].interface == interface else {
            found.insert(id)
            return
        }
        if case .same(let target) = world[id].kind { return collect(target, interface, &found, &seen) }
        for part in world[id].kind.parts { collect(part, interface, &found, &seen) }
    }

    private func collect(
        _ type: WorldValueType, _ interface: World.InterfaceID, _ found: inout Set<World.TypeID>,
        _ seen: inout Set<World.TypeID>
    ) {
        if let id = type.name { collect(id, interface, &found, &seen) }
        for part in type.parts { collect(part, interface, &found, &seen) }
    }
}
