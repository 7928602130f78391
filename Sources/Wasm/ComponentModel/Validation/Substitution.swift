/// Resource types to replace, and what became of the types that contain them.
struct Substitution {
    var resources: [ResourceID: ResourceID] = [:]
    /// Results so far, by identity. After an instantiation: identities of the arguments' types.
    var types: [AnyTypeID: AnyTypeID] = [:]

    func applied(to paths: [ResourceID: ResourcePath]) -> [ResourceID: ResourcePath] {
        guard paths.contains(where: { resources[$0.key] != nil }) else { return paths }
        var result: [ResourceID: ResourcePath] = [:]
        for (resource, path) in paths { result[resources[resource] ?? resource] = path }
        return result
    }
}

/// Replaces resource types in types. Types without the resources stay as they are; each type is visited once.
extension ComponentValidator {
    /// Whether the entity changed.
    @discardableResult
    mutating func substitute(
        _ entity: inout EntityType, _ map: inout Substitution, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        switch entity {
        case .module: return false
        case .function(var id):
            let changed = try substitute(&id, &map, at: offset)
            entity = .function(id)
            return changed
        case .instance(var id):
            let changed = try substitute(&id, &map, at: offset)
            entity = .instance(id)
            return changed
        case .component(var id):
            let changed = try substitute(&id, &map, at: offset)
            entity = .component(id)
            return changed
        case .value(var type):
            let changed = try substitute(&type, &map, at: offset)
            entity = .value(type)
            return changed
        case .type(var created, var referenced):
            let isFresh = created == referenced
            var changed = try substitute(&referenced, &map, at: offset)
            if isFresh {
                created = referenced
            } else if try substitute(&created, &map, at: offset) {
                changed = true
            }
            entity = .type(created: created, referenced: referenced)
            return changed
        }
    }

    mutating func substitute(
        _ type: inout AnyTypeID, _ map: inout Substitution, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        let changed: Bool
        switch type {
        case .resource(var reference):
            changed = substitute(&reference, map)
            type = .resource(reference)
        case .defined(var id):
            changed = try substitute(&id, &map, at: offset)
            type = .defined(id)
        case .function(var id):
            changed = try substitute(&id, &map, at: offset)
            type = .function(id)
        case .instance(var id):
            changed = try substitute(&id, &map, at: offset)
            type = .instance(id)
        case .component(var id):
            changed = try substitute(&id, &map, at: offset)
            type = .component(id)
        }
        return changed
    }

    private mutating func substitute(
        _ type: inout ComponentValueType, _ map: inout Substitution, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        guard case .defined(var id) = type else { return false }
        let changed = try substitute(&id, &map, at: offset)
        type = .defined(id)
        return changed
    }

    private func substitute(_ reference: inout ResourceReference, _ map: Substitution) -> Bool {
        if case .resource(let known)? = map.types[.resource(reference)] {
            defer { reference = known }
            return known != reference
        }
        guard let resource = map.resources[reference.id] else { return false }
        reference.id = resource
        return true
    }

    private mutating func substitute(
        _ id: inout DefinedTypeID, _ map: inout Substitution, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        if case .defined(let known)? = map.types[.defined(id)] {
            defer { id = known }
            return known != id
        }
        try step(at: offset)
        var type = types.defined[Int(id.index)]
        // Without a resource inside only an identity can change, and identities of defined types are looked up above.
        var changed = false
        switch type.shape {
        case .primitive, .flags, .enumeration: break
        case .record(let range), .variant(let range), .tuple(let range):
            let (members, membersChanged) = try substitutedMembers(range, &map, at: offset)
            changed = membersChanged
            if changed {
                switch type.shape {
                case .record: type.shape = .record(members)
                case .variant: type.shape = .variant(members)
                default: type.shape = .tuple(members)
                }
            }
        case .list(var element):
            changed = try substitute(&element, &map, at: offset)
            type.shape = .list(element)
        case .fixedLengthList(var element, let count):
            changed = try substitute(&element, &map, at: offset)
            type.shape = .fixedLengthList(element, count)
        case .option(var element):
            changed = try substitute(&element, &map, at: offset)
            type.shape = .option(element)
        case .map(var key, var value):
            changed = try substitute(&key, &map, at: offset)
            if try substitute(&value, &map, at: offset) { changed = true }
            type.shape = .map(key, value)
        case .result(var ok, var error):
            changed = try substitute(&ok, &map, at: offset)
            if try substitute(&error, &map, at: offset) { changed = true }
            type.shape = .result(ok: ok, error: error)
        case .own(var reference):
            changed = substitute(&reference, map)
            type.shape = .own(reference)
        case .borrow(var reference):
            changed = substitute(&reference, map)
            type.shape = .borrow(reference)
        case .stream(var element):
            changed = try substitute(&element, &map, at: offset)
            type.shape = .stream(element)
        case .future(var element):
            changed = try substitute(&element, &map, at: offset)
            type.shape = .future(element)
        }
        let new = changed ? types.add(type) : id
        map.types[.defined(id)] = .defined(new)
        defer { id = new }
        return new != id
    }

