/// Component types and instance types: scopes of their own with declarations.
extension ComponentValidator {
    mutating func componentType(
        _ range: PoolRange, at offset: Int
    ) throws(ComponentModelError) -> ComponentType {
        scopes.append(ValidationScope(kind: .componentType))
        for declaration in definition.declarations[range.indices] { try declare(declaration) }
        let type = try finishComponent(at: offset)
        scopes.removeLast()
        return type
    }

    mutating func instanceType(
        _ range: PoolRange, at offset: Int
    ) throws(ComponentModelError) -> InstanceType {
        scopes.append(ValidationScope(kind: .instanceType))
        for declaration in definition.declarations[range.indices] { try declare(declaration) }
        let scope = scopes.removeLast()
        return InstanceType(
            exports: scope.exports, definedResources: scope.definedResources,
            explicitResources: scope.explicitResources, info: scope.info)
    }

    private mutating func declare(_ declaration: TypeDeclaration) throws(ComponentModelError) {
        let offset = Int(declaration.offset)
        switch declaration.kind {
        case .coreType(let index): try addCoreType(definition.coreTypes[index], at: offset)
        case .type(let index): try addType(definition.types[index], at: offset)
        case .alias(let alias): try addAlias(alias, at: offset)
        case .importItem(let name, let type): try addImport(name, type, at: offset)
        case .export(let name, let type):
            let entity = try entity(type, at: offset)
            try addExport(name, entity, at: offset)
        }
    }

    /// The type of the innermost scope, once all of its definitions are there.
    mutating func finishComponent(at offset: Int) throws(ComponentModelError) -> ComponentType {
        var type = ComponentType(
            imports: scope.imports, exports: scope.exports, importedResources: scope.importedResources,
            explicitResources: scope.explicitResources, info: scope.info)
        var free: Set<ResourceID> = []
        for entity in type.imports.entities { try collectResources(entity, &free, at: offset) }
        if scope.definedResources.contains(where: free.contains) {
            throw .invalid("local resource type found in imports", at: offset)
        }
        free.removeAll()
        for entity in type.exports.entities { try collectResources(entity, &free, at: offset) }
        for id in scope.definedResources where free.contains(id) {
            guard let path = type.explicitResources[id] else {
                throw .invalid("local resource type found in export but not exported itself", at: offset)
            }
            type.definedResources.append((id, path))
        }
        return type
    }
}
