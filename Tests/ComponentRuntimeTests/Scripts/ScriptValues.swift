import ComponentModel

/// Values of test scripts, read by the type that a function has for them.
struct ScriptValues {
    let component: Component

    struct Unreadable: Error, CustomStringConvertible {
        var description: String
    }

    private func shape(_ type: ComponentValueType) -> DefinedTypeShape {
        switch type {
        case .primitive(let primitive): .primitive(primitive)
        case .defined(let id): component.types[id]
        }
    }

    /// `(u32.const 1)`.
    func value(_ form: ScriptForm, _ type: ComponentValueType) throws -> ComponentValue {
        try value(form.items, type)
    }

    /// The same without its parentheses, as in a record's fields.
    func value(_ items: [ScriptForm], _ type: ComponentValueType) throws -> ComponentValue {
        guard let head = items.first?.word else { throw Unreadable(description: "a value without a type") }
        let rest = Array(items.dropFirst())
        switch shape(type) {
        case .primitive(let primitive): return try scalar(head, rest, primitive)
        case .list(let element), .fixedLengthList(let element, _): return try list(rest, element)
        case .map: throw Unreadable(description: "a map")
        case .tuple(let range):
            return .record(try zip(rest, component.types[range]).map { try member($0, $1) })
        case .record(let range):
            return .record(
                try zip(rest, component.types[range]).map { form, member in
                    guard let type = member.type else { throw Unreadable(description: "a field") }
                    return try value(Array(form.items.dropFirst(2)), type)
                })
        case .flags(let range): return .flags(try flags(rest, range))
        case .enumeration(let range): return .variant(try number(rest, range), nil)
        case .variant(let range):
            let number = try number(rest, range)
            let payload = component.types[range][component.types[range].startIndex + Int(number)].type
            return .variant(
                number, try rest.dropFirst().first.flatMap { form in try payload.map { try value(form, $0) } }
            )
        case .option(let payload):
            return head == "option.none"
                ? .variant(0, nil) : .variant(1, try rest.first.map { try value($0, payload) })
        case .result(let ok, let error):
            let type = head == "result.ok" ? ok : error
            let payload = try rest.first.flatMap { form in try type.map { try value(form, $0) } }
            return .variant(head == "result.ok" ? 0 : 1, payload)
        case .own, .borrow, .stream, .future: throw Unreadable(description: "a handle")
        }
    }

    private func member(_ form: ScriptForm, _ member: TypeMember) throws -> ComponentValue {
        guard let type = member.type else { throw Unreadable(description: "a member without a type") }
        return try value(form, type)
    }

    private func list(_ forms: [ScriptForm], _ element: ComponentValueType) throws -> ComponentValue {
        let values = try forms.map { try value($0, element) }
        guard case .primitive(.u8) = shape(element) else { return .list(values) }
        return .bytes(values.map { if case .u8(let byte) = $0 { byte } else { 0 } })
    }

    private func flags(_ forms: [ScriptForm], _ range: PoolRange) throws -> UInt32 {
        let labels = component.types[range].map { component.names[$0.name] }
        return try forms.reduce(0) { bits, form in
            guard let place = labels.firstIndex(of: form.text ?? "") else {
                throw Unreadable(description: "flag \(form)")
            }
            return bits | 1 << UInt32(place)
        }
    }

    private func number(_ forms: [ScriptForm], _ range: PoolRange) throws -> UInt32 {
        let labels = component.types[range].map { component.names[$0.name] }
        guard let place = labels.firstIndex(of: forms.first?.text ?? "") else {
            throw Unreadable(description: "case \(forms)")
        }
        return UInt32(place)
    }

    private func scalar(_ head: String, _ rest: [ScriptForm], _ type: PrimitiveType) throws -> ComponentValue
    {
        let word = rest.first?.word ?? ""
        switch type {
        case .bool: return .bool(word == "true")
        case .char:
            guard let scalar = rest.first?.text?.unicodeScalars.first else {
                throw Unreadable(description: head)
            }
            return .char(scalar)
        case .string: return .string(rest.first?.text ?? "")
        case .f32:
            guard let value = Float(word) else { throw Unreadable(description: "\(head) \(word)") }
            return .f32(value.bitPattern)
        case .f64:
            guard let value = Double(word) else { throw Unreadable(description: "\(head) \(word)") }
            return .f64(value.bitPattern)
        case .errorContext: throw Unreadable(description: head)
        default:
            guard let bits = Self.integer(word) else { throw Unreadable(description: "\(head) \(word)") }
            return Self.integer(bits, type)
        }
    }

    private static func integer(_ bits: UInt64, _ type: PrimitiveType) -> ComponentValue {
        switch type {
        case .s8: .s8(Int8(truncatingIfNeeded: bits))
        case .u8: .u8(UInt8(truncatingIfNeeded: bits))
        case .s16: .s16(Int16(truncatingIfNeeded: bits))
        case .u16: .u16(UInt16(truncatingIfNeeded: bits))
        case .s32: .s32(Int32(truncatingIfNeeded: bits))
        case .u32: .u32(UInt32(truncatingIfNeeded: bits))
        case .s64: .s64(Int64(truncatingIfNeeded: bits))
        default: .u64(bits)
        }
    }

    /// The bits of a decimal or hexadecimal integer.
    private static func integer(_ word: String) -> UInt64? {
        let isNegative = word.hasPrefix("-")
        let digits = word.drop { $0 == "-" || $0 == "+" }.filter { $0 != "_" }
        let magnitude = digits.hasPrefix("0x") ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
        return magnitude.map { isNegative ? 0 &- $0 : $0 }
    }
}
