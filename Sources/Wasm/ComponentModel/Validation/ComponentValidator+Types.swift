/// Type definitions and declarations (Binary.md, type definitions).
extension ComponentValidator {
    mutating func addType(_ type: TypeDefinition, at offset: Int) throws(ComponentModelError) {
        let id: AnyTypeID
        switch type {
        case .function(let isAsync, let parameters, let result):
            id = .function(try functionType(isAsync, parameters, result, at: offset))
        case .component(let declarations):
            let component = try componentType(declarations, at: offset)
            id = .component(types.add(component))
        case .instance(let declarations):
            let instance = try instanceType(declarations, at: offset)
            id = .instance(types.add(instance))
        case .resource(let representation, let destructor):
            id = .resource(try resourceType(representation, destructor, at: offset))
        default:
            let defined = try definedType(type, at: offset)
            id = .defined(types.add(defined))
        }
        scope.types.append(id)
        try checkTypes(at: offset)
    }

    private mutating func resourceType(
        _ representation: CoreValueType, _ destructor: UInt32?, at offset: Int
    ) throws(ComponentModelError) -> ResourceReference {
        guard scope.kind == .component else {
            throw .invalid(
                "a resource type stands in a type (resources can only be defined within a concrete component)",
                at: offset)
        }
        if representation == .i64 { try require(.memory64, "a resource with `i64`", at: offset) }
        guard representation == .i32 || representation == .i64 else {
            throw .invalid("resources can only be represented by `i32` or `i64`", at: offset)
        }
        if let destructor {
            let signature = try coreSignature(destructor, at: offset)
            guard signature == CoreSignature([representation]) else {
                throw .invalid(
                    "core function \(destructor) of type \(signature) has the wrong signature for a destructor",
                    at: offset)
            }
        }
        let id = types.freshResource()
        scope.definedResources.append(id)
        scope.representations[id] = representation
        return ResourceReference(id: id, alias: .none)
    }

    private mutating func functionType(
        _ isAsync: Bool, _ parameters: PoolRange, _ result: ValueTypeReference?, at offset: Int
    ) throws(ComponentModelError) -> FunctionTypeID {
        if isAsync { try require(.async, "an async function type", at: offset) }
        var info = TypeInfo()
        let members = try members(parameters, "function parameter", &info, at: offset)
        var resultType: ComponentValueType?
        if let result {
            let type = try valueType(result, at: offset)
            let resultInfo = types.info(type)
            guard !resultInfo.containsBorrow else {
                throw .invalid("a function result cannot contain a `borrow` type", at: offset)
            }
            try info.include(resultInfo, limits: limits, at: offset)
            resultType = type
        }
        return types.add(
            ComponentFunctionType(
                isAsync: isAsync, parameters: types.members.pool(members), result: resultType, info: info))
    }

    /// Resolves labels with their types; labels must be kebab-case and strongly unique.
    private mutating func members(
        _ range: PoolRange, _ what: String, _ info: inout TypeInfo, at offset: Int
    ) throws(ComponentModelError) -> [TypeMember] {
        var seen: Set<String> = []
        seen.reserveCapacity(range.count)
        var members: [TypeMember] = []
        members.reserveCapacity(range.count)
        for label in definition.labels[range.indices] {
            let name = names[label.name]
            guard KebabName.isValid(name.utf8) else {
                throw .invalid("\(what) name `\(name)` is not in kebab case", at: offset)
            }
            guard seen.insert(name.lowercased()).inserted else {
                throw .invalid("\(what) name `\(name)` conflicts with previous \(what) name", at: offset)
            }
            var type: ComponentValueType?
            if let reference = label.type {
                let resolved = try valueType(reference, at: offset)
                try info.include(types.info(resolved), limits: limits, at: offset)
                type = resolved
            }
            members.append(TypeMember(name: label.name, type: type))
        }
        return members
    }

