/// Imports and exports (Binary.md, import and export definitions).
extension ComponentValidator {
    mutating func addImport(
        _ name: ExternNameReference, _ type: ExternTypeReference, at offset: Int
    ) throws(ComponentModelError) {
        var entity = try entity(type, at: offset)
        try addEntity(&entity, naming: (name.name, .importItem), at: offset)
        let key = try checkedKey(
            of: name, .importItem, entity, scope.importedResourceNames, among: scope.importKeys, at: offset)
        scope.importKeys.insert(key)
        guard scope.imports.insert(name.name, entity) else {
            throw .invalid("import name `\(names[name.name])` conflicts with previous name", at: offset)
        }
        try scope.info.include(types.info(entity), limits: limits, at: offset)
    }

    mutating func addExport(
        _ name: ExternNameReference, _ type: EntityType, at offset: Int
    ) throws(ComponentModelError) {
        var entity = type
        try addEntity(&entity, naming: (name.name, .export), at: offset)
        let key = try checkedKey(
            of: name, .export, entity, scope.exportedResourceNames, among: scope.exportKeys, at: offset)
        scope.exportKeys.insert(key)
        guard scope.exports.insert(name.name, entity) else {
            throw .invalid("export name `\(names[name.name])` conflicts with previous name", at: offset)
        }
        try scope.info.include(types.info(entity), limits: limits, at: offset)
        try checkCount(scope.exports.count, limits.exports, "exports", at: offset)
    }

    /// The entity that an import, an export declaration or an ascription describes.
    mutating func entity(
        _ type: ExternTypeReference, at offset: Int
    ) throws(ComponentModelError) -> EntityType {
        switch type {
        case .module(let index):
            guard case .module(let id) = try coreAnyType(index, at: offset) else {
                throw .invalid("core type index \(index) is not a module type", at: offset)
            }
            return .module(id)
        case .function(let index): return .function(try functionType(index, at: offset))
        case .value(let reference):
            try require(.values, "a value", at: offset)
            return .value(try valueType(reference, at: offset))
        case .equalValue(let index):
            try require(.values, "a value", at: offset)
            guard Int(index) < scope.values.count else {
                throw .invalid("unknown value \(index): value index out of bounds", at: offset)
            }
            return .value(scope.values[Int(index)].type)
        case .type(.equal(let index)):
            let referenced = try anyType(index, at: offset)
            return .type(created: types.renamed(referenced), referenced: referenced)
        case .type(.subResource):
            let id = AnyTypeID.resource(ResourceReference(id: types.freshResource(), alias: .none))
            return .type(created: id, referenced: id)
        case .component(let index):
            guard case .component(let id) = try anyType(index, at: offset) else {
                throw .invalid("type index \(index) is not a component type", at: offset)
            }
            return .component(id)
        case .instance(let index):
            guard case .instance(let id) = try anyType(index, at: offset) else {
                throw .invalid("type index \(index) is not an instance type", at: offset)
            }
            return .instance(id)
        }
    }

    /// The entity that a definition is exported as.
    mutating func exportedEntity(
        _ sort: ComponentSort, _ index: UInt32, ascribed: ExternTypeReference?, at offset: Int
    ) throws(ComponentModelError) -> EntityType {
        var actual = try entity(sort, index, at: offset)
        if case .type(_, let referenced) = actual {
            actual = .type(created: types.renamed(referenced), referenced: referenced)
        }
        guard let ascribed else { return actual }
        let expected = try entity(ascribed, at: offset)
        do {
            try checkSubtype(actual, expected, at: offset)
        } catch {
            throw error.within("ascribed type of export is not compatible with item's type")
        }
        return expected
    }

    /// The entity of a sort and index.
    mutating func entity(
        _ sort: ComponentSort, _ index: UInt32, at offset: Int
    ) throws(ComponentModelError) -> EntityType {
        switch sort {
        case .coreModule: return .module(try module(index, at: offset))
        case .function: return .function(try function(index, at: offset))
        case .value: return .value(try value(index, at: offset))
        case .type:
            let type = try anyType(index, at: offset)
            return .type(created: type, referenced: type)
        case .component: return .component(try componentType(index, at: offset))
        case .instance: return .instance(try instance(index, at: offset))
        }
    }

