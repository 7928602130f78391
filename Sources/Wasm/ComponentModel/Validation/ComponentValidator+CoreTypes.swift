/// Core types of components, module types and modules.
///
/// `scope` in these functions is a core type index space: of a component, of a module type, or of a module.
extension ComponentValidator {
    mutating func addCoreType(_ type: CoreTypeDefinition, at offset: Int) throws(ComponentModelError) {
        switch type {
        case .group(let group):
            // Taken out, so that appending does not copy.
            var space = scope.coreTypes
            scope.coreTypes = []
            try addGroup(group, to: &space)
            scope.coreTypes = space
        case .module(let declarations):
            let type = try moduleType(declarations)
            scope.coreTypes.append(.module(types.add(type)))
        }
        try checkTypes(at: offset)
    }

    /// Makes a group of core types canonical and appends its types to an index space.
    mutating func addGroup(
        _ group: CoreRecursionGroup, to space: inout [CoreAnyType]
    ) throws(ComponentModelError) {
        let offset = Int(group.offset)
        if group.isExplicit { try require(.coreGarbageCollection, "a recursion group", at: offset) }
        let first = space.count
        var canonical = CoreTypeTable.CanonicalGroup(isExplicit: group.isExplicit, members: [])
        for (place, subtype) in definition.coreSubtypes[group.subtypes.indices].enumerated() {
            var type = subtype
            if let supertype = type.supertype {
                guard Int(supertype) < first + place else {
                    throw .invalid("supertypes must be defined before subtypes (unknown type)", at: offset)
                }
            }
            type.supertype = try type.supertype.map { (index) throws(ComponentModelError) in
                try canonicalIndex(index, space, groupSize: group.subtypes.count, at: offset)
            }
            var fields: [CoreField] = []
            fields.reserveCapacity(subtype.fields.count)
            for field in definition.coreFields[subtype.fields.indices] {
                fields.append(
                    try canonicalField(field, space, groupSize: group.subtypes.count, at: offset))
            }
            canonical.members.append(.init(type: type, fields: fields))
        }
        let (start, isNew) = types.core.add(canonical)
        for place in 0..<group.subtypes.count {
            space.append(.core(CoreTypeID(index: UInt32(start + place))))
        }
        guard isNew else { return }
        for place in 0..<group.subtypes.count {
            try checkSubtype(CoreTypeID(index: UInt32(start + place)), at: offset)
        }
    }

    private func canonicalIndex(
        _ index: UInt32, _ space: [CoreAnyType], groupSize: Int, at offset: Int
    ) throws(ComponentModelError) -> UInt32 {
        let first = space.count
        if Int(index) < first {
            guard case .core(let id) = space[Int(index)] else {
                throw .invalid("type index \(index) is a module type, not a sub type", at: offset)
            }
            return id.index
        }
        guard Int(index) < first + groupSize else {
            throw .invalid("unknown type \(index): type index out of bounds", at: offset)
        }
        return UInt32(Int(index) - first) | CoreTypeTable.localBit
    }

    private func canonicalField(
        _ field: CoreField, _ space: [CoreAnyType], groupSize: Int, at offset: Int
    ) throws(ComponentModelError) -> CoreField {
        guard case .value(let value) = field.storage else { return field }
        var result = field
        result.storage = .value(try canonicalValue(value, space, groupSize: groupSize, at: offset))
        return result
    }

    /// A value type with canonical indices; checks what the features allow.
    func canonicalValue(
        _ value: CoreValueType, _ space: [CoreAnyType], groupSize: Int = 0, at offset: Int
    ) throws(ComponentModelError) -> CoreValueType {
        guard value.isReference else { return value }
        if value.isShared { try require(.sharedEverythingThreads, "a shared reference type", at: offset) }
        if value.isConcrete {
            try require(.coreFunctionReferences, "a typed reference", at: offset)
            return value.withIndex(try canonicalIndex(value.index, space, groupSize: groupSize, at: offset))
        }
        switch value.abstractHeap {
        case .function, .external:
            if !value.isNullable { try require(.coreFunctionReferences, "a non-null reference", at: offset) }
        case .exception, .noException: try require(.coreExceptions, "an exception reference", at: offset)
        case .continuation, .noContinuation:
            try require(.coreStackSwitching, "a continuation reference", at: offset)
        default: try require(.coreGarbageCollection, "this heap type", at: offset)
        }
        return value
    }

