/// Aliases (Binary.md, alias definitions).
extension ComponentValidator {
    mutating func addAlias(_ alias: AliasDefinition, at offset: Int) throws(ComponentModelError) {
        if scope.kind != .component {
            switch alias {
            case .instanceExport(.type, _, _), .instanceExport(.instance, _, _), .outer(.type, _, _),
                .outer(.coreType, _, _):
                break
            default:
                throw .invalid(
                    "aliases in a component or instance type may only refer to types or instances", at: offset
                )
            }
        }
        switch alias {
        case .instanceExport(let sort, let instance, let name):
            try addInstanceExport(sort, instance, name, at: offset)
        case .coreInstanceExport(let sort, let instance, let name):
            try addCoreInstanceExport(sort, instance, name, at: offset)
        case .outer(let sort, let count, let index): try addOuter(sort, count, index, at: offset)
        }
    }

    private mutating func addInstanceExport(
        _ sort: ComponentSort, _ index: UInt32, _ name: NameID, at offset: Int
    ) throws(ComponentModelError) {
        if sort == .value { try require(.values, "a value", at: offset) }
        let id = try instance(index, at: offset)
        guard let entity = types.instances[Int(id.index)].exports[name] else {
            throw .invalid("instance \(index) has no export named `\(names[name])`", at: offset)
        }
        guard entity.sort == sort else {
            throw .invalid("export `\(names[name])` for instance \(index) is not a \(sort.name)", at: offset)
        }
        var aliased = entity
        try addEntity(&aliased, naming: nil, at: offset)
    }

    private mutating func addCoreInstanceExport(
        _ sort: CoreSort, _ index: UInt32, _ name: NameID, at offset: Int
    ) throws(ComponentModelError) {
        if sort == .tag { try require(.coreExceptions, "a tag", at: offset) }
        let instance = try coreInstance(index, at: offset)
        guard let type = coreExport(name, of: instance) else {
            throw .invalid("core instance \(index) has no export named `\(names[name])`", at: offset)
        }
        let count: Int
        switch (sort, type) {
        case (.function, .function(let type)), (.function, .exactFunction(let type)):
            scope.coreFunctions.append(CoreTypeID(index: type))
            count = scope.coreFunctions.count + scope.functions.count
        case (.table, .table(let table)):
            scope.coreTables.append(table)
            count = scope.coreTables.count
        case (.memory, .memory(let memory)):
            scope.coreMemories.append(memory)
            count = scope.coreMemories.count
        case (.global, .global(let global)):
            scope.coreGlobals.append(global)
            count = scope.coreGlobals.count
        case (.tag, .tag(let type)):
            scope.coreTags.append(CoreTypeID(index: type))
            count = scope.coreTags.count
        default:
            throw .invalid(
                "export `\(names[name])` for core instance \(index) is not a \(sort.name)", at: offset)
        }
        try checkCount(count, limits.coreItems, "core items", at: offset)
    }

    private mutating func addOuter(
        _ sort: AliasDefinition.OuterSort, _ count: UInt32, _ index: UInt32, at offset: Int
    ) throws(ComponentModelError) {
        guard Int(count) < scopes.count else {
            throw .invalid("invalid outer alias count of \(count)", at: offset)
        }
        let target = scopes.count - 1 - Int(count)
        let isInBounds: Bool
        switch sort {
        case .coreModule: isInBounds = Int(index) < scopes[target].modules.count
        case .coreType: isInBounds = Int(index) < scopes[target].coreTypes.count
        case .type: isInBounds = Int(index) < scopes[target].types.count
        case .component: isInBounds = Int(index) < scopes[target].components.count
        }
        guard isInBounds else {
            throw .invalid("unknown \(sort) \(index): \(sort) index out of bounds", at: offset)
        }
        switch sort {
        case .coreModule:
            let module = scopes[target].modules[Int(index)]
            scope.modules.append(module)
            try checkCount(scope.modules.count, limits.modules, "modules", at: offset)
        case .coreType:
            let type = scopes[target].coreTypes[Int(index)]
            scope.coreTypes.append(type)
            try checkTypes(at: offset)
        case .component:
            let component = scopes[target].components[Int(index)]
            scope.components.append(component)
            try checkCount(scope.components.count, limits.components, "components", at: offset)
        case .type: try addOuterType(target, index, at: offset)
        }
    }

    /// A type from outside of a component must not depend on resources that are not the component's own.
    private mutating func addOuterType(
        _ target: Int, _ index: UInt32, at offset: Int
    ) throws(ComponentModelError) {
        let type = scopes[target].types[Int(index)]
        if target + 1 < scopes.count, scopes[target + 1].kind == .component {
            var free: Set<ResourceID> = []
            try collectResources(type, &free, at: offset)
            guard free.isEmpty else {
                throw .invalid(
                    "cannot alias outer type which transitively refers to resources not defined in the current "
                        + "component", at: offset)
            }
        }
        scope.types.append(type)
        try checkTypes(at: offset)
    }
}
