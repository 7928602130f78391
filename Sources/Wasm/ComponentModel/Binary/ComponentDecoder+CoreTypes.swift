extension ComponentDecoder {
    /// `core:type` in a component or in a declaration; an index of `result.coreTypes`.
    mutating func coreType() throws(ComponentModelError) -> Int {
        let definition: CoreTypeDefinition
        switch try reader.peek() {
        case 0x00:
            try reader.skip(1)
            guard try reader.peek() == 0x50 else {
                throw .malformed("only a non-final subtype has a 0x00 before it here", at: reader.offset)
            }
            definition = .group(try recursionGroup())
        case 0x50:
            try reader.skip(1)
            let declarations = try vector(limit: limits.moduleTypeDeclarations, "module type declarations") {
                (decoder) throws(ComponentModelError) in
                let offset = UInt32(decoder.reader.offset)
                return ModuleTypeDeclaration(kind: try decoder.moduleDeclaration(), offset: offset)
            }
            definition = .module(result.moduleDeclarations.pool(declarations))
        default: definition = .group(try recursionGroup())
        }
        result.coreTypes.append(definition)
        return result.coreTypes.count - 1
    }

    private mutating func moduleDeclaration() throws(ComponentModelError) -> ModuleTypeDeclaration.Kind {
        let kind = try reader.byte()
        switch kind {
        case 0x00: return .importItem(module: try name(), name: try name(), type: try coreExternType())
        case 0x01: return .type(try recursionGroup())
        case 0x02:
            let sort = try reader.byte()
            guard sort == 0x10 else { throw reader.malformedByte(sort, "sort of a core alias") }
            let target = try reader.byte()
            guard target == 0x01 else { throw reader.malformedByte(target, "target of a core alias") }
            return .outerAlias(count: try reader.u32(), index: try reader.u32())
        case 0x03: return .export(name: try name(), type: try coreExternType())
        default: throw reader.malformedByte(kind, "module type declaration (invalid leading byte)")
        }
    }

    mutating func recursionGroup() throws(ComponentModelError) -> CoreRecursionGroup {
        let offset = UInt32(reader.offset)
        let isExplicit = try reader.peek() == 0x4e
        var subtypes: [CoreSubtype] = []
        if isExplicit {
            try reader.skip(1)
            subtypes = try vector(limit: limits.types, "types of a recursion group") {
                (decoder) throws(ComponentModelError) in try decoder.subtype()
            }
        } else {
            subtypes.append(try subtype())
        }
        return CoreRecursionGroup(
            isExplicit: isExplicit, subtypes: result.coreSubtypes.pool(subtypes), offset: offset)
    }

    private mutating func subtype() throws(ComponentModelError) -> CoreSubtype {
        var opcode = try reader.byte()
        var isFinal = true
        var supertype: UInt32?
        if opcode == 0x4f || opcode == 0x50 {
            isFinal = opcode == 0x4f
            let count = try reader.count(1, "supertypes")
            if count == 1 { supertype = try reader.u32() }
            opcode = try reader.byte()
        }
        let isShared = opcode == 0x65
        if isShared { opcode = try reader.byte() }
        var fields: [CoreField] = []
        var parameterCount = 0
        let kind: CoreSubtype.Kind
        switch opcode {
        case 0x60:
            kind = .function
            fields = try functionFields(&parameterCount)
        case 0x5f:
            kind = .structure
            fields = try vector(limit: limits.coreStructFields, "fields of a structure") {
                (decoder) throws(ComponentModelError) in try decoder.field()
            }
        case 0x5e:
            kind = .array
            fields = [try field()]
        case 0x5d:
            kind = .continuation
            let start = reader.offset
            guard let index = UInt32(exactly: try reader.signed(bits: 33)) else {
                throw .malformed("a continuation type needs a type index", at: start)
            }
            fields = [CoreField(storage: .value(.reference(nullable: false, index: index)), isMutable: false)]
        default: throw reader.malformedByte(opcode, "core type (invalid leading byte)")
        }
        return CoreSubtype(
            kind: kind, isFinal: isFinal, isShared: isShared, supertype: supertype,
            fields: result.coreFields.pool(fields), parameterCount: UInt32(parameterCount))
    }

    private mutating func functionFields(
        _ parameterCount: inout Int
    ) throws(ComponentModelError) -> [CoreField] {
        let read = { (decoder: inout ComponentDecoder) throws(ComponentModelError) -> CoreField in
            CoreField(storage: .value(try decoder.coreValueType()), isMutable: false)
        }
        let parameters = try vector(limit: limits.parameters, "parameters", read)
        parameterCount = parameters.count
        return parameters + (try vector(limit: limits.parameters, "results", read))
    }

    private mutating func field() throws(ComponentModelError) -> CoreField {
        let storage: CoreStorageType
        switch try reader.peek() {
        case 0x78:
            try reader.skip(1)
            storage = .i8
        case 0x77:
            try reader.skip(1)
            storage = .i16
        default: storage = .value(try coreValueType())
        }
        return CoreField(storage: storage, isMutable: try reader.flag("mutability"))
    }

    mutating func coreValueType() throws(ComponentModelError) -> CoreValueType {
        let first = try reader.peek()
        switch first {
        case 0x7b...0x7f:
            try reader.skip(1)
            return CoreValueType(bits: UInt64(first))
        default: return try coreReferenceType()
        }
    }

    private mutating func coreReferenceType() throws(ComponentModelError) -> CoreValueType {
        let first = try reader.peek()
        switch first {
        case 0x63, 0x64:
            try reader.skip(1)
            return try heapType(nullable: first == 0x63)
        default:
            let isShared = first == 0x65
            if isShared { try reader.skip(1) }
            return .reference(nullable: true, shared: isShared, heap: try abstractHeapType())
        }
    }

    mutating func heapType(nullable: Bool) throws(ComponentModelError) -> CoreValueType {
        let first = try reader.peek()
        if first == 0x65 {
            try reader.skip(1)
            return .reference(nullable: nullable, shared: true, heap: try abstractHeapType())
        }
        if first & 0xc0 == 0x40 {
            return .reference(nullable: nullable, shared: false, heap: try abstractHeapType())
        }
        let start = reader.offset
        guard let index = UInt32(exactly: try reader.signed(bits: 33)) else {
            throw .malformed("this is no heap type", at: start)
        }
        return .reference(nullable: nullable, index: index)
    }

    private mutating func abstractHeapType() throws(ComponentModelError) -> CoreValueType.AbstractHeapType {
        let opcode = try reader.byte()
        guard let type = CoreValueType.AbstractHeapType(rawValue: opcode) else {
            throw reader.malformedByte(opcode, "core value type (invalid leading byte)")
        }
        return type
    }

    mutating func coreExternType() throws(ComponentModelError) -> CoreEntityType {
        let sort = try reader.byte()
        switch sort {
        case 0x00: return .function(try reader.u32())
        case 0x20: return .exactFunction(try reader.u32())
        case 0x01: return .table(try coreTableType())
        case 0x02: return .memory(try coreMemoryType())
        case 0x03: return .global(try coreGlobalType())
        case 0x04: return .tag(try coreTagType())
        default: throw reader.malformedByte(sort, "core extern type (invalid leading byte)")
        }
    }

    mutating func coreTagType() throws(ComponentModelError) -> UInt32 {
        let attribute = try reader.byte()
        guard attribute == 0 else { throw reader.malformedByte(attribute, "attribute of a tag") }
        return try reader.u32()
    }

    mutating func coreTableType() throws(ComponentModelError) -> CoreTableType {
        let element = try coreReferenceType()
        let flags = try reader.byte()
        guard flags < 8 else { throw reader.malformedByte(flags, "flags of a table") }
        return CoreTableType(element: element, limits: try coreLimits(flags))
    }

    mutating func coreMemoryType() throws(ComponentModelError) -> CoreMemoryType {
        let flags = try reader.byte()
        guard flags < 16 else { throw reader.malformedByte(flags, "flags of a memory") }
        let limits = try coreLimits(flags)
        let isCustom = flags & 8 != 0
        let start = reader.offset
        let pageSizeLog2 = isCustom ? try reader.u32() : 16
        guard pageSizeLog2 < 64 else { throw .malformed("2^\(pageSizeLog2) is no page size", at: start) }
        return CoreMemoryType(limits: limits, pageSizeLog2: pageSizeLog2, hasCustomPageSize: isCustom)
    }

    private mutating func coreLimits(_ flags: UInt8) throws(ComponentModelError) -> CoreLimits {
        let minimum = try reader.u64()
        let maximum = flags & 1 != 0 ? try reader.u64() : nil
        return CoreLimits(minimum: minimum, maximum: maximum, isShared: flags & 2 != 0, is64: flags & 4 != 0)
    }

    mutating func coreGlobalType() throws(ComponentModelError) -> CoreGlobalType {
        let content = try coreValueType()
        let flags = try reader.byte()
        guard flags < 4 else { throw reader.malformedByte(flags, "flags of a global") }
        return CoreGlobalType(content: content, isMutable: flags & 1 != 0, isShared: flags & 2 != 0)
    }
}