    private mutating func substitute(
        _ type: inout ComponentValueType?, _ map: inout Substitution, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        guard var present = type else { return false }
        let changed = try substitute(&present, &map, at: offset)
        type = present
        return changed
    }

    private mutating func substitutedMembers(
        _ range: PoolRange, _ map: inout Substitution, at offset: Int
    ) throws(ComponentModelError) -> (PoolRange, Bool) {
        var members = Array(types.members[range.indices])
        var changed = false
        for index in members.indices {
            try step(at: offset)
            if try substitute(&members[index].type, &map, at: offset) { changed = true }
        }
        return (changed ? types.members.pool(members) : range, changed)
    }

    private mutating func substitute(
        _ id: inout FunctionTypeID, _ map: inout Substitution, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        if case .function(let known)? = map.types[.function(id)] {
            defer { id = known }
            return known != id
        }
        try step(at: offset)
        var type = types[id]
        var (parameters, changed) = try substitutedMembers(type.parameters, &map, at: offset)
        if try substitute(&type.result, &map, at: offset) { changed = true }
        type.parameters = parameters
        parameters = .empty
        let new = changed ? types.add(type) : id
        map.types[.function(id)] = .function(new)
        defer { id = new }
        return changed
    }

    private mutating func substitute(
        _ id: inout InstanceTypeID, _ map: inout Substitution, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        if case .instance(let known)? = map.types[.instance(id)] {
            defer { id = known }
            return known != id
        }
        var type = types[id]
        var changed = false
        for index in type.exports.entities.indices {
            try step(at: offset)
            if try substitute(&type.exports.entities[index], &map, at: offset) { changed = true }
        }
        for index in type.definedResources.indices {
            guard let resource = map.resources[type.definedResources[index]] else { continue }
            type.definedResources[index] = resource
            changed = true
        }
        if type.explicitResources.contains(where: { map.resources[$0.key] != nil }) {
            type.explicitResources = map.applied(to: type.explicitResources)
            changed = true
        }
        let new = changed ? types.add(type) : id
        map.types[.instance(id)] = .instance(new)
        defer { id = new }
        return changed
    }

    private mutating func substitute(
        _ id: inout ComponentTypeID, _ map: inout Substitution, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        if case .component(let known)? = map.types[.component(id)] {
            defer { id = known }
            return known != id
        }
        var type = types[id]
        var changed = false
        for index in type.imports.entities.indices {
            try step(at: offset)
            if try substitute(&type.imports.entities[index], &map, at: offset) { changed = true }
        }
        for index in type.exports.entities.indices {
            try step(at: offset)
            if try substitute(&type.exports.entities[index], &map, at: offset) { changed = true }
        }
        for index in type.importedResources.indices {
            guard let resource = map.resources[type.importedResources[index].id] else { continue }
            type.importedResources[index].id = resource
            changed = true
        }
        for index in type.definedResources.indices {
            guard let resource = map.resources[type.definedResources[index].id] else { continue }
            type.definedResources[index].id = resource
            changed = true
        }
        if type.explicitResources.contains(where: { map.resources[$0.key] != nil }) {
            type.explicitResources = map.applied(to: type.explicitResources)
            changed = true
        }
        let new = changed ? types.add(type) : id
        map.types[.component(id)] = .component(new)
        defer { id = new }
        return changed
    }
}
