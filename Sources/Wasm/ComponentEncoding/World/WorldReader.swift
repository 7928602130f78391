public import ComponentModel

/// Reads the imports and exports of a component, or of a component type, as a ``World``.
struct WorldReader {
    private let component: Component
    private(set) var world: World
    /// Types that have a name, by their identity under it.
    private var defined: [DefinedTypeID: World.TypeID] = [:]
    private var references: [ResourceReference: World.TypeID] = [:]
    private var resources: [ResourceID: World.TypeID] = [:]
    private var interface: World.InterfaceID?
    /// Nodes of types that may still be written out: a small binary can name a large type again and again.
    private var nodesLeft = 500_000

    init(
        _ component: Component, name: String, imports: ExternMap, exports: ExternMap
    ) throws(EncodingError) {
        self.component = component
        world = World(name: name)
        for item in component.items(imports) {
            if let entity = entity(item) { world.addImport(World.Item(name: item.name, entity: entity)) }
        }
        for item in component.items(exports) {
            if let entity = entity(item) { world.addExport(World.Item(name: item.name, entity: entity)) }
        }
        guard nodesLeft > 0 else {
            throw EncodingError(
                "The types of the component's imports and exports are too large to be shown or used.")
        }
    }

    /// What an item of the world is; nil for core modules, components and values, which WIT does not have.
    private mutating func entity(_ item: Component.Item) -> World.Entity? {
        switch item.entity {
        case .function(let id): return .function(function(item.name, id))
        case .type(let created, let referenced):
            return type(item.name, created, referenced).map { .type($0) }
        case .instance(let id):
            let number = world.addInterface(item.name)
            interface = number
            defer { interface = nil }
            for member in component.items(component.types[id].exports) {
                switch member.entity {
                case .function(let id): world.add(function(member.name, id), to: number)
                case .type(let created, let referenced): _ = type(member.name, created, referenced)
                case .instance, .module, .component, .value: break
                }
            }
            return .interface(number)
        case .module, .component, .value: return nil
        }
    }

    private mutating func type(
        _ name: String, _ created: AnyTypeID, _ referenced: AnyTypeID
    ) -> World.TypeID? {
        switch (created, referenced) {
        case (.resource(let created), .resource(let referenced)):
            let target = references[referenced] ?? resources[referenced.id]
            let id = add(name, target.map { .same($0) } ?? .resource)
            references[created] = id
            if resources[created.id] == nil { resources[created.id] = id }
            return id
        case (.defined(let created), .defined(let referenced)):
            let target = defined[referenced]
            let id = add(name, target.map { .same($0) } ?? kind(component.types[referenced]))
            defined[created] = id
            return id
        default: return nil
        }
    }

    private mutating func add(_ name: String, _ kind: WorldType.Kind) -> World.TypeID {
        world.add(WorldType(name: name, interface: interface, kind: kind))
    }

    private mutating func kind(_ shape: DefinedTypeShape) -> WorldType.Kind {
        switch shape {
        case .record(let range): return .record(members(range))
        case .variant(let range): return .variant(members(range))
        case .enumeration(let range): return .enumeration(labels(range))
        case .flags(let range): return .flags(labels(range))
        default: return .alias(valueType(shape))
        }
    }

    private mutating func members(_ range: PoolRange) -> [WorldType.Member] {
        var members: [WorldType.Member] = []
        for member in component.types[range] {
            members.append(
                WorldType.Member(name: component.names[member.name], type: optional(member.type)))
        }
        return members
    }

    private func labels(_ range: PoolRange) -> [String] {
        component.types[range].map { component.names[$0.name] }
    }

    private mutating func optional(_ type: ComponentValueType?) -> WorldValueType? {
        guard let type else { return nil }
        return valueType(type)
    }

    private mutating func valueType(_ type: ComponentValueType) -> WorldValueType {
        // Read with an error in the end; until then anything will do.
        guard nodesLeft > 0 else { return .primitive(.bool) }
        nodesLeft -= 1
        switch type {
        case .primitive(let primitive): return .primitive(primitive)
        case .defined(let id):
            if let known = defined[id] { return .named(known) }
            switch component.types[id] {
            case .record, .variant, .enumeration, .flags:
                // Validation asks for a name where types cross a border; what has none gets one.
                let named = add("type-\(world.types.count)", kind(component.types[id]))
                defined[id] = named
                return .named(named)
            case let shape: return valueType(shape)
            }
        }
    }

    private mutating func valueType(_ shape: DefinedTypeShape) -> WorldValueType {
        switch shape {
        case .primitive(let primitive): return .primitive(primitive)
        case .list(let element): return .list(valueType(element))
        case .fixedLengthList(let element, let count): return .fixedLengthList(valueType(element), count)
        case .map(let key, let value): return .map(valueType(key), valueType(value))
        case .tuple(let range), .record(let range), .variant(let range), .flags(let range),
            .enumeration(let range):
            var elements: [WorldValueType] = []
            for member in component.types[range] {
                elements.append(optional(member.type) ?? .primitive(.bool))
            }
            return .tuple(elements)
        case .option(let payload): return .option(valueType(payload))
        case .result(let ok, let error): return .result(ok: optional(ok), error: optional(error))
        case .own(let reference): return .own(resource(reference))
        case .borrow(let reference): return .borrow(resource(reference))
        case .stream(let element): return .stream(optional(element))
        case .future(let element): return .future(optional(element))
        }
    }

    private mutating func resource(_ reference: ResourceReference) -> World.TypeID {
        if let known = references[reference] ?? resources[reference.id] { return known }
        let id = add("resource-\(world.types.count)", .resource)
        resources[reference.id] = id
        return id
    }

    private mutating func function(_ name: String, _ id: FunctionTypeID) -> WorldFunction {
        let type = component.types[id]
        var parameters: [WorldFunction.Parameter] = []
        for member in component.types[type.parameters] {
            parameters.append(
                WorldFunction.Parameter(
                    name: component.names[member.name], type: optional(member.type) ?? .primitive(.bool)))
        }
        return WorldFunction(
            name: name, isAsync: type.isAsync, parameters: parameters, result: optional(type.result))
    }
}

extension World {
    /// What a component imports and exports.
    ///
    /// - Throws: ``EncodingError`` when the types are too large.
    public init(_ component: Component, name: String = "root") throws(EncodingError) {
        self = try WorldReader(
            component, name: name, imports: component.type.imports, exports: component.type.exports
        ).world
    }
}
