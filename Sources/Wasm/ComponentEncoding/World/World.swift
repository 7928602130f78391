public import ComponentModel

/// What a module or component imports and exports, in the terms of WIT: named types, interfaces with functions.
///
/// Types and interfaces stand in lists and are referred to by number. The world is elaborated: an interface that is
/// imported and exported stands in it twice, with types of its own each time, and everything that a `use` needs is
/// among the imports.
public struct World: Sendable {
    /// A type of ``World/types``.
    public struct TypeID: Sendable, Hashable, Comparable {
        /// The place in the list.
        public let index: Int

        /// The order of the list.
        public static func < (left: TypeID, right: TypeID) -> Bool { left.index < right.index }
    }

    /// An interface of ``World/interfaces``.
    public struct InterfaceID: Sendable, Hashable {
        /// The place in the list.
        public let index: Int
    }

    /// What a name of the world stands for.
    public enum Entity: Sendable {
        /// An interface.
        case interface(InterfaceID)
        /// A function of the world itself.
        case function(WorldFunction)
        /// A type of the world itself.
        case type(TypeID)
    }

    /// An import or an export.
    public struct Item: Sendable {
        /// `namespace:package/interface@version`, or a plain name.
        public let name: String
        /// What it is.
        public var entity: Entity
    }

    /// The world's own name, for messages and listings.
    public var name: String
    /// All named types.
    public private(set) var types: [WorldType] = []
    /// All interfaces.
    public private(set) var interfaces: [WorldInterface] = []
    /// What is imported.
    public private(set) var imports: [Item] = []
    /// What is exported.
    public private(set) var exports: [Item] = []

    /// A world without imports and exports.
    public init(name: String) { self.name = name }

    /// A type.
    public subscript(id: TypeID) -> WorldType { types[id.index] }
    /// An interface.
    public subscript(id: InterfaceID) -> WorldInterface { interfaces[id.index] }

    /// The import of a name.
    public func importedItem(_ name: String) -> Item? { importNumbers[name].map { imports[$0] } }
    /// The export of a name.
    public func exportedItem(_ name: String) -> Item? { exportNumbers[name].map { exports[$0] } }

    // Worlds come from guests, so nothing is searched for.
    private var importNumbers: [String: Int] = [:]
    private var exportNumbers: [String: Int] = [:]
    /// Interfaces by their names with canonical versions; the first of each.
    private var canonicalImports: [String: InterfaceID] = [:]
    private var canonicalExports: [String: InterfaceID] = [:]

    /// The imported interface of a name, or of a compatible version of it.
    func imported(_ name: String) -> InterfaceID? {
        if case .interface(let id)? = importedItem(name)?.entity { return id }
        return canonicalImports[InterfaceVersion.canonical(name)]
    }

    /// The exported interface of a name, or of a compatible version of it.
    func exported(_ name: String) -> InterfaceID? {
        if case .interface(let id)? = exportedItem(name)?.entity { return id }
        return canonicalExports[InterfaceVersion.canonical(name)]
    }

    mutating func add(_ type: WorldType) -> TypeID {
        types.append(type)
        let id = TypeID(index: types.count - 1)
        if let owner = type.interface { interfaces[owner.index].add(id, type.name) }
        return id
    }

    mutating func addInterface(_ name: String) -> InterfaceID {
        interfaces.append(WorldInterface(name: name))
        return InterfaceID(index: interfaces.count - 1)
    }

    mutating func add(_ function: WorldFunction, to interface: InterfaceID) {
        interfaces[interface.index].add(function)
    }

    mutating func addImport(_ item: Item) {
        if importNumbers[item.name] == nil { importNumbers[item.name] = imports.count }
        imports.append(item)
        guard case .interface(let id) = item.entity else { return }
        let canonical = InterfaceVersion.canonical(item.name)
        if canonicalImports[canonical] == nil { canonicalImports[canonical] = id }
    }

    mutating func addExport(_ item: Item) {
        if exportNumbers[item.name] == nil { exportNumbers[item.name] = exports.count }
        exports.append(item)
        guard case .interface(let id) = item.entity else { return }
        let canonical = InterfaceVersion.canonical(item.name)
        if canonicalExports[canonical] == nil { canonicalExports[canonical] = id }
    }

