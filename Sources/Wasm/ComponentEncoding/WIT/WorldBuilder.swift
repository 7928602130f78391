import ComponentModel

/// Elaborates worlds: resolves names, gives types numbers, and adds what a `use` needs to the imports.
struct WorldBuilder {
    let sources: WITSources
    private(set) var world: World
    /// Versions to use for packages in place of those in the texts, by path and compatible version.
    var versions: [String: String] = [:]

    private var imported: [String: World.InterfaceID] = [:]
    private var exported: [String: World.InterfaceID] = [:]
    /// Interfaces that the world exports: a `use` of an exported interface means the export.
    private var exportNames: Set<String> = []
    private var open: [String] = []
    private var itemCount = 0
    private var typeDepth = 0

    init(_ sources: WITSources, world name: String) {
        self.sources = sources
        world = World(name: name)
    }

    /// Where names of a text are looked up.
    struct Context {
        var package: WITPackageName
        var uses: [String: WITPath]
    }

    /// What is known while the members of an interface or a world are elaborated.
    struct Scope {
        var context: Context
        /// Nil for the world itself.
        var interface: World.InterfaceID?
        /// Whether names of exported interfaces mean the exports.
        var isExport: Bool
        var declarations: [String: WITTypeSyntax] = [:]
        var types: [String: World.TypeID] = [:]
        var open: Set<String> = []
    }

    // MARK: - Interfaces by name

    /// Adds an interface of the sources to the imports.
    mutating func addImport(_ name: WITPackageName, _ interface: WITName) throws(WITError)
        -> World.InterfaceID
    {
        let name = concrete(name)
        let text = name.interface(interface.text)
        if let id = imported[text] { return id }
        let id = try build(name, interface, isExport: false)
        imported[text] = id
        world.addImport(World.Item(name: text, entity: .interface(id)))
        return id
    }

    /// Says that an interface will be exported, before any is added.
    mutating func announceExport(_ name: WITPackageName, _ interface: String) {
        exportNames.insert(concrete(name).interface(interface))
    }

    /// Adds an interface of the sources to the exports.
    mutating func addExport(_ name: WITPackageName, _ interface: WITName) throws(WITError)
        -> World.InterfaceID
    {
        let name = concrete(name)
        let text = name.interface(interface.text)
        if let id = exported[text] { return id }
        let id = try build(name, interface, isExport: true)
        exported[text] = id
        world.addExport(World.Item(name: text, entity: .interface(id)))
        return id
    }

    /// The package with the version that is wanted.
    private func concrete(_ name: WITPackageName) -> WITPackageName {
        guard let key = InterfaceVersion.key(name.version), let version = versions["\(name.path)@\(key)"]
        else {
            return name
        }
        return WITPackageName(namespace: name.namespace, name: name.name, version: version)
    }

    private mutating func build(
        _ name: WITPackageName, _ interface: WITName, isExport: Bool
    ) throws(WITError) -> World.InterfaceID {
        let text = name.interface(interface.text)
        guard let package = sources.package(name) else {
            throw interface.place.error("there is no package \(name.text) among the WIT texts")
        }
        guard let (syntax, uses) = package.interfaces[interface.text] else {
            throw interface.place.error("package \(name.text) has no interface \"\(interface.text)\"")
        }
        let opened = (isExport ? "export " : "") + text
        guard !open.contains(opened), open.count < sources.limits.nesting else {
            throw interface.place.error("interface \(text) uses itself")
        }
        open.append(opened)
        defer { open.removeLast() }
        let id = world.addInterface(text)
        var context = Context(package: package.name, uses: uses)
        context.package = package.name
        var scope = Scope(context: context, interface: id, isExport: isExport)
        try add(syntax.members, to: &scope)
        return id
    }

    // MARK: - Members

