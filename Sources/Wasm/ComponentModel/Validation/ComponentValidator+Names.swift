/// Names of imports and exports, and what a name demands of the item.
extension ComponentValidator {
    /// Checks a name against `keys`, the keys of the names before it, and gives its own.
    func checkedKey(
        of reference: ExternNameReference, _ kind: ExternKind, _ entity: EntityType,
        _ resources: ResourceNames,
        among keys: Set<String>, at offset: Int
    ) throws(ComponentModelError) -> String {
        let text = names[reference.name]
        let name: ExternName
        do {
            name = try ExternName(text, allowsNestedNames: features.contains(.nestedNames))
        } catch {
            throw .invalid(
                "\(kind.name) name `\(text)` is not a valid extern name: \(error.message)", at: offset)
        }
        if kind == .export {
            switch name.kind {
            case .dependency, .url, .hash:
                throw .invalid("name `\(text)` is not a valid export name", at: offset)
            default: break
            }
        }
        try checkAttributes(reference, name, entity, at: offset)
        do {
            try checkKind(name, entity, resources, at: offset)
        } catch {
            throw error.within("\(kind.name) name `\(text)` is not valid")
        }
        let key = name.uniquenessKey
        guard !keys.contains(key) else {
            throw .invalid("\(kind.name) name `\(text)` conflicts with previous name", at: offset)
        }
        return key
    }

    private func checkAttributes(
        _ reference: ExternNameReference, _ name: ExternName, _ entity: EntityType, at offset: Int
    ) throws(ComponentModelError) {
        var interface = name.kind == .interface ? name : nil
        if let implements = reference.implements {
            try require(.implements, "the attribute `implements`", at: offset)
            interface = try implementedInterface(names[implements], name, entity, at: offset)
        }
        if let suffix = reference.versionSuffix {
            try require(.canonicalNames, "the attribute `versionsuffix`", at: offset)
            guard case .instance = entity else {
                throw .invalid("only instances can have a `versionsuffix`", at: offset)
            }
            guard interface != nil else {
                throw .invalid("`versionsuffix` requires an interface name or `implements`", at: offset)
            }
            guard !names[suffix].isEmpty else { throw .invalid("version suffix cannot be empty", at: offset) }
        }
        if reference.externalID != nil { try require(.implements, "the attribute `external-id`", at: offset) }
        if let interface {
            try checkVersion(interface, suffix: reference.versionSuffix.map { names[$0] }, at: offset)
        }
    }

    private func implementedInterface(
        _ text: String, _ name: ExternName, _ entity: EntityType, at offset: Int
    ) throws(ComponentModelError) -> ExternName {
        guard name.kind == .label else {
            throw .invalid("name `\(name.text)` is not valid with `implements`", at: offset)
        }
        guard case .instance = entity else {
            throw .invalid("only instances can have an `implements`", at: offset)
        }
        let interface: ExternName
        do {
            interface = try ExternName(text, allowsNestedNames: features.contains(.nestedNames))
        } catch {
            throw .invalid("`\(text)` is not a valid name: \(error.message)", at: offset)
        }
        guard interface.kind == .interface else {
            throw .invalid("name `\(text)` must be an interface", at: offset)
        }
        return interface
    }

    /// A version is a semver, or with a suffix the canonical part of one (Binary.md, `versionsuffix`).
    private func checkVersion(
        _ interface: ExternName, suffix: String?, at offset: Int
    ) throws(ComponentModelError) {
        let title = "`\(interface.text)` is not valid: invalid interface version"
        guard let version = interface.version else {
            guard suffix == nil else {
                throw .invalid("\(title): a version suffix requires the name to have a version", at: offset)
            }
            return
        }
        guard let full = SemanticVersion(version + (suffix ?? "")) else {
            throw .invalid("\(title): `\(version)\(suffix ?? "")` is no semver", at: offset)
        }
        guard suffix == nil || version == full.compatibilityKey else {
            throw .invalid("\(title): `\(version)` is not the canonical version of `\(full)`", at: offset)
        }
    }

    private func checkKind(
        _ name: ExternName, _ entity: EntityType, _ resources: ResourceNames, at offset: Int
    ) throws(ComponentModelError) {
        switch name.kind {
        case .label, .interface, .dependency, .url, .hash: break
        case .constructor(let resource):
            try checkConstructor(try function(entity, at: offset), resource, resources, at: offset)
        case .method(let resource, _):
            let function = try function(entity, at: offset)
            guard let first = types.members[function.parameters.indices].first else {
                throw .invalid("function should have at least one argument", at: offset)
            }
            guard names[first.name] == "self" else {
                throw .invalid("function should have a first argument called `self`", at: offset)
            }
            guard case .defined(let id)? = first.type, case .borrow(let borrowed) = types[id] else {
                throw .invalid("function should take a first argument of `(borrow $T)`", at: offset)
            }
            try checkResource(borrowed, resource, resources, at: offset)
        case .staticMethod(let resource, _):
            _ = try function(entity, at: offset)
            guard let id = names.find(resource), resources.all.contains(id) else {
                throw .invalid("static resource name is not known in this context", at: offset)
            }
        }
    }

    private func function(_ entity: EntityType, at offset: Int) throws(ComponentModelError)
        -> ComponentFunctionType
    {
        guard case .function(let id) = entity else { throw .invalid("item is not a func", at: offset) }
        return types[id]
    }

    private func checkConstructor(
        _ function: ComponentFunctionType, _ resource: String, _ resources: ResourceNames, at offset: Int
    ) throws(ComponentModelError) {
        guard !function.isAsync else { throw .invalid("constructor function cannot be async", at: offset) }
        guard let result = function.result else {
            throw .invalid("function should return one value", at: offset)
        }
        var owned = owned(result)
        if owned == nil, case .defined(let id) = result, case .result(let ok?, _) = types[id] {
            owned = self.owned(ok)
        }
        guard let owned else {
            throw .invalid("function should return `(own $T)` or `(result (own $T))`", at: offset)
        }
        try checkResource(owned, resource, resources, at: offset)
    }

    private func owned(_ type: ComponentValueType) -> ResourceReference? {
        guard case .defined(let id) = type, case .own(let reference) = types[id] else { return nil }
        return reference
    }

    private func checkResource(
        _ reference: ResourceReference, _ name: String, _ resources: ResourceNames, at offset: Int
    ) throws(ComponentModelError) {
        guard let expected = resources.names[reference] else {
            throw .invalid("resource used in function does not have a name in this context", at: offset)
        }
        guard names[expected] == name else {
            throw .invalid("function does not match expected resource name `\(names[expected])`", at: offset)
        }
    }
}
