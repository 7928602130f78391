/// Lowering into memory (CanonicalABI.md, storing).
extension CanonicalContext {
    /// Lowers a value into a place that was checked to be aligned and in bounds.
    mutating func store(
        _ value: ComponentValue, _ id: CanonicalPlan.NodeID, at offset: UInt64
    ) throws(CanonicalTrap) {
        switch (plan[id].operation, value) {
        case (.bool, .bool(let value)): try view.store(UInt8(value ? 1 : 0), at: offset)
        case (.s8, .s8(let value)): try view.store(value, at: offset)
        case (.u8, .u8(let value)): try view.store(value, at: offset)
        case (.s16, .s16(let value)): try view.store(value, at: offset)
        case (.u16, .u16(let value)): try view.store(value, at: offset)
        case (.s32, .s32(let value)): try view.store(value, at: offset)
        case (.u32, .u32(let value)): try view.store(value, at: offset)
        case (.s64, .s64(let value)): try view.store(value, at: offset)
        case (.u64, .u64(let value)): try view.store(value, at: offset)
        case (.f32, .f32(let bits)): try view.store(CanonicalNaN.canonical(bits), at: offset)
        case (.f64, .f64(let bits)): try view.store(CanonicalNaN.canonical(bits), at: offset)
        case (.char, .char(let scalar)): try view.store(scalar.value, at: offset)
        case (.string, .string(let string)):
            let (pointer, units) = try store(string)
            try storePair(pointer, units, at: offset)
        case (.list(let element), _):
            let (pointer, length) = try store(list: value, element)
            try storePair(pointer, length, at: offset)
        case (.fixedLengthList(let element, let count), _):
            guard Self.count(value) == UInt64(count) else { throw .wrongValue }
            try storeElements(value, element, at: offset)
        case (.record(let fields), .record(let values)):
            guard values.count == fields.indices.count else { throw .wrongValue }
            for (index, value) in zip(fields.indices, values) {
                let field = plan.fields[index]
                guard let node = field.node else { continue }
                try store(value, node, at: offset + UInt64(field.offset))
            }
        case (.variant(let fields, let size, let payloadOffset), .variant(let number, let payload)):
            let node = try caseNode(fields, number)
            try storeDiscriminant(number, size, at: offset)
            switch (node, payload) {
            case (nil, nil): break
            case (let node?, let payload?): try store(payload, node, at: offset + UInt64(payloadOffset))
            default: throw .wrongValue
            }
        case (.flags(let count), .flags(let bits)):
            guard bits & ~Self.mask(count) == 0 else { throw .wrongValue }
            try storeDiscriminant(bits, UInt8(ValueLayout.flagsSize(Int(count))), at: offset)
        default: try view.store(try lowerHandle(value, id), at: offset)
        }
    }

    func caseNode(
        _ fields: CanonicalPlan.Fields, _ number: UInt32
    ) throws(CanonicalTrap) -> CanonicalPlan.NodeID? {
        guard number < fields.count else { throw .wrongValue }
        return plan.fields[fields.indices.lowerBound + Int(number)].node
    }

    @usableFromInline
    func storePair(_ pointer: UInt64, _ length: UInt64, at offset: UInt64) throws(CanonicalTrap) {
        try storePointer(pointer, at: offset)
        try storePointer(length, at: offset + plan.width.size)
    }

    private static func count(_ value: ComponentValue) -> UInt64? {
        switch value {
        case .bytes(let bytes): UInt64(bytes.count)
        case .list(let values): UInt64(values.count)
        default: nil
        }
    }

    /// `store_list_into_range`.
    mutating func store(
        list value: ComponentValue, _ element: CanonicalPlan.NodeID
    ) throws(CanonicalTrap) -> (UInt64, UInt64) {
        guard let count: UInt64 = Self.count(value) else { throw .wrongValue }
        let pointer = try allocateList(element, count)
        try storeElements(value, element, at: pointer)
        return (pointer, count)
    }

    mutating func allocateList(
        _ element: CanonicalPlan.NodeID, _ count: UInt64
    ) throws(CanonicalTrap) -> UInt64 {
        let node = plan[element]
        let (bytes, overflow) = count.multipliedReportingOverflow(by: node.size)
        guard !overflow, bytes <= Self.byteLimit else { throw .listTooLong }
        return try allocate(bytes, alignment: node.alignment)
    }

    private mutating func storeElements(
        _ value: ComponentValue, _ element: CanonicalPlan.NodeID, at pointer: UInt64
    ) throws(CanonicalTrap) {
        switch value {
        case .bytes(let bytes):
            guard plan[element].operation == .u8 else { throw .wrongValue }
            try view.write(bytes, at: pointer)
        case .list(let values):
            let size = plan[element].size
            var place = pointer
            for value in values {
                try store(value, element, at: place)
                place += size
            }
        default: throw .wrongValue
        }
    }

    mutating func lowerHandle(
        _ value: ComponentValue, _ id: CanonicalPlan.NodeID
    ) throws(CanonicalTrap) -> UInt32 {
        switch (plan[id].operation, value) {
        case (.own(let resource), .own(let value)):
            guard try instance.resourceType(resource) == value.type else { throw .wrongValue }
            return try instance.handles.addOwn(value.representation, value.type)
        case (.borrow(let resource), .borrow(let value)):
            guard try instance.resourceType(resource) == value.type else { throw .wrongValue }
            return try lowerBorrow(value.representation, value.type)
        case (.stream(_, let type), .stream(let channel)): return try lowerChannel(channel, .stream, type)
        case (.future(_, let type), .future(let channel)): return try lowerChannel(channel, .future, type)
        case (.errorContext, .errorContext(let context)):
            return try instance.handles.add(.errorContext(context))
        default: throw .wrongValue
        }
    }
}
