/// Types of core modules: declared ones, and those of the modules in the binary.
extension ComponentValidator {
    mutating func moduleType(_ declarations: PoolRange) throws(ComponentModelError) -> ModuleType {
        var result = ModuleType()
        var space: [CoreAnyType] = []
        for declaration in definition.moduleDeclarations[declarations.indices] {
            let offset = Int(declaration.offset)
            switch declaration.kind {
            case .type(let group): try addGroup(group, to: &space)
            case .outerAlias(let count, let index):
                space.append(try outerCoreType(count, index, space, at: offset))
            case .importItem(let module, let name, let type):
                let entity = try canonicalEntity(type, space, at: offset)
                try addImport(module, name, entity, to: &result, at: offset)
            case .export(let name, let type):
                let entity = try canonicalEntity(type, space, at: offset)
                try addExport(name, entity, to: &result, at: offset)
            }
            try checkCount(space.count, limits.types, "types", at: offset)
        }
        return result
    }

    private func outerCoreType(
        _ count: UInt32, _ index: UInt32, _ space: [CoreAnyType], at offset: Int
    ) throws(ComponentModelError) -> CoreAnyType {
        let outer: [CoreAnyType]
        if count == 0 {
            outer = space
        } else {
            guard Int(count) <= scopes.count else {
                throw .invalid("invalid outer alias count of \(count)", at: offset)
            }
            outer = scopes[scopes.count - Int(count)].coreTypes
        }
        guard Int(index) < outer.count else {
            throw .invalid("unknown type \(index): type index out of bounds", at: offset)
        }
        guard case .core = outer[Int(index)] else {
            throw .invalid(
                "type \(index) is the type of a core module, which the type of a core module cannot refer to",
                at: offset)
        }
        return outer[Int(index)]
    }

    private func addImport(
        _ module: NameID, _ name: NameID, _ type: CoreEntityType, to result: inout ModuleType, at offset: Int
    ) throws(ComponentModelError) {
        let key = ModuleType.ImportName(module: module, name: name)
        guard result.importNumbers.updateValue(result.imports.count, forKey: key) == nil else {
            throw .invalid(
                "module has a duplicate import name `\(names[module]):\(names[name])` that is not allowed in components",
                at: offset)
        }
        result.imports.append((key, type))
        try grow(&result, at: offset)
    }

    private func addExport(
        _ name: NameID, _ type: CoreEntityType, to result: inout ModuleType, at offset: Int
    ) throws(ComponentModelError) {
        guard result.exports.insert(name, type) else {
            throw .invalid("duplicate export name `\(names[name])` already defined", at: offset)
        }
        try grow(&result, at: offset)
    }

    private func grow(_ type: inout ModuleType, at offset: Int) throws(ComponentModelError) {
        type.size += 1
        try checkCount(Int(type.size), limits.typeSize, "items in a module type", at: offset)
    }

    /// The type of a module of the binary.
    mutating func moduleType(
        of module: CoreModuleDefinition, at offset: Int
    ) throws(ComponentModelError) -> ModuleTypeID {
        var space: [CoreAnyType] = []
        for group in module.groups { try addGroup(group, to: &space) }
        var result = ModuleType()
        for item in module.imports {
            let entity = try canonicalEntity(item.type, space, at: Int(item.offset))
            try addImport(item.module, item.name, entity, to: &result, at: Int(item.offset))
        }
        if !features.contains(.coreMultiMemory), module.memories.count > 1 {
            throw .disabled("a module with several memories needs a feature that is switched off", at: offset)
        }
        for export in module.exports {
            let entity = try canonicalEntity(
                try entity(of: export, in: module), space, at: Int(export.offset))
            try addExport(export.name, entity, to: &result, at: Int(export.offset))
        }
        return types.add(result)
    }

    private func entity(
        of export: CoreModuleDefinition.Export, in module: CoreModuleDefinition
    ) throws(ComponentModelError) -> CoreEntityType {
        let index = Int(export.index)
        switch export.sort {
        case .function where index < module.functions.count: return .function(module.functions[index])
        case .table where index < module.tables.count: return .table(module.tables[index])
        case .memory where index < module.memories.count: return .memory(module.memories[index])
        case .global where index < module.globals.count: return .global(module.globals[index])
        case .tag where index < module.tags.count: return .tag(module.tags[index])
        default:
            throw .invalid(
                "unknown \(export.sort.name) \(index): exported \(export.sort.name) index out of bounds",
                at: Int(export.offset))
        }
    }
}