    /// Elaborates what stands in an interface.
    mutating func add(_ members: [WITMember], to scope: inout Scope) throws(WITError) {
        for case .type(let type) in members {
            guard scope.declarations.updateValue(type, forKey: type.name.text) == nil else {
                throw type.name.place.error("\"\(type.name.text)\" is declared twice")
            }
        }
        for case .use(let use) in members { try add(use, to: &scope) }
        for member in members {
            switch member {
            case .use: break
            case .type(let type):
                _ = try typeID(type.name, in: &scope)
                guard case .resource(let methods) = type.kind else { continue }
                for method in methods { try add(method, resource: type.name, to: &scope) }
            case .function(let function): try add(function, resource: nil, to: &scope)
            }
        }
    }

    /// Elaborates a `use`.
    mutating func add(_ use: WITUse, to scope: inout Scope) throws(WITError) {
        let (package, interface) = try resolve(use.path, in: scope.context)
        let source: World.InterfaceID
        if scope.isExport, exportNames.contains(concrete(package).interface(interface.text)) {
            source = try addExport(package, interface)
        } else {
            source = try addImport(package, interface)
        }
        for (name, local) in use.names {
            guard let target = world.type(name.text, of: source) else {
                throw name.place.error("interface \"\(interface.text)\" has no type \"\(name.text)\"")
            }
            guard scope.types[local] == nil, scope.declarations[local] == nil else {
                throw name.place.error("\"\(local)\" is declared twice")
            }
            scope.types[local] = try add(
                WorldType(name: local, interface: scope.interface, kind: .same(target)), name.place)
        }
    }

    /// The package and the interface that a path names.
    func resolve(_ path: WITPath, in context: Context) throws(WITError) -> (WITPackageName, WITName) {
        if let package = path.package { return (package, path.name) }
        guard let other = context.uses[path.name.text] else { return (context.package, path.name) }
        return (other.package ?? context.package, other.name)
    }

    private mutating func add(_ type: WorldType, _ place: WITPlace) throws(WITError) -> World.TypeID {
        itemCount += 1
        guard itemCount <= sources.limits.items else {
            throw place.error("the world has more than \(sources.limits.items) types and functions")
        }
        let id = world.add(type)
        if type.interface == nil { world.addImport(World.Item(name: type.name, entity: .type(id))) }
        return id
    }

    // MARK: - Types

    /// The number of a type, elaborated when it is first asked for.
    mutating func typeID(_ name: WITName, in scope: inout Scope) throws(WITError) -> World.TypeID {
        if let id = scope.types[name.text] { return id }
        guard let syntax = scope.declarations[name.text] else {
            throw name.place.error("there is no type \"\(name.text)\"")
        }
        guard scope.open.insert(name.text).inserted else {
            throw name.place.error("type \"\(name.text)\" contains itself")
        }
        typeDepth += 1
        defer { typeDepth -= 1 }
        guard typeDepth <= sources.limits.nesting else {
            throw name.place.error("types are nested deeper than \(sources.limits.nesting)")
        }
        let kind = try kind(of: syntax, in: &scope)
        let id = try add(WorldType(name: name.text, interface: scope.interface, kind: kind), name.place)
        scope.types[name.text] = id
        return id
    }

    private mutating func kind(
        of syntax: WITTypeSyntax, in scope: inout Scope
    ) throws(WITError) -> WorldType.Kind {
        switch syntax.kind {
        case .alias(.name(let name)): return .same(try typeID(name, in: &scope))
        case .alias(let value): return .alias(try valueType(value, in: &scope))
        case .record(let fields): return .record(try members(fields, in: &scope))
        case .variant(let cases): return .variant(try members(cases, in: &scope))
        case .enumeration(let labels): return .enumeration(labels)
        case .flags(let labels): return .flags(labels)
        case .resource: return .resource
        }
    }

    private mutating func members(
        _ syntax: [(name: String, type: WITValueSyntax?)], in scope: inout Scope
    ) throws(WITError) -> [WorldType.Member] {
        var members: [WorldType.Member] = []
        for (name, type) in syntax {
            members.append(WorldType.Member(name: name, type: try optional(type, in: &scope)))
        }
        return members
    }

    private mutating func optional(
        _ syntax: WITValueSyntax?, in scope: inout Scope
    ) throws(WITError) -> WorldValueType? {
        guard let syntax else { return nil }
        return try valueType(syntax, in: &scope)
    }

