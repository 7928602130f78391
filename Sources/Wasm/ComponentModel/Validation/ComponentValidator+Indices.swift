/// Looks up indices in the index spaces of the innermost scope.
extension ComponentValidator {
    private func find<Element>(
        _ space: [Element], _ index: UInt32, _ what: String, at offset: Int
    ) throws(ComponentModelError) -> Element {
        guard Int(index) < space.count else {
            throw .invalid("unknown \(what) \(index): \(what) index out of bounds", at: offset)
        }
        return space[Int(index)]
    }

    func anyType(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> AnyTypeID {
        try find(scopes[scopes.count - 1].types, index, "type", at: offset)
    }

    func definedType(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> DefinedTypeID {
        guard case .defined(let id) = try anyType(index, at: offset) else {
            throw .invalid("type index \(index) is not a defined type", at: offset)
        }
        return id
    }

    func functionType(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> FunctionTypeID {
        guard case .function(let id) = try anyType(index, at: offset) else {
            throw .invalid("type index \(index) is not a function type", at: offset)
        }
        return id
    }

    func resource(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> ResourceReference {
        guard case .resource(let reference) = try anyType(index, at: offset) else {
            throw .invalid("type index \(index) is not a resource type", at: offset)
        }
        return reference
    }

    func coreAnyType(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> CoreAnyType {
        try find(scopes[scopes.count - 1].coreTypes, index, "type", at: offset)
    }

    func module(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> ModuleTypeID {
        try find(scopes[scopes.count - 1].modules, index, "module", at: offset)
    }

    func coreInstance(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> CoreInstanceType {
        try find(scopes[scopes.count - 1].coreInstances, index, "core instance", at: offset)
    }

    func coreFunction(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> CoreTypeID {
        try find(scopes[scopes.count - 1].coreFunctions, index, "core function", at: offset)
    }

    /// Parameters and results of a core function. Only function types are ever in that index space.
    func coreSignature(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> CoreSignature {
        types.core.function(try coreFunction(index, at: offset)) ?? CoreSignature()
    }

    func coreTable(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> CoreTableType {
        try find(scopes[scopes.count - 1].coreTables, index, "table", at: offset)
    }

    func coreMemory(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> CoreMemoryType {
        try find(scopes[scopes.count - 1].coreMemories, index, "memory", at: offset)
    }

    func coreGlobal(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> CoreGlobalType {
        try find(scopes[scopes.count - 1].coreGlobals, index, "global", at: offset)
    }

    func coreTag(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> CoreTypeID {
        try find(scopes[scopes.count - 1].coreTags, index, "tag", at: offset)
    }

    func function(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> FunctionTypeID {
        try find(scopes[scopes.count - 1].functions, index, "function", at: offset)
    }

    func componentType(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> ComponentTypeID {
        try find(scopes[scopes.count - 1].components, index, "component", at: offset)
    }

    func instance(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> InstanceTypeID {
        try find(scopes[scopes.count - 1].instances, index, "instance", at: offset)
    }

    /// A value, which is used up by this.
    mutating func value(_ index: UInt32, at offset: Int) throws(ComponentModelError) -> ComponentValueType {
        try require(.values, "a value", at: offset)
        let value = try find(scope.values, index, "value", at: offset)
        guard !value.isUsed else {
            throw .invalid("value \(index) is used a second time (cannot be used more than once)", at: offset)
        }
        scope.values[Int(index)].isUsed = true
        return value.type
    }

    func valueType(
        _ reference: ValueTypeReference, at offset: Int
    ) throws(ComponentModelError) -> ComponentValueType {
        switch reference {
        case .primitive(let primitive):
            if primitive == .errorContext { try require(.errorContext, "`error-context`", at: offset) }
            return .primitive(primitive)
        case .index(let index): return .defined(try definedType(index, at: offset))
        }
    }
}
