/// Lifting from memory (CanonicalABI.md, loading).
extension CanonicalContext {
    /// Lifts a value from a place that was checked to be aligned and in bounds.
    mutating func load(_ id: CanonicalPlan.NodeID, at offset: UInt64) throws(CanonicalTrap) -> ComponentValue
    {
        switch plan[id].operation {
        case .bool: return .bool(try view.load(offset, as: UInt8.self) != 0)
        case .s8: return .s8(try view.load(offset))
        case .u8: return .u8(try view.load(offset))
        case .s16: return .s16(try view.load(offset))
        case .u16: return .u16(try view.load(offset))
        case .s32: return .s32(try view.load(offset))
        case .u32: return .u32(try view.load(offset))
        case .s64: return .s64(try view.load(offset))
        case .u64: return .u64(try view.load(offset))
        case .f32: return .f32(CanonicalNaN.canonical(try view.load(offset, as: UInt32.self)))
        case .f64: return .f64(CanonicalNaN.canonical(try view.load(offset, as: UInt64.self)))
        case .char: return .char(try Self.character(try view.load(offset)))
        case .string:
            let pointer = try loadPointer(offset)
            return .string(try string(pointer, try loadPointer(offset + plan.width.size)))
        case .list(let element):
            let pointer = try loadPointer(offset)
            return try list(element, pointer, try loadPointer(offset + plan.width.size))
        case .fixedLengthList(let element, let count): return try elements(element, offset, UInt64(count))
        case .record(let fields):
            var values: [ComponentValue] = []
            values.reserveCapacity(fields.indices.count)
            for index in fields.indices {
                let field = plan.fields[index]
                guard let node = field.node else { continue }
                values.append(try load(node, at: offset + UInt64(field.offset)))
            }
            return .record(values)
        case .variant(let fields, let size, let payloadOffset):
            let number = try loadDiscriminant(offset, size)
            guard number < fields.count else { throw .badDiscriminant }
            let payload = plan.fields[fields.indices.lowerBound + Int(number)].node
            guard let payload else { return .variant(number, nil) }
            return .variant(number, try load(payload, at: offset + UInt64(payloadOffset)))
        case .flags(let count):
            return .flags(
                try loadDiscriminant(offset, UInt8(ValueLayout.flagsSize(Int(count)))) & Self.mask(count))
        case .own, .borrow, .stream, .future, .errorContext:
            return try liftHandle(id, try view.load(offset))
        }
    }

    func loadDiscriminant(_ offset: UInt64, _ size: UInt8) throws(CanonicalTrap) -> UInt32 {
        switch size {
        case 1: UInt32(try view.load(offset, as: UInt8.self))
        case 2: UInt32(try view.load(offset, as: UInt16.self))
        default: try view.load(offset, as: UInt32.self)
        }
    }

    func storeDiscriminant(_ value: UInt32, _ size: UInt8, at offset: UInt64) throws(CanonicalTrap) {
        switch size {
        case 1: try view.store(UInt8(truncatingIfNeeded: value), at: offset)
        case 2: try view.store(UInt16(truncatingIfNeeded: value), at: offset)
        default: try view.store(value, at: offset)
        }
    }

    static func mask(_ count: UInt8) -> UInt32 { count >= 32 ? .max : 1 << UInt32(count) - 1 }

    /// `convert_i32_to_char`.
    static func character(_ bits: UInt32) throws(CanonicalTrap) -> Unicode.Scalar {
        guard let scalar = Unicode.Scalar(bits) else { throw .badCharacter }
        return scalar
    }

    /// `load_list_from_range`.
    mutating func list(
        _ element: CanonicalPlan.NodeID, _ pointer: UInt64, _ count: UInt64
    ) throws(CanonicalTrap) -> ComponentValue {
        let node = plan[element]
        let bytes = try checkList(pointer, count, size: node.size, alignment: node.alignment)
        // A value in the tree takes more than the guest's bytes.
        let isBytes = node.operation == .u8
        try chargeLifted(isBytes ? bytes : max(bytes, count * UInt64(MemoryLayout<ComponentValue>.stride)))
        return try elements(element, pointer, count)
    }

    private mutating func elements(
        _ element: CanonicalPlan.NodeID, _ pointer: UInt64, _ count: UInt64
    ) throws(CanonicalTrap) -> ComponentValue {
        if plan[element].operation == .u8 { return .bytes(try view.bytes(pointer, count)) }
        let size = plan[element].size
        var values: [ComponentValue] = []
        values.reserveCapacity(Int(min(count, 1 << 16)))
        for index in 0..<count { values.append(try load(element, at: pointer + index * size)) }
        return .list(values)
    }

    mutating func liftHandle(_ id: CanonicalPlan.NodeID, _ index: UInt32) throws(CanonicalTrap)
        -> ComponentValue
    {
        switch plan[id].operation {
        case .own(let resource):
            let type = try instance.resourceType(resource)
            return .own(ResourceValue(type: type, representation: try instance.handles.takeOwn(index, type)))
        case .borrow(let resource):
            let type = try instance.resourceType(resource)
            return .borrow(ResourceValue(type: type, representation: try lend(index, type)))
        case .stream(_, let type): return .stream(try liftChannel(index, .stream, type))
        case .future(_, let type): return .future(try liftChannel(index, .future, type))
        default: return .errorContext(try liftErrorContext(index))
        }
    }

    func liftErrorContext(_ index: UInt32) throws(CanonicalTrap) -> ErrorContextID {
        let entry = try instance.handles.entry(index)
        guard case .errorContext(let context) = entry else {
            throw .wrongHandle(index, expected: "error-context", found: entry.name)
        }
        return context
    }

    func liftChannel(
        _ index: UInt32, _ kind: ChannelKind, _ type: ChannelTypeID
    ) throws(CanonicalTrap) -> ChannelID {
        guard let channels else { throw CanonicalTrap(.async, "this instance has no streams or futures") }
        return try channels.lift(index, kind, type, from: instance)
    }

    func lowerChannel(
        _ channel: ChannelID, _ kind: ChannelKind, _ type: ChannelTypeID
    ) throws(CanonicalTrap) -> UInt32 {
        guard let channels else { throw CanonicalTrap(.async, "this instance has no streams or futures") }
        return try channels.lower(channel, kind, type, into: instance)
    }
}
