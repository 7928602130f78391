/// A label with an optional type, resolved: a record field, variant case, parameter, flag or enum case.
public struct TypeMember: Sendable, Hashable {
    /// The label; empty for elements of a tuple.
    public var name: NameID
    /// The type, if it has one.
    public var type: ComponentValueType?
}

/// A defined value type.
public enum DefinedTypeShape: Sendable, Hashable {
    /// Another name of a primitive type.
    case primitive(PrimitiveType)
    /// Members with types.
    case record(PoolRange)
    /// Members with or without types.
    case variant(PoolRange)
    /// A list.
    case list(ComponentValueType)
    /// A list of a fixed length.
    case fixedLengthList(ComponentValueType, UInt32)
    /// A map; its values look like a list of pairs.
    case map(ComponentValueType, ComponentValueType)
    /// Members with types and empty names.
    case tuple(PoolRange)
    /// Members without types.
    case flags(PoolRange)
    /// Members without types.
    case enumeration(PoolRange)
    /// A value or nothing.
    case option(ComponentValueType)
    /// A success or a failure.
    case result(ok: ComponentValueType?, error: ComponentValueType?)
    /// An owning handle.
    case own(ResourceReference)
    /// A borrowed handle.
    case borrow(ResourceReference)
    /// A stream's readable end.
    case stream(ComponentValueType?)
    /// A future's readable end.
    case future(ComponentValueType?)

    /// The constructor's name in the text format.
    public var name: String {
        switch self {
        case .primitive(let type): type.name
        case .record: "record"
        case .variant: "variant"
        case .list: "list"
        case .fixedLengthList: "fixed-length list"
        case .map: "map"
        case .tuple: "tuple"
        case .flags: "flags"
        case .enumeration: "enum"
        case .option: "option"
        case .result: "result"
        case .own: "own"
        case .borrow: "borrow"
        case .stream: "stream"
        case .future: "future"
        }
    }
}

package struct DefinedType: Sendable {
    package var shape: DefinedTypeShape
    package var info: TypeInfo
}

/// A function type.
public struct ComponentFunctionType: Sendable {
    /// Whether calls may block.
    public var isAsync: Bool
    /// Parameters, a stretch of `ComponentTypes.members`.
    public var parameters: PoolRange
    /// The result, if there is one.
    public var result: ComponentValueType?
    package var info: TypeInfo
}

/// Named entities in order, with their numbers by name.
public struct ExternMap: Sendable {
    /// The names, in order.
    public private(set) var names: [NameID] = []
    /// The entities, in the order of the names.
    public internal(set) var entities: [EntityType] = []
    private var numbers: [NameID: Int] = [:]

    /// How many.
    public var count: Int { names.count }

    /// The entity of a name.
    public subscript(name: NameID) -> EntityType? { numbers[name].map { entities[$0] } }

    /// Adds an entity under a new name, or says that the name is taken.
    mutating func insert(_ name: NameID, _ entity: EntityType) -> Bool {
        guard numbers.updateValue(names.count, forKey: name) == nil else { return false }
        names.append(name)
        entities.append(entity)
        return true
    }
}

/// Where a resource type stands in a list of imports or exports: a number in it, then numbers in the exports of the
/// instance types on the way.
package typealias ResourcePath = [Int]

/// An instance type.
public struct InstanceType: Sendable {
    /// What it exports.
    public internal(set) var exports = ExternMap()
    /// Resource types that the type binds: fresh ones for every instance.
    package var definedResources: [ResourceID] = []
    /// Where exported resource types stand.
    package var explicitResources: [ResourceID: ResourcePath] = [:]
    package var info = TypeInfo()
}

/// A component type.
public struct ComponentType: Sendable {
    /// What it imports.
    public internal(set) var imports = ExternMap()
    /// What it exports.
    public internal(set) var exports = ExternMap()
    /// Resource types that the imports bind, with their places.
    package var importedResources: [(id: ResourceID, path: ResourcePath)] = []
    /// Resource types that every instance makes and exports, with their places.
    package var definedResources: [(id: ResourceID, path: ResourcePath)] = []
    /// Where exported resource types stand.
    package var explicitResources: [ResourceID: ResourcePath] = [:]
    package var info = TypeInfo()
}

/// The type of a core module.
public struct ModuleType: Sendable {
    package struct ImportName: Hashable {
        package var module: NameID
        package var name: NameID
    }

    package var imports: [(name: ImportName, type: CoreEntityType)] = []
    package var importNumbers: [ImportName: Int] = [:]
    package var exports = CoreExternMap()
    package var size: UInt32 = 1
}

/// Named core entities.
package struct CoreExternMap: Sendable {
    package private(set) var entries: [(name: NameID, type: CoreEntityType)] = []
    private var numbers: [NameID: Int] = [:]

    package subscript(name: NameID) -> CoreEntityType? { numbers[name].map { entries[$0].type } }

    mutating func insert(_ name: NameID, _ type: CoreEntityType) -> Bool {
        guard numbers.updateValue(entries.count, forKey: name) == nil else { return false }
        entries.append((name, type))
        return true
    }
}

