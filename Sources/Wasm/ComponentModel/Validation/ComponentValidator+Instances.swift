/// Component instances and start functions (Binary.md, instance and start definitions).
extension ComponentValidator {
    mutating func instantiate(
        _ index: UInt32, _ range: PoolRange, _ result: inout ResourceSubstitution, at offset: Int
    ) throws(ComponentModelError) -> InstanceType {
        let id = try componentType(index, at: offset)
        var arguments = ExternMap()
        for argument in definition.arguments[range.indices] {
            let entity = try entity(argument.sort, argument.index, at: offset)
            guard arguments.insert(argument.name, entity) else {
                throw .invalid(
                    "instantiation argument `\(names[argument.name])` conflicts with previous argument",
                    at: offset)
            }
        }
        var substitution = try open(id, with: arguments, .importItem, at: offset)
        let component = types[id]
        for (resource, _) in component.importedResources {
            if let actual = substitution.resources[resource] { result.imported.append((resource, actual)) }
        }
        for (resource, _) in component.definedResources {
            let fresh = types.freshResource()
            substitution.resources[resource] = fresh
            result.defined.append((resource, fresh))
        }
        var instance = InstanceType()
        instance.exports = component.exports
        for place in instance.exports.entities.indices {
            let entity = instance.exports.entities[place]
            try instance.info.include(types.info(entity), limits: limits, at: offset)
            try substitute(&instance.exports.entities[place], &substitution, at: offset)
        }
        instance.explicitResources = substitution.applied(to: component.explicitResources)
        scope.definedResources += result.defined.map(\.is)
        return instance
    }

    mutating func instance(of range: PoolRange, at offset: Int) throws(ComponentModelError) -> InstanceType {
        var instance = InstanceType()
        var keys: Set<String> = []
        for export in definition.exports[range.indices] {
            let entity = try entity(export.sort, export.index, at: offset)
            let place = instance.exports.count
            switch entity {
            case .instance(let id):
                for (resource, path) in types[id].explicitResources {
                    instance.explicitResources[resource] = [place] + path
                }
            case .type(.resource(let reference), _): instance.explicitResources[reference.id] = [place]
            default: break
            }
            let key = try checkedKey(
                of: export.name, .export, entity, ResourceNames(), among: keys, at: offset)
            keys.insert(key)
            guard instance.exports.insert(export.name.name, entity) else {
                throw .invalid(
                    "export name `\(names[export.name.name])` conflicts with previous name", at: offset)
            }
            try instance.info.include(types.info(entity), limits: limits, at: offset)
        }
        return instance
    }

    mutating func start(
        _ index: UInt32, _ range: PoolRange, results: UInt32, at offset: Int
    ) throws(ComponentModelError) {
        try require(.values, "a start function", at: offset)
        let type = types[try function(index, at: offset)]
        guard type.parameters.count == range.count else {
            throw .invalid(
                "component start function requires \(type.parameters.count) arguments but was given \(range.count)",
                at: offset)
        }
        guard results == (type.result == nil ? 0 : 1) else {
            throw .invalid(
                "component start function has a result count of \(results), its type has another", at: offset)
        }
        for (argument, parameter) in zip(definition.values[range.indices], type.parameters.indices) {
            let actual = try value(argument, at: offset)
            guard let expected = types.members[parameter].type else { continue }
            do {
                try checkSame(actual, expected, at: offset)
            } catch {
                throw error.within("value type mismatch for a component start function argument")
            }
        }
        if let result = type.result { scope.values.append((result, false)) }
    }
}