    private mutating func definedType(
        _ type: TypeDefinition, at offset: Int
    ) throws(ComponentModelError) -> DefinedType {
        var info = TypeInfo()
        let shape: DefinedTypeShape
        switch type {
        case .primitive(let primitive):
            if primitive == .errorContext { try require(.errorContext, "`error-context`", at: offset) }
            shape = .primitive(primitive)
            info = .primitive(primitive)
        case .record(let range):
            let members = try nonEmptyMembers(
                range, "record field", "record type", "field", &info, at: offset)
            members.forEach { member in
                if let type = member.type { info.addField(types.info(type)) }
            }
            info.finishRecord()
            shape = .record(types.members.pool(members))
        case .variant(let range):
            let members = try nonEmptyMembers(
                range, "variant case", "variant type", "case", &info, at: offset)
            info.setVariant(cases: members.count, payloads: members.compactMap { $0.type.map(types.info) })
            shape = .variant(types.members.pool(members))
        case .flags(let range):
            guard range.count <= 32 else { throw .invalid("cannot have more than 32 flags", at: offset) }
            let members = try nonEmptyMembers(range, "flag", "flags", "entry", &info, at: offset)
            info.setLayout(ValueLayout.flagsSize(members.count), .i32)
            shape = .flags(types.members.pool(members))
        case .enumeration(let range):
            let members = try nonEmptyMembers(range, "enum tag", "enum type", "variant", &info, at: offset)
            info.setVariant(cases: members.count, payloads: [])
            shape = .enumeration(types.members.pool(members))
        case .tuple(let range): shape = try tuple(range, &info, at: offset)
        default: shape = try simpleType(type, &info, at: offset)
        }
        guard info.layout64.size < UInt64(limits.valueSize) else {
            throw .limit("values of a type are larger than \(limits.valueSize) bytes", at: offset)
        }
        return DefinedType(shape: shape, info: info)
    }

    private mutating func nonEmptyMembers(
        _ range: PoolRange, _ what: String, _ owner: String, _ one: String, _ info: inout TypeInfo,
        at offset: Int
    ) throws(ComponentModelError) -> [TypeMember] {
        guard range.count > 0 else { throw .invalid("\(owner) must have at least one \(one)", at: offset) }
        return try members(range, what, &info, at: offset)
    }

    private mutating func tuple(
        _ range: PoolRange, _ info: inout TypeInfo, at offset: Int
    ) throws(ComponentModelError) -> DefinedTypeShape {
        guard range.count > 0 else { throw .invalid("tuple type must have at least one type", at: offset) }
        let empty = names.intern("")
        var members: [TypeMember] = []
        members.reserveCapacity(range.count)
        for reference in definition.valueTypes[range.indices] {
            let type = try valueType(reference, at: offset)
            let memberInfo = types.info(type)
            try info.include(memberInfo, limits: limits, at: offset)
            info.addField(memberInfo)
            members.append(TypeMember(name: empty, type: type))
        }
        info.finishRecord()
        return .tuple(types.members.pool(members))
    }

    /// The types that have no members.
    private mutating func simpleType(
        _ type: TypeDefinition, _ info: inout TypeInfo, at offset: Int
    ) throws(ComponentModelError) -> DefinedTypeShape {
        switch type {
        case .list(let reference):
            let element = try element(reference, &info, at: offset)
            info.setPointerPair()
            return .list(element)
        case .fixedLengthList(let reference, let count):
            return try fixedLengthList(reference, count, &info, at: offset)
        case .map(let keyReference, let valueReference):
            try require(.maps, "a map", at: offset)
            let key = try element(keyReference, &info, at: offset)
            try checkMapKey(key, at: offset)
            let value = try element(valueReference, &info, at: offset)
            info.setPointerPair()
            return .map(key, value)
        case .option(let reference):
            let payload = try element(reference, &info, at: offset)
            info.setVariant(cases: 2, payloads: [types.info(payload)])
            return .option(payload)
        case .result(let okReference, let errorReference):
            let ok = try optionalElement(okReference, &info, at: offset)
            let error = try optionalElement(errorReference, &info, at: offset)
            info.setVariant(cases: 2, payloads: [ok, error].compactMap { $0.map(types.info) })
            return .result(ok: ok, error: error)
        case .own(let index), .borrow(let index):
            let reference = try resource(index, at: offset)
            info.setLayout(4, .i32)
            info.containsResource = true
            if case .own = type { return .own(reference) }
            info.containsBorrow = true
            return .borrow(reference)
        case .stream(let reference), .future(let reference):
            return try channel(type, reference, &info, at: offset)
        default: throw .invalid("this is no defined value type", at: offset)
        }
    }