    private mutating func valueType(
        _ syntax: WITValueSyntax, in scope: inout Scope
    ) throws(WITError) -> WorldValueType {
        switch syntax {
        case .primitive(let primitive): return .primitive(primitive)
        case .name(let name):
            let id = try typeID(name, in: &scope)
            return isResource(id) ? .own(id) : .named(id)
        case .list(let element): return .list(try valueType(element, in: &scope))
        case .fixedLengthList(let element, let count):
            return .fixedLengthList(try valueType(element, in: &scope), count)
        case .map(let key, let value):
            return .map(try valueType(key, in: &scope), try valueType(value, in: &scope))
        case .tuple(let elements):
            var types: [WorldValueType] = []
            for element in elements { types.append(try valueType(element, in: &scope)) }
            return .tuple(types)
        case .option(let payload): return .option(try valueType(payload, in: &scope))
        case .result(let ok, let error):
            return .result(ok: try optional(ok, in: &scope), error: try optional(error, in: &scope))
        case .own(let name): return .own(try resource(name, in: &scope))
        case .borrow(let name): return .borrow(try resource(name, in: &scope))
        case .stream(let element): return .stream(try optional(element, in: &scope))
        case .future(let element): return .future(try optional(element, in: &scope))
        }
    }

    private func isResource(_ id: World.TypeID) -> Bool {
        if case .resource = world[world.original(id)].kind { true } else { false }
    }

    private mutating func resource(_ name: WITName, in scope: inout Scope) throws(WITError) -> World.TypeID {
        let id = try typeID(name, in: &scope)
        guard isResource(id) else { throw name.place.error("\"\(name.text)\" is no resource") }
        return id
    }

    // MARK: - Functions

    /// Elaborates a function's type.
    mutating func function(
        _ syntax: WITFunctionSyntax, resource: WITName?, in scope: inout Scope
    ) throws(WITError) -> WorldFunction {
        var parameters: [WorldFunction.Parameter] = []
        var name = syntax.name.text
        var result = try optional(syntax.result, in: &scope)
        if let resource {
            let id = try typeID(resource, in: &scope)
            switch syntax.role {
            case .plain: break
            case .method:
                name = "[method]\(resource.text).\(name)"
                parameters.append(WorldFunction.Parameter(name: "self", type: .borrow(id)))
            case .staticMethod: name = "[static]\(resource.text).\(name)"
            case .constructor:
                name = "[constructor]\(resource.text)"
                result = result ?? .own(id)
            }
        }
        for (parameter, type) in syntax.parameters {
            parameters.append(
                WorldFunction.Parameter(name: parameter, type: try valueType(type, in: &scope)))
        }
        return WorldFunction(name: name, isAsync: syntax.isAsync, parameters: parameters, result: result)
    }

    private mutating func add(
        _ syntax: WITFunctionSyntax, resource: WITName?, to scope: inout Scope
    ) throws(WITError) {
        let function = try function(syntax, resource: resource, in: &scope)
        guard let interface = scope.interface else {
            world.addImport(World.Item(name: function.name, entity: .function(function)))
            return
        }
        guard world[interface].function(function.name) == nil else {
            throw syntax.name.place.error("\"\(syntax.name.text)\" is declared twice")
        }
        world.add(function, to: interface)
    }

    // MARK: - Worlds

    mutating func addInterface(
        _ syntax: WITInterfaceSyntax, context: Context, isExport: Bool
    ) throws(WITError) {
        let id = world.addInterface(syntax.name.text)
        var scope = Scope(context: context, interface: id, isExport: isExport)
        try add(syntax.members, to: &scope)
        let item = World.Item(name: syntax.name.text, entity: .interface(id))
        if isExport { world.addExport(item) } else { world.addImport(item) }
    }

    mutating func addFunctionExport(_ function: WorldFunction) {
        world.addExport(World.Item(name: function.name, entity: .function(function)))
    }

    mutating func addFunctionImport(_ function: WorldFunction) {
        world.addImport(World.Item(name: function.name, entity: .function(function)))
    }
}