    /// Puts an entity into its index space; with a name, as an import or export that may make resource types.
    mutating func addEntity(
        _ entity: inout EntityType, naming: (name: NameID, kind: ExternKind)?, at offset: Int
    ) throws(ComponentModelError) {
        switch entity {
        case .module(let id):
            scope.modules.append(id)
            try checkCount(scope.modules.count, limits.modules, "modules", at: offset)
        case .component(let id):
            scope.components.append(id)
            try checkCount(scope.components.count, limits.components, "components", at: offset)
        case .instance(var id):
            switch naming?.kind {
            case .importItem: try prepareInstanceImport(&id, at: offset)
            case .export: try prepareInstanceExport(&id, at: offset)
            case nil: break
            }
            entity = .instance(id)
            scope.instances.append(id)
            try checkInstances(at: offset)
        case .function(let id):
            scope.functions.append(id)
            try checkCount(
                scope.coreFunctions.count + scope.functions.count, limits.functions, "functions", at: offset)
        case .value(let type):
            try require(.values, "a value", at: offset)
            scope.values.append((type, naming?.kind == .export))
            try checkCount(scope.values.count, limits.values, "values", at: offset)
        case .type(let created, let referenced):
            scope.types.append(created)
            bindResource(created, isFresh: created == referenced, naming?.kind)
            try checkTypes(at: offset)
        }
        guard let naming else { return }
        if case .type(.resource(let reference), _) = entity {
            switch naming.kind {
            case .importItem: scope.importedResourceNames.register(reference, as: naming.name)
            case .export: scope.exportedResourceNames.register(reference, as: naming.name)
            }
        }
        guard try registerNamed(entity, naming.kind, at: offset) else {
            throw .invalid("\(entity.sort.name) not valid to be used as \(naming.kind.name)", at: offset)
        }
    }

    private mutating func bindResource(_ created: AnyTypeID, isFresh: Bool, _ kind: ExternKind?) {
        guard case .resource(let reference) = created else { return }
        switch kind {
        case .importItem:
            if isFresh { scope.importedResources.append((reference.id, [scope.imports.count])) }
        case .export:
            if isFresh { scope.definedResources.append(reference.id) }
            scope.explicitResources[reference.id] = [scope.exports.count]
        case nil: break
        }
    }

    /// Resource types that an imported instance binds become resource types that this scope imports.
    private mutating func prepareInstanceImport(
        _ id: inout InstanceTypeID, at offset: Int
    ) throws(ComponentModelError) {
        let old = types[id]
        guard !old.definedResources.isEmpty else { return }
        var substitution = Substitution()
        for resource in old.definedResources {
            let fresh = types.freshResource()
            substitution.resources[resource] = fresh
            let path = old.explicitResources[resource] ?? []
            scope.importedResources.append((fresh, [scope.imports.count] + path))
        }
        id = try types.add(substituted(old, &substitution, at: offset))
    }

    /// Resource types that an exported instance type binds become resource types that this scope makes.
    private mutating func prepareInstanceExport(
        _ id: inout InstanceTypeID, at offset: Int
    ) throws(ComponentModelError) {
        let old = types[id]
        if !old.definedResources.isEmpty {
            var substitution = Substitution()
            for resource in old.definedResources {
                let fresh = types.freshResource()
                substitution.resources[resource] = fresh
                scope.definedResources.append(fresh)
            }
            id = try types.add(substituted(old, &substitution, at: offset))
        }
        let place = scope.exports.count
        for (resource, path) in types[id].explicitResources {
            scope.explicitResources[resource] = [place] + path
        }
    }

    /// An instance type without bound resources, with those it bound replaced.
    private mutating func substituted(
        _ old: InstanceType, _ substitution: inout Substitution, at offset: Int
    ) throws(ComponentModelError) -> InstanceType {
        var new = old
        new.definedResources = []
        for index in new.exports.entities.indices {
            try substitute(&new.exports.entities[index], &substitution, at: offset)
        }
        new.explicitResources = substitution.applied(to: old.explicitResources)
        return new
    }
}
