/// Which resource types a type depends on without binding them.
extension ComponentValidator {
    mutating func collectResources(
        _ entity: EntityType, _ free: inout Set<ResourceID>, at offset: Int
    ) throws(ComponentModelError) {
        switch entity {
        case .module: break
        case .function(let id): try collectResources(AnyTypeID.function(id), &free, at: offset)
        case .value(let type): try collectResources(type, &free, at: offset)
        case .type(let created, _): try collectResources(created, &free, at: offset)
        case .instance(let id): try collectResources(AnyTypeID.instance(id), &free, at: offset)
        case .component(let id): try collectResources(AnyTypeID.component(id), &free, at: offset)
        }
    }

    mutating func collectResources(
        _ type: AnyTypeID, _ free: inout Set<ResourceID>, at offset: Int
    ) throws(ComponentModelError) {
        try step(at: offset)
        switch type {
        case .resource(let reference): free.insert(reference.id)
        case .defined(let id): try collectResources(ComponentValueType.defined(id), &free, at: offset)
        case .function(let id):
            let function = types[id]
            guard function.info.containsResource else { return }
            for member in types.members[function.parameters.indices] {
                try collectResources(member.type, &free, at: offset)
            }
            try collectResources(function.result, &free, at: offset)
        case .instance(let id):
            let instance = types[id]
            for entity in instance.exports.entities { try collectResources(entity, &free, at: offset) }
            free.subtract(instance.definedResources)
        case .component(let id):
            let component = types[id]
            for entity in component.imports.entities { try collectResources(entity, &free, at: offset) }
            for entity in component.exports.entities { try collectResources(entity, &free, at: offset) }
            for (resource, _) in component.importedResources { free.remove(resource) }
            for (resource, _) in component.definedResources { free.remove(resource) }
        }
    }

    private mutating func collectResources(
        _ type: ComponentValueType?, _ free: inout Set<ResourceID>, at offset: Int
    ) throws(ComponentModelError) {
        guard case .defined(let id)? = type, types.defined[Int(id.index)].info.containsResource else {
            return
        }
        try step(at: offset)
        switch types[id] {
        case .primitive, .flags, .enumeration: break
        case .record(let range), .variant(let range), .tuple(let range):
            for member in types.members[range.indices] {
                try collectResources(member.type, &free, at: offset)
            }
        case .list(let element), .fixedLengthList(let element, _), .option(let element):
            try collectResources(element, &free, at: offset)
        case .map(let key, let value):
            try collectResources(key, &free, at: offset)
            try collectResources(value, &free, at: offset)
        case .result(let ok, let error):
            try collectResources(ok, &free, at: offset)
            try collectResources(error, &free, at: offset)
        case .own(let reference), .borrow(let reference): free.insert(reference.id)
        case .stream(let element), .future(let element): try collectResources(element, &free, at: offset)
        }
    }
}

/// "All types of an import or export have names": the rule of `externtype` validation in Explainer.md.
extension ComponentValidator {
    /// Checks an import or export and remembers the identities that it gives to types.
    mutating func registerNamed(
        _ entity: EntityType, _ kind: ExternKind, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        if scope.kind == .instanceType { return true }
        switch entity {
        case .type(let created, let referenced):
            guard try isNamedInside(referenced, kind, at: offset) else { return false }
            if kind == .importItem { scope.importedTypes.insert(created) }
            scope.exportedTypes.insert(created)
            return true
        case .instance(let id):
            for item in types[id].exports.entities {
                try step(at: offset)
                guard try registerNamed(item, kind, at: offset) else { return false }
            }
            return true
        case .function(let id): return try isNamedInside(AnyTypeID.function(id), kind, at: offset)
        case .value(let type): return try isNamed(type, kind, at: offset)
        case .component, .module: return true
        }
    }

    private func contains(_ type: AnyTypeID, _ kind: ExternKind) -> Bool {
        kind == .importItem
            ? scopes[scopes.count - 1].importedTypes.contains(type)
            : scopes[scopes.count - 1].exportedTypes.contains(type)
    }

    /// Whether everything in a type has a name, whether or not the type itself has one.
    private mutating func isNamedInside(
        _ type: AnyTypeID, _ kind: ExternKind, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        try step(at: offset)
        switch type {
        case .resource, .component: return true
        case .function(let id):
            let function = types[id]
            for member in types.members[function.parameters.indices] {
                guard try isNamed(member.type, kind, at: offset) else { return false }
            }
            return try isNamed(function.result, kind, at: offset)
        case .instance(let id):
            for entity in types[id].exports.entities {
                guard try isNamedInside(entity, kind, at: offset) else { return false }
            }
            return true
        case .defined(let id):
            switch types[id] {
            case .record(let range), .variant(let range): return try areNamed(range, kind, at: offset)
            case .flags, .enumeration: return true
            default: return try isNamed(.defined(id), kind, at: offset)
            }
        }
    }

    private mutating func isNamedInside(
        _ entity: EntityType, _ kind: ExternKind, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        switch entity {
        case .module, .component, .value(.primitive): return true
        case .function(let id): return try isNamedInside(AnyTypeID.function(id), kind, at: offset)
        case .type(let created, _): return try isNamedInside(created, kind, at: offset)
        case .value(.defined(let id)): return try isNamedInside(AnyTypeID.defined(id), kind, at: offset)
        case .instance(let id): return try isNamedInside(AnyTypeID.instance(id), kind, at: offset)
        }
    }

    private mutating func areNamed(
        _ range: PoolRange, _ kind: ExternKind, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        for member in types.members[range.indices] {
            guard try isNamed(member.type, kind, at: offset) else { return false }
        }
        return true
    }

    private mutating func isNamed(
        _ type: ComponentValueType?, _ kind: ExternKind, at offset: Int
    ) throws(ComponentModelError) -> Bool {
        guard case .defined(let id)? = type else { return true }
        try step(at: offset)
        switch types[id] {
        case .primitive: return true
        case .flags, .enumeration, .record, .variant: return contains(.defined(id), kind)
        case .tuple(let range): return try areNamed(range, kind, at: offset)
        case .list(let element), .fixedLengthList(let element, _), .option(let element):
            return try isNamed(element, kind, at: offset)
        case .map(let key, let value):
            guard try isNamed(key, kind, at: offset) else { return false }
            return try isNamed(value, kind, at: offset)
        case .result(let ok, let error):
            guard try isNamed(ok, kind, at: offset) else { return false }
            return try isNamed(error, kind, at: offset)
        case .own(let reference), .borrow(let reference): return contains(.resource(reference), kind)
        case .stream(let element), .future(let element): return try isNamed(element, kind, at: offset)
        }
    }
}