    private mutating func fixedLengthList(
        _ reference: ValueTypeReference, _ count: UInt32, _ info: inout TypeInfo, at offset: Int
    ) throws(ComponentModelError) -> DefinedTypeShape {
        try require(.fixedLengthLists, "a fixed-length list", at: offset)
        guard count > 0 else {
            throw .invalid("fixed-length lists must have more than zero elements", at: offset)
        }
        try checkCount(Int(count), limits.fixedLengthListElements, "fixed-length list elements", at: offset)
        let element = try element(reference, &info, at: offset)
        let elementInfo = types.info(element)
        for _ in 0..<min(Int(count), FlatTypes.capacity + 1) { info.flat.append(elementInfo.flat) }
        info.layout32 = elementInfo.layout32.repeated(count)
        info.layout64 = elementInfo.layout64.repeated(count)
        return .fixedLengthList(element, count)
    }

    private mutating func channel(
        _ type: TypeDefinition, _ reference: ValueTypeReference?, _ info: inout TypeInfo, at offset: Int
    ) throws(ComponentModelError) -> DefinedTypeShape {
        try require(.async, "a stream or future", at: offset)
        let element = try optionalElement(reference, &info, at: offset)
        guard !info.containsBorrow else {
            throw .invalid("the payload of a stream or future cannot contain a `borrow` type", at: offset)
        }
        info.setLayout(4, .i32)
        info.containsPointer = false
        info.containsChannel = true
        guard case .stream = type else { return .future(element) }
        if let element, resolvedPrimitive(element) == .char {
            throw .invalid("`stream<char>` is not valid at this time", at: offset)
        }
        return .stream(element)
    }

    private mutating func element(
        _ reference: ValueTypeReference, _ info: inout TypeInfo, at offset: Int
    ) throws(ComponentModelError) -> ComponentValueType {
        let type = try valueType(reference, at: offset)
        try info.include(types.info(type), limits: limits, at: offset)
        return type
    }

    private mutating func optionalElement(
        _ reference: ValueTypeReference?, _ info: inout TypeInfo, at offset: Int
    ) throws(ComponentModelError) -> ComponentValueType? {
        guard let reference else { return nil }
        return try element(reference, &info, at: offset)
    }

    /// The primitive type that a value type is, itself or under another name.
    func resolvedPrimitive(_ type: ComponentValueType) -> PrimitiveType? {
        switch type {
        case .primitive(let primitive): return primitive
        case .defined(let id):
            if case .primitive(let primitive) = types[id] { return primitive }
            return nil
        }
    }

    /// `keytype` (Explainer.md): primitives other than floats and error contexts.
    private func checkMapKey(_ key: ComponentValueType, at offset: Int) throws(ComponentModelError) {
        switch resolvedPrimitive(key) {
        case nil, .f32, .f64, .errorContext:
            throw .invalid("this type cannot be the key of a map", at: offset)
        default: break
        }
    }
}

extension ValueLayout {
    /// An array of `count` such values.
    func repeated(_ count: UInt32) -> ValueLayout {
        ValueLayout(min(Self.ceiling, size * UInt64(count)), alignment: alignment)
    }
}
