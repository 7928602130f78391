/// Whether one thing can stand where another is expected (Explainer.md, subtyping).
///
/// Value types have no subtyping beyond equality; instances and components may have more exports, components may
/// want fewer imports, and resource types are compared after the substitution of what is bound.
extension ComponentValidator {
    mutating func checkSubtype(
        _ actual: EntityType, _ expected: EntityType, at offset: Int
    ) throws(ComponentModelError) {
        try step(at: offset)
        switch (actual, expected) {
        case (.module(let left), .module(let right)): try checkSubtype(left, right, at: offset)
        case (.function(let left), .function(let right)): try checkSubtype(left, right, at: offset)
        case (.value(let left), .value(let right)): try checkSame(left, right, at: offset)
        case (.type(_, let left), .type(_, let right)): try checkSubtype(left, right, at: offset)
        case (.instance(let left), .instance(let right)): try checkSubtype(left, right, at: offset)
        case (.component(let left), .component(let right)): try checkSubtype(left, right, at: offset)
        default: throw .invalid("expected \(expected.sort.name), found \(actual.sort.name)", at: offset)
        }
    }

    private mutating func checkSubtype(
        _ actual: AnyTypeID, _ expected: AnyTypeID, at offset: Int
    ) throws(ComponentModelError) {
        switch (actual, expected) {
        case (.resource(let left), .resource(let right)):
            guard left.id == right.id else {
                throw .invalid(
                    "resource types are not the same (\(left.id.rawValue) vs. \(right.id.rawValue))",
                    at: offset)
            }
        case (.defined(let left), .defined(let right)): try checkSame(left, right, at: offset)
        case (.function(let left), .function(let right)): try checkSubtype(left, right, at: offset)
        case (.instance(let left), .instance(let right)): try checkSubtype(left, right, at: offset)
        case (.component(let left), .component(let right)): try checkSubtype(left, right, at: offset)
        default: throw .invalid("expected \(expected.name), found \(actual.name)", at: offset)
        }
    }

    private mutating func checkSubtype(
        _ actual: ModuleTypeID, _ expected: ModuleTypeID, at offset: Int
    ) throws(ComponentModelError) {
        let left = types[actual]
        let right = types[expected]
        for (name, type) in left.imports {
            try step(at: offset)
            let title = "\(names[name.module])::\(names[name.name])"
            guard let index = right.importNumbers[name] else {
                throw .invalid("missing expected import `\(title)`", at: offset)
            }
            do {
                try checkSubtype(right.imports[index].type, type, at: offset)
            } catch {
                throw error.within("type mismatch in import `\(title)`")
            }
        }
        for (name, type) in right.exports.entries {
            try step(at: offset)
            guard let own = left.exports[name] else {
                throw .invalid("missing expected export `\(names[name])`", at: offset)
            }
            do {
                try checkSubtype(own, type, at: offset)
            } catch {
                throw error.within("type mismatch in export `\(names[name])`")
            }
        }
    }

    private mutating func checkSubtype(
        _ actual: InstanceTypeID, _ expected: InstanceTypeID, at offset: Int
    ) throws(ComponentModelError) {
        let left = types[actual].exports
        let right = types[expected].exports
        for name in right.names where left[name] == nil {
            throw .invalid("missing expected export `\(names[name])`", at: offset)
        }
        for (name, wanted) in zip(right.names, right.entities) {
            guard let own = left[name] else { continue }
            do {
                try checkSubtype(own, wanted, at: offset)
            } catch {
                throw error.within("type mismatch in instance export `\(names[name])`")
            }
        }
    }

    private mutating func checkSubtype(
        _ actual: ComponentTypeID, _ expected: ComponentTypeID, at offset: Int
    ) throws(ComponentModelError) {
        let mark = types.mark
        defer { types.cut(to: mark) }
        var substitution = try open(actual, with: types[expected].imports, .importItem, at: offset)
        var exports = types[actual].exports
        for index in exports.entities.indices {
            try substitute(&exports.entities[index], &substitution, at: offset)
        }
        _ = try open(expected, with: exports, .export, at: offset)
    }

    /// Fits arguments to the imports (or exports) of a component type and finds what each resource type that they
    /// bind is in the arguments.
    mutating func open(
        _ id: ComponentTypeID, with arguments: ExternMap, _ kind: ExternKind, at offset: Int
    ) throws(ComponentModelError) -> Substitution {
        let component = types[id]
        let expected = kind == .importItem ? component.imports : component.exports
        let bound = kind == .importItem ? component.importedResources : component.definedResources
        var substitution = Substitution()
        for (resource, path) in bound {
            try step(at: offset)
            if let actual = resourceArgument(expected, path, arguments) {
                substitution.resources[resource] = actual
            }
        }
        for name in expected.names where arguments[name] == nil {
            throw .invalid("missing \(kind.name) named `\(names[name])`", at: offset)
        }
        var renamings: [AnyTypeID: AnyTypeID] = [:]
        for (name, entity) in zip(expected.names, expected.entities) {
            guard let actual = arguments[name] else { continue }
            let mark = types.mark
            defer { types.cut(to: mark) }
            var wanted = entity
            try substitute(&wanted, &substitution, at: offset)
            substitution.types.removeAll(keepingCapacity: true)
            do {
                try checkSubtype(actual, wanted, at: offset)
            } catch {
                throw error.within("type mismatch for \(kind.name) `\(names[name])`")
            }
            try register(actual, as: entity, &renamings, at: offset)
        }
        substitution.types = renamings
        return substitution
    }

    /// The resource type in the arguments at the place where a bound one stands in the imports.
    private func resourceArgument(
        _ expected: ExternMap, _ path: ResourcePath, _ arguments: ExternMap
    ) -> ResourceID? {
        guard let first = path.first, first < expected.count else { return nil }
        var wanted = expected.entities[first]
        var actual = arguments[expected.names[first]]
        for place in path.dropFirst() {
            guard case .instance(let wantedID) = wanted, case .instance(let actualID)? = actual else {
                return nil
            }
            let exports = types.instances[Int(wantedID.index)].exports
            guard place < exports.count else { return nil }
            wanted = exports.entities[place]
            actual = types.instances[Int(actualID.index)].exports[exports.names[place]]
        }
        guard case .type(.resource(let reference), _)? = actual else { return nil }
        return reference.id
    }

    /// Remembers which identity of an argument stands for which identity of the import.
    private mutating func register(
        _ actual: EntityType, as expected: EntityType, _ renamings: inout [AnyTypeID: AnyTypeID],
        at offset: Int
    ) throws(ComponentModelError) {
        try step(at: offset)
        switch (expected, actual) {
        case (.type(let expected, _), .type(let actual, _)): renamings[expected] = actual
        case (.instance(let expected), .instance(let actual)):
            let wanted = types[expected].exports
            let own = types[actual].exports
            for (name, entity) in zip(wanted.names, wanted.entities) {
                guard let item = own[name] else { continue }
                try register(item, as: entity, &renamings, at: offset)
            }
        default: break
        }
    }
}