    /// The type that a chain of `use` and of other names ends in.
    func original(_ id: TypeID) -> TypeID {
        var id = id
        while case .same(let target) = self[id].kind { id = target }
        return id
    }

    /// A type of an interface by its name.
    func type(_ name: String, of interface: InterfaceID) -> TypeID? {
        self[interface].typeIDs[name]
    }

    /// A type of the world itself by its name.
    func ownType(_ name: String) -> TypeID? {
        if case .type(let id)? = importedItem(name)?.entity { id } else { nil }
    }
}

/// An interface of a ``World``.
public struct WorldInterface: Sendable {
    /// The name under which the world imports or exports it.
    public let name: String
    /// Its types; each refers only to those before it and to types of other interfaces.
    public private(set) var types: [World.TypeID] = []
    /// Its functions, methods included.
    public private(set) var functions: [WorldFunction] = []

    private(set) var typeIDs: [String: World.TypeID] = [:]
    private var functionNumbers: [String: Int] = [:]

    init(name: String) { self.name = name }

    /// A function by its name.
    public func function(_ name: String) -> WorldFunction? { functionNumbers[name].map { functions[$0] } }

    mutating func add(_ id: World.TypeID, _ name: String) {
        types.append(id)
        if typeIDs[name] == nil { typeIDs[name] = id }
    }

    mutating func add(_ function: WorldFunction) {
        if functionNumbers[function.name] == nil { functionNumbers[function.name] = functions.count }
        functions.append(function)
    }
}

/// A named type of a ``World``.
public struct WorldType: Sendable {
    /// A member of a record or a variant.
    public struct Member: Sendable, Hashable {
        /// The field or case.
        public let name: String
        /// Its type; only cases may have none.
        public let type: WorldValueType?
    }

    /// What a name stands for.
    public enum Kind: Sendable {
        /// Fields.
        case record([Member])
        /// Cases.
        case variant([Member])
        /// Cases without types.
        case enumeration([String])
        /// Flags.
        case flags([String])
        /// A resource.
        case resource
        /// Another name of a type without a name.
        case alias(WorldValueType)
        /// Another name of a named type, of the same interface or, by `use`, of another.
        case same(World.TypeID)
    }

    /// The name.
    public let name: String
    /// The interface it belongs to; nil for types of the world itself.
    public let interface: World.InterfaceID?
    /// What it stands for.
    public let kind: Kind
}

/// A type of a value in a ``World``.
public indirect enum WorldValueType: Sendable, Hashable {
    case primitive(PrimitiveType)
    /// A named type that is no resource.
    case named(World.TypeID)
    case list(WorldValueType)
    case fixedLengthList(WorldValueType, UInt32)
    case map(WorldValueType, WorldValueType)
    case tuple([WorldValueType])
    case option(WorldValueType)
    case result(ok: WorldValueType?, error: WorldValueType?)
    case own(World.TypeID)
    case borrow(World.TypeID)
    case stream(WorldValueType?)
    case future(WorldValueType?)

    /// The types that it is made of.
    var parts: [WorldValueType] {
        switch self {
        case .primitive, .named, .own, .borrow: []
        case .list(let element), .fixedLengthList(let element, _), .option(let element): [element]
        case .map(let key, let value): [key, value]
        case .tuple(let elements): elements
        case .result(let ok, let error): [ok, error].compactMap(\.self)
        case .stream(let element), .future(let element): element.map { [$0] } ?? []
        }
    }

    /// The named type that it is or hands on.
    var name: World.TypeID? {
        switch self {
        case .named(let id), .own(let id), .borrow(let id): id
        default: nil
        }
    }
}

/// A function of a ``World``.
public struct WorldFunction: Sendable {
    /// A parameter.
    public struct Parameter: Sendable, Hashable {
        /// The name.
        public let name: String
        /// The type.
        public let type: WorldValueType
    }

    /// The name as components write it: `get`, `[method]fields.get`, `[static]fields.from-list`, `[constructor]fields`.
    public let name: String
    /// Whether calls may block.
    public let isAsync: Bool
    /// The parameters, `self` of a method included.
    public let parameters: [Parameter]
    /// The result.
    public let result: WorldValueType?

    /// The types of the parameters, then that of the result.
    var valueTypes: [WorldValueType] { parameters.map(\.type) + (result.map { [$0] } ?? []) }
}