/// All types of a validated component: arrays and indices, immutable once validation is over.
public struct ComponentTypes: Sendable {
    package internal(set) var defined: [DefinedType] = []
    package internal(set) var functions: [ComponentFunctionType] = []
    package internal(set) var instances: [InstanceType] = []
    package internal(set) var components: [ComponentType] = []
    package internal(set) var modules: [ModuleType] = []
    package internal(set) var members: [TypeMember] = []
    package internal(set) var core = CoreTypeTable()
    package internal(set) var nextResource: UInt32 = 0
    package internal(set) var nextAlias: UInt32 = 0

    init() {}

    /// The shape of a defined type.
    public subscript(id: DefinedTypeID) -> DefinedTypeShape { defined[Int(id.index)].shape }
    /// A function type.
    public subscript(id: FunctionTypeID) -> ComponentFunctionType { functions[Int(id.index)] }
    /// An instance type.
    public subscript(id: InstanceTypeID) -> InstanceType { instances[Int(id.index)] }
    /// A component type.
    public subscript(id: ComponentTypeID) -> ComponentType { components[Int(id.index)] }
    /// A core module's type.
    public subscript(id: ModuleTypeID) -> ModuleType { modules[Int(id.index)] }
    /// Members of a record, variant, tuple, flags, enum or function.
    public subscript(range: PoolRange) -> ArraySlice<TypeMember> { members[range.indices] }

    package func info(_ type: ComponentValueType) -> TypeInfo {
        switch type {
        case .primitive(let primitive): .primitive(primitive)
        case .defined(let id): defined[Int(id.index)].info
        }
    }

    /// Whether a parameter of a function has a borrowed handle in it.
    package func takesBorrows(_ id: FunctionTypeID) -> Bool {
        self[self[id].parameters].contains { $0.type.map { info($0).containsBorrow } ?? false }
    }

    /// Size and alignment of a type's values.
    public func layout(_ type: ComponentValueType, _ width: PointerWidth) -> ValueLayout {
        let info = info(type)
        return width == .bits32 ? info.layout32 : info.layout64
    }

    /// The flat core types of a type's values.
    public func flatTypes(_ type: ComponentValueType) -> FlatTypes { info(type).flat }

    package func info(_ type: AnyTypeID) -> TypeInfo {
        switch type {
        case .resource: TypeInfo()
        case .defined(let id): defined[Int(id.index)].info
        case .function(let id): self[id].info
        case .instance(let id): self[id].info
        case .component(let id): self[id].info
        }
    }

    package func info(_ entity: EntityType) -> TypeInfo {
        switch entity {
        case .module(let id): TypeInfo(size: self[id].size)
        case .function(let id): self[id].info
        case .value(let type): info(type)
        case .type(_, let referenced): info(referenced)
        case .instance(let id): self[id].info
        case .component(let id): self[id].info
        }
    }

    mutating func add(_ type: DefinedType) -> DefinedTypeID {
        defined.append(type)
        return DefinedTypeID(index: UInt32(defined.count - 1), alias: .none)
    }

    mutating func add(_ type: ComponentFunctionType) -> FunctionTypeID {
        functions.append(type)
        return FunctionTypeID(index: UInt32(functions.count - 1))
    }

    mutating func add(_ type: InstanceType) -> InstanceTypeID {
        instances.append(type)
        return InstanceTypeID(index: UInt32(instances.count - 1))
    }

    mutating func add(_ type: ComponentType) -> ComponentTypeID {
        components.append(type)
        return ComponentTypeID(index: UInt32(components.count - 1))
    }

    mutating func add(_ type: ModuleType) -> ModuleTypeID {
        modules.append(type)
        return ModuleTypeID(index: UInt32(modules.count - 1))
    }

    mutating func freshResource() -> ResourceID {
        defer { nextResource += 1 }
        return ResourceID(rawValue: nextResource)
    }

    /// The same type with an identity of its own, as an import or export gives it.
    mutating func renamed(_ type: AnyTypeID) -> AnyTypeID {
        let alias = AliasNumber(rawValue: nextAlias)
        nextAlias += 1
        switch type {
        case .resource(let reference): return .resource(ResourceReference(id: reference.id, alias: alias))
        case .defined(let id): return .defined(DefinedTypeID(index: id.index, alias: alias))
        case .function, .instance, .component: return type
        }
    }

    /// Sizes of the arrays, to which ``cut(to:)`` goes back when types were made only to be compared.
    struct Mark {
        fileprivate var counts: (Int, Int, Int, Int, Int)
    }

    var mark: Mark {
        Mark(counts: (defined.count, functions.count, instances.count, components.count, members.count))
    }

    mutating func cut(to mark: Mark) {
        defined.removeLast(defined.count - mark.counts.0)
        functions.removeLast(functions.count - mark.counts.1)
        instances.removeLast(instances.count - mark.counts.2)
        components.removeLast(components.count - mark.counts.3)
        members.removeLast(members.count - mark.counts.4)
    }
}