    private mutating func checkSubtype(_ id: CoreTypeID, at offset: Int) throws(ComponentModelError) {
        let type = types.core[id]
        if !type.isFinal || type.supertype != nil {
            try require(.coreGarbageCollection, "a subtype", at: offset)
        }
        if type.isShared { try require(.sharedEverythingThreads, "a shared type", at: offset) }
        switch type.kind {
        case .function: break
        case .structure, .array: try require(.coreGarbageCollection, "an aggregate type", at: offset)
        case .continuation: try require(.coreStackSwitching, "a continuation type", at: offset)
        }
        guard let index = type.supertype else { return }
        let supertype = CoreTypeID(index: index)
        guard !types.core[supertype].isFinal else {
            throw .invalid("sub type cannot have a final super type", at: offset)
        }
        guard types.core.matches(id, supertype) else {
            throw .invalid("sub type must match super type", at: offset)
        }
        let depth = types.core.depth(Int(index)) + 1
        guard depth <= limits.coreSubtypeDepth else {
            throw .limit("core subtypes are deeper than \(limits.coreSubtypeDepth)", at: offset)
        }
        types.core.setDepth(depth, of: Int(id.index))
    }

    /// An entity type with canonical indices, checked (core specification, import and export types).
    func canonicalEntity(
        _ entity: CoreEntityType, _ space: [CoreAnyType], at offset: Int
    ) throws(ComponentModelError) -> CoreEntityType {
        switch entity {
        case .function(let index):
            return .function(try coreFunctionType(index, space, at: offset))
        case .exactFunction(let index):
            return .exactFunction(try coreFunctionType(index, space, at: offset))
        case .tag(let index):
            try require(.coreExceptions, "a tag", at: offset)
            let type = try coreFunctionType(index, space, at: offset)
            guard types.core.function(CoreTypeID(index: type))?.results.isEmpty == true else {
                throw .invalid("invalid exception type: non-empty tag result type", at: offset)
            }
            return .tag(type)
        case .table(var table):
            table.element = try canonicalValue(table.element, space, at: offset)
            try checkTable(table, at: offset)
            return .table(table)
        case .memory(let memory):
            try checkMemory(memory, at: offset)
            return .memory(memory)
        case .global(var global):
            global.content = try canonicalValue(global.content, space, at: offset)
            if global.isShared { try require(.sharedEverythingThreads, "a shared global", at: offset) }
            return .global(global)
        }
    }

    private func coreFunctionType(
        _ index: UInt32, _ space: [CoreAnyType], at offset: Int
    ) throws(ComponentModelError) -> UInt32 {
        guard Int(index) < space.count else {
            throw .invalid("unknown type \(index): type index out of bounds", at: offset)
        }
        guard case .core(let id) = space[Int(index)], types.core[id].kind == .function else {
            throw .invalid("type index \(index) is not a function type", at: offset)
        }
        return id.index
    }

    private func checkTable(_ table: CoreTableType, at offset: Int) throws(ComponentModelError) {
        if table.limits.is64 { try require(.coreMemory64, "a 64-bit table", at: offset) }
        if table.limits.isShared { try require(.sharedEverythingThreads, "a shared table", at: offset) }
        try checkLimits(
            table.limits, most: table.limits.is64 ? .max : UInt64(UInt32.max), "table", at: offset)
    }

    private func checkMemory(_ memory: CoreMemoryType, at offset: Int) throws(ComponentModelError) {
        if memory.limits.is64 { try require(.coreMemory64, "a 64-bit memory", at: offset) }
        if memory.limits.isShared { try require(.coreThreads, "a shared memory", at: offset) }
        if memory.hasCustomPageSize {
            try require(.coreCustomPageSizes, "a custom page size", at: offset)
            guard memory.pageSizeLog2 == 0 || memory.pageSizeLog2 == 16 else {
                throw .invalid("invalid custom page size", at: offset)
            }
        }
        let addressBits: UInt64 = memory.limits.is64 ? 64 : 32
        let most =
            addressBits - UInt64(memory.pageSizeLog2) == 64
            ? UInt64.max : UInt64(1) << (addressBits - UInt64(memory.pageSizeLog2))
        try checkLimits(memory.limits, most: most, "memory", at: offset)
        if memory.limits.isShared, memory.limits.maximum == nil {
            throw .invalid("shared memory must have maximum size", at: offset)
        }
    }

    private func checkLimits(
        _ limits: CoreLimits, most: UInt64, _ what: String, at offset: Int
    ) throws(ComponentModelError) {
        if let maximum = limits.maximum {
            guard limits.minimum <= maximum else {
                throw .invalid("size minimum must not be greater than maximum", at: offset)
            }
        }
        guard max(limits.minimum, limits.maximum ?? 0) <= most else {
            throw .invalid("\(what) size must be at most \(most)", at: offset)
        }
    }
}
