import ComponentModel

/// Something with a type index space in which the types of a world are written.
protocol TypeEncoding {
    var world: World { get }
    /// Indices of types without a name.
    var anonymous: [WorldValueType: UInt32] { get set }

    /// Adds a type definition.
    mutating func define(_ bytes: [UInt8]) -> UInt32
    /// The index of a named type, which is made available if it is not.
    mutating func index(of id: World.TypeID) -> UInt32
}

extension TypeEncoding {
    /// The bytes that refer to a type.
    mutating func valueType(_ type: WorldValueType) -> [UInt8] {
        if case .primitive(let primitive) = type { return [primitive.rawValue] }
        let index = index(of: type)
        return ByteWriter.write { $0.typeIndex(index) }
    }

    /// The index of a type; primitive types get one of their own.
    mutating func index(of type: WorldValueType) -> UInt32 {
        if case .named(let id) = type { return index(of: id) }
        if let known = anonymous[type] { return known }
        let bytes = structure(type)
        let index = define(bytes)
        anonymous[type] = index
        return index
    }

    private mutating func optional(_ type: WorldValueType?) -> [UInt8] {
        guard let type else { return [0x00] }
        return [0x01] + valueType(type)
    }

    private mutating func structure(_ type: WorldValueType) -> [UInt8] {
        switch type {
        case .primitive(let primitive): return [primitive.rawValue]
        case .named(let id):
            let index = index(of: id)
            return ByteWriter.write { $0.typeIndex(index) }
        case .list(let element): return [0x70] + valueType(element)
        case .fixedLengthList(let element, let count):
            return [0x67] + valueType(element) + ByteWriter.write { $0.u32(count) }
        case .map(let key, let value): return [0x63] + valueType(key) + valueType(value)
        case .tuple(let elements):
            var writer = ByteWriter([0x6f])
            writer.count(elements.count)
            for element in elements { writer.raw(valueType(element)) }
            return writer.bytes
        case .option(let payload): return [0x6b] + valueType(payload)
        case .result(let ok, let error): return [0x6a] + optional(ok) + optional(error)
        case .own(let id):
            let index = index(of: id)
            return [0x69] + ByteWriter.write { $0.u32(index) }
        case .borrow(let id):
            let index = index(of: id)
            return [0x68] + ByteWriter.write { $0.u32(index) }
        case .stream(let element): return [0x66] + optional(element)
        case .future(let element): return [0x65] + optional(element)
        }
    }

    /// Defines what a name stands for. Not for resources, nor for names of named types.
    mutating func define(_ kind: WorldType.Kind) -> UInt32 {
        var writer = ByteWriter()
        switch kind {
        case .record(let fields):
            writer.byte(0x72)
            writer.count(fields.count)
            for field in fields {
                writer.name(field.name)
                writer.raw(valueType(field.type ?? .primitive(.bool)))
            }
        case .variant(let cases):
            writer.byte(0x71)
            writer.count(cases.count)
            for item in cases {
                writer.name(item.name)
                writer.raw(optional(item.type))
                writer.byte(0x00)
            }
        case .enumeration(let labels), .flags(let labels):
            if case .flags = kind { writer.byte(0x6e) } else { writer.byte(0x6d) }
            writer.count(labels.count)
            for label in labels { writer.name(label) }
        case .alias(let type): return index(of: type)
        case .same(let id): return index(of: id)
        case .resource: return 0
        }
        return define(writer.bytes)
    }

    /// Defines a function's type.
    mutating func define(_ function: WorldFunction) -> UInt32 {
        var writer = ByteWriter([function.isAsync ? 0x43 : 0x40])
        writer.count(function.parameters.count)
        for parameter in function.parameters {
            writer.name(parameter.name)
            writer.raw(valueType(parameter.type))
        }
        if let result = function.result {
            writer.byte(0x00)
            writer.raw(valueType(result))
        } else {
            writer.raw([0x01, 0x00])
        }
        return define(writer.bytes)
    }
}
