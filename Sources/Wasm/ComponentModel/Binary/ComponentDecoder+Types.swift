extension ComponentDecoder {
    /// `type` in a component's type section or in a declaration; an index of `result.types`.
    mutating func type() throws(ComponentModelError) -> Int {
        let definition = try typeDefinition()
        result.types.append(definition)
        return result.types.count - 1
    }

    private mutating func typeDefinition() throws(ComponentModelError) -> TypeDefinition {
        let opcode = try reader.byte()
        if let primitive = PrimitiveType(rawValue: opcode) { return .primitive(primitive) }
        switch opcode {
        case 0x72: return .record(try labels(limits.members, "record fields", isTyped: true))
        case 0x71: return .variant(try variantCases())
        case 0x70: return .list(try valueType())
        case 0x67: return .fixedLengthList(try valueType(), try reader.u32())
        case 0x63: return .map(try valueType(), try valueType())
        case 0x6f:
            let types = try vector(limit: limits.members, "tuple types") {
                (decoder) throws(ComponentModelError) in try decoder.valueType()
            }
            return .tuple(result.valueTypes.pool(types))
        case 0x6e: return .flags(try labels(limits.flags, "flags", isTyped: false))
        case 0x6d: return .enumeration(try labels(limits.members, "enum cases", isTyped: false))
        case 0x6b: return .option(try valueType())
        case 0x6a: return .result(ok: try optionalValueType(), error: try optionalValueType())
        case 0x69: return .own(try reader.u32())
        case 0x68: return .borrow(try reader.u32())
        case 0x66: return .stream(try optionalValueType())
        case 0x65: return .future(try optionalValueType())
        case 0x40, 0x43:
            let parameters = try labels(limits.parameters, "parameters", isTyped: true)
            return .function(isAsync: opcode == 0x43, parameters: parameters, result: try resultList())
        case 0x41: return .component(try declarations(ofComponent: true))
        case 0x42: return .instance(try declarations(ofComponent: false))
        case 0x3f:
            let representation = try coreValueType()
            let destructor = try reader.flag("presence of a destructor") ? try reader.u32() : nil
            return .resource(representation: representation, destructor: destructor)
        default: throw reader.malformedByte(opcode, "type (invalid leading byte)")
        }
    }

    mutating func valueType() throws(ComponentModelError) -> ValueTypeReference {
        let first = try reader.peek()
        if let primitive = PrimitiveType(rawValue: first) {
            try reader.skip(1)
            return .primitive(primitive)
        }
        let start = reader.offset
        let index = try reader.signed(bits: 33)
        guard let index = UInt32(exactly: index) else {
            throw .malformed("0x\(String(first, radix: 16)) is no value type", at: start)
        }
        return .index(index)
    }

    mutating func optionalValueType() throws(ComponentModelError) -> ValueTypeReference? {
        try reader.flag("presence of a value type") ? try valueType() : nil
    }

    mutating func resultList() throws(ComponentModelError) -> ValueTypeReference? {
        let kind = try reader.byte()
        switch kind {
        case 0x00: return try valueType()
        case 0x01:
            let count = try reader.byte()
            guard count == 0 else { throw reader.malformedByte(count, "number of results") }
            return nil
        default: throw reader.malformedByte(kind, "result list")
        }
    }

    private mutating func labels(
        _ limit: Int, _ what: String, isTyped: Bool
    ) throws(ComponentModelError) -> PoolRange {
        let labels = try vector(limit: limit, what) { (decoder) throws(ComponentModelError) in
            LabeledType(name: try decoder.name(), type: isTyped ? try decoder.valueType() : nil)
        }
        return result.labels.pool(labels)
    }

    private mutating func variantCases() throws(ComponentModelError) -> PoolRange {
        let cases = try vector(limit: limits.members, "variant cases") {
            (decoder) throws(ComponentModelError) in
            let label = LabeledType(name: try decoder.name(), type: try decoder.optionalValueType())
            let zero = try decoder.reader.byte()
            guard zero == 0 else { throw decoder.reader.malformedByte(zero, "end of a variant case") }
            return label
        }
        return result.labels.pool(cases)
    }

    private mutating func declarations(ofComponent: Bool) throws(ComponentModelError) -> PoolRange {
        typeNesting += 1
        defer { typeNesting -= 1 }
        guard typeNesting <= limits.nesting else {
            throw .limit("types are nested deeper than \(limits.nesting)", at: reader.offset)
        }
        let declarations = try vector(limit: limits.typeDeclarations, "type declarations") {
            (decoder) throws(ComponentModelError) in
            let offset = UInt32(decoder.reader.offset)
            return TypeDeclaration(kind: try decoder.declaration(ofComponent: ofComponent), offset: offset)
        }
        return result.declarations.pool(declarations)
    }

    private mutating func declaration(
        ofComponent: Bool
    ) throws(ComponentModelError) -> TypeDeclaration.Kind {
        let kind = try reader.byte()
        switch kind {
        case 0x00: return .coreType(try coreType())
        case 0x01: return .type(try type())
        case 0x02: return .alias(try alias())
        case 0x03 where ofComponent: return .importItem(try externName(), try externType())
        case 0x04: return .export(try externName(), try externType())
        default: throw reader.malformedByte(kind, "declaration (invalid leading byte)")
        }
    }
}
