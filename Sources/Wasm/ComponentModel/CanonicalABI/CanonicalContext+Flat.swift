/// Lifting from and lowering to flat values (CanonicalABI.md, flat lifting and lowering).
///
/// A slot holds the bits of whatever core type it has, zero-extended. So the conversions that the specification makes
/// between the joined type of a variant's slot and the type of a case are nothing but reading fewer bits.
extension CanonicalContext {
    /// Lifts values that were passed as parameters or results: from slots, or from memory when there are more than
    /// `most` (`lift_flat_values`). `id` is the record of all values.
    public mutating func liftValues(
        _ id: CanonicalPlan.NodeID, most: Int, from slots: inout FlatValues
    ) throws(CanonicalTrap) -> [ComponentValue] {
        let node = plan[id]
        let value: ComponentValue
        if node.flat.count > most {
            let pointer = try slots.nextPointer(plan.width)
            try checkPlace(pointer, node.size, node.alignment)
            value = try load(id, at: pointer)
        } else {
            value = try lift(id, from: &slots)
        }
        guard case .record(let values) = value else { throw .wrongValue }
        return values
    }

    /// Lowers values that are passed as parameters or results: into slots, or into memory when there are more than
    /// `most` (`lower_flat_values`). The memory is what the caller gave in the next slot of `outParameter`, or else
    /// comes from the guest's allocator.
    public mutating func lowerValues(
        _ values: [ComponentValue], _ id: CanonicalPlan.NodeID, most: Int, into slots: inout FlatValues,
        outParameter: UInt64? = nil
    ) throws(CanonicalTrap) {
        let node = plan[id]
        guard node.flat.count > most else { return try lower(.record(values), id, into: &slots) }
        let pointer: UInt64
        if let outParameter {
            pointer = outParameter
        } else {
            pointer = try allocate(node.size, alignment: node.alignment)
            try slots.append(pointer)
        }
        try checkPlace(pointer, node.size, node.alignment)
        try store(.record(values), id, at: pointer)
    }

    mutating func lift(
        _ id: CanonicalPlan.NodeID, from slots: inout FlatValues
    ) throws(CanonicalTrap) -> ComponentValue {
        switch plan[id].operation {
        case .bool: return .bool(try slots.next(UInt32.self) != 0)
        case .s8: return .s8(Int8(truncatingIfNeeded: try slots.next(UInt32.self)))
        case .u8: return .u8(UInt8(truncatingIfNeeded: try slots.next(UInt32.self)))
        case .s16: return .s16(Int16(truncatingIfNeeded: try slots.next(UInt32.self)))
        case .u16: return .u16(UInt16(truncatingIfNeeded: try slots.next(UInt32.self)))
        case .s32: return .s32(try slots.next())
        case .u32: return .u32(try slots.next())
        case .s64: return .s64(try slots.next())
        case .u64: return .u64(try slots.next())
        case .f32: return .f32(CanonicalNaN.canonical(try slots.next(UInt32.self)))
        case .f64: return .f64(CanonicalNaN.canonical(try slots.next(UInt64.self)))
        case .char: return .char(try Self.character(try slots.next()))
        case .string:
            let pointer = try slots.nextPointer(plan.width)
            return .string(try string(pointer, try slots.nextPointer(plan.width)))
        case .list(let element):
            let pointer = try slots.nextPointer(plan.width)
            return try list(element, pointer, try slots.nextPointer(plan.width))
        case .fixedLengthList(let element, let count):
            var values: [ComponentValue] = []
            for _ in 0..<count { values.append(try lift(element, from: &slots)) }
            return Self.listValue(values, isBytes: plan[element].operation == .u8)
        case .record(let fields):
            var values: [ComponentValue] = []
            values.reserveCapacity(fields.indices.count)
            for index in fields.indices {
                guard let node = plan.fields[index].node else { continue }
                values.append(try lift(node, from: &slots))
            }
            return .record(values)
        case .variant(let fields, _, _):
            let end = slots.position + plan[id].flat.count
            let number = try slots.next(UInt32.self)
            guard number < fields.count else { throw .badDiscriminant }
            var payload: ComponentValue?
            if let node = plan.fields[fields.indices.lowerBound + Int(number)].node {
                payload = try lift(node, from: &slots)
            }
            slots.position = end
            return .variant(number, payload)
        case .flags(let count): return .flags(try slots.next(UInt32.self) & Self.mask(count))
        case .own, .borrow, .stream, .future, .errorContext: return try liftHandle(id, try slots.next())
        }
    }

    private static func listValue(_ values: [ComponentValue], isBytes: Bool) -> ComponentValue {
        guard isBytes else { return .list(values) }
        return .bytes(
            values.map { value in
                if case .u8(let byte) = value { byte } else { 0 }
            })
    }

    mutating func lower(
        _ value: ComponentValue, _ id: CanonicalPlan.NodeID, into slots: inout FlatValues
    ) throws(CanonicalTrap) {
        switch (plan[id].operation, value) {
        case (.bool, .bool(let value)): try slots.append(UInt32(value ? 1 : 0))
        case (.s8, .s8(let value)): try slots.append(UInt32(bitPattern: Int32(value)))
        case (.u8, .u8(let value)): try slots.append(UInt32(value))
        case (.s16, .s16(let value)): try slots.append(UInt32(bitPattern: Int32(value)))
        case (.u16, .u16(let value)): try slots.append(UInt32(value))
        case (.s32, .s32(let value)): try slots.append(UInt32(bitPattern: value))
        case (.u32, .u32(let value)): try slots.append(value)
        case (.s64, .s64(let value)): try slots.append(UInt64(bitPattern: value))
        case (.u64, .u64(let value)): try slots.append(value)
        case (.f32, .f32(let bits)): try slots.append(CanonicalNaN.canonical(bits))
        case (.f64, .f64(let bits)): try slots.append(CanonicalNaN.canonical(bits))
        case (.char, .char(let scalar)): try slots.append(scalar.value)
        case (.string, .string(let string)):
            let (pointer, units) = try store(string)
            try slots.append(pointer)
            try slots.append(units)
        case (.list(let element), _):
            let (pointer, count) = try store(list: value, element)
            try slots.append(pointer)
            try slots.append(count)
        case (.fixedLengthList(let element, let count), .list(let values)):
            guard values.count == count else { throw .wrongValue }
            for value in values { try lower(value, element, into: &slots) }
        case (.fixedLengthList(let element, let count), .bytes(let bytes)):
            guard bytes.count == count else { throw .wrongValue }
            for byte in bytes { try lower(.u8(byte), element, into: &slots) }
        case (.record(let fields), .record(let values)):
            guard values.count == fields.indices.count else { throw .wrongValue }
            for (index, value) in zip(fields.indices, values) {
                guard let node = plan.fields[index].node else { continue }
                try lower(value, node, into: &slots)
            }
        case (.variant(let fields, _, _), .variant(let number, let payload)):
            let end = slots.position + plan[id].flat.count
            let node = try caseNode(fields, number)
            try slots.append(number)
            switch (node, payload) {
            case (nil, nil): break
            case (let node?, let payload?): try lower(payload, node, into: &slots)
            default: throw .wrongValue
            }
            while slots.position < end { try slots.append(UInt64(0)) }
        case (.flags(let count), .flags(let bits)):
            guard bits & ~Self.mask(count) == 0 else { throw .wrongValue }
            try slots.append(bits)
        default: try slots.append(try lowerHandle(value, id))
        }
    }
}
