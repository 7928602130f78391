extension World {
    /// Adds the imports and exports of another world. What both have under one name is taken to be the same: types
    /// and functions that only one of them knows are put together.
    mutating func merge(_ other: World) throws(EncodingError) {
        var types: [TypeID: TypeID] = [:]
        for item in other.imports {
            try merge(item, of: other, into: importedItem(item.name), isExport: false, &types)
        }
        for item in other.exports {
            try merge(item, of: other, into: exportedItem(item.name), isExport: true, &types)
        }
    }

    private mutating func merge(
        _ item: Item, of other: World, into known: Item?, isExport: Bool, _ types: inout [TypeID: TypeID]
    ) throws(EncodingError) {
        let entity: Entity
        switch (item.entity, known?.entity) {
        case (.interface(let theirs), .interface(let ours)?):
            merge(theirs, of: other, into: ours, &types)
            return
        case (.interface(let theirs), nil):
            let id = addInterface(item.name)
            merge(theirs, of: other, into: id, &types)
            entity = .interface(id)
        case (.function(let function), nil): entity = .function(translated(function, types))
        case (.type(let id), nil):
            types[id] = add(
                WorldType(name: other[id].name, interface: nil, kind: translated(other[id].kind, types)))
            entity = .type(types[id] ?? id)
        case (.type(let theirs), .type(let ours)?):
            types[theirs] = ours
            return
        case (.function, .function?): return
        default:
            throw EncodingError("The module's worlds disagree about what \"\(item.name)\" is.")
        }
        let merged = Item(name: item.name, entity: entity)
        if isExport { addExport(merged) } else { addImport(merged) }
    }

    private mutating func merge(
        _ theirs: InterfaceID, of other: World, into ours: InterfaceID, _ types: inout [TypeID: TypeID]
    ) {
        for id in other[theirs].types {
            let type = other[id]
            types[id] =
                self.type(type.name, of: ours)
                ?? add(WorldType(name: type.name, interface: ours, kind: translated(type.kind, types)))
        }
        for function in other[theirs].functions where self[ours].function(function.name) == nil {
            add(translated(function, types), to: ours)
        }
    }

    private func translated(_ kind: WorldType.Kind, _ types: [TypeID: TypeID]) -> WorldType.Kind {
        let members = { (members: [WorldType.Member]) in
            members.map {
                WorldType.Member(name: $0.name, type: $0.type.map { self.translated($0, types) })
            }
        }
        switch kind {
        case .record(let fields): return .record(members(fields))
        case .variant(let cases): return .variant(members(cases))
        case .enumeration, .flags, .resource: return kind
        case .alias(let type): return .alias(translated(type, types))
        case .same(let id): return .same(types[id] ?? id)
        }
    }

    private func translated(_ function: WorldFunction, _ types: [TypeID: TypeID]) -> WorldFunction {
        WorldFunction(
            name: function.name, isAsync: function.isAsync,
            parameters: function.parameters.map {
                WorldFunction.Parameter(name: $0.name, type: translated($0.type, types))
            }, result: function.result.map { translated($0, types) })
    }

    private func translated(_ type: WorldValueType, _ types: [TypeID: TypeID]) -> WorldValueType {
        let inner = { (type: WorldValueType) in self.translated(type, types) }
        switch type {
        case .primitive: return type
        case .named(let id): return .named(types[id] ?? id)
        case .own(let id): return .own(types[id] ?? id)
        case .borrow(let id): return .borrow(types[id] ?? id)
        case .list(let element): return .list(inner(element))
        case .fixedLengthList(let element, let count): return .fixedLengthList(inner(element), count)
        case .map(let key, let value): return .map(inner(key), inner(value))
        case .tuple(let elements): return .tuple(elements.map(inner))
        case .option(let payload): return .option(inner(payload))
        case .result(let ok, let error): return .result(ok: ok.map(inner), error: error.map(inner))
        case .stream(let element): return .stream(element.map(inner))
        case .future(let element): return .future(element.map(inner))
        }
    }
}
