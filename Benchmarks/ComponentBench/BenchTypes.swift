import ComponentModel

/// The record of the benchmark, as a host author writes it.
struct Point: Equatable, CanonicalType {
    var x: UInt32
    var y: UInt64
    var z: UInt32
    var w: Double

    private typealias Fields = CanonicalTuple<UInt32, UInt64, UInt32, Double>

    static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        types.isRecord(
            type, [("x", UInt32.self), ("y", UInt64.self), ("z", UInt32.self), ("w", Double.self)])
    }
    static func layout(_ width: PointerWidth) -> ValueLayout { Fields.layout(width) }
    static var flatTypes: FlatTypes { Fields.flatTypes }
    static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Point {
        Point(
            x: try .lift(from: &slots, &context), y: try .lift(from: &slots, &context),
            z: try .lift(from: &slots, &context), w: try .lift(from: &slots, &context))
    }
    static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) -> Point {
        var cursor = RecordCursor(at: offset, context.plan.width)
        return Point(
            x: try .load(at: cursor.next(UInt32.self), &context),
            y: try .load(at: cursor.next(UInt64.self), &context),
            z: try .load(at: cursor.next(UInt32.self), &context),
            w: try .load(at: cursor.next(Double.self), &context))
    }
    func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try x.lower(into: &slots, &context)
        try y.lower(into: &slots, &context)
        try z.lower(into: &slots, &context)
        try w.lower(into: &slots, &context)
    }
    func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        var cursor = RecordCursor(at: offset, context.plan.width)
        try x.store(at: cursor.next(UInt32.self), &context)
        try y.store(at: cursor.next(UInt64.self), &context)
        try z.store(at: cursor.next(UInt32.self), &context)
        try w.store(at: cursor.next(Double.self), &context)
    }
}

/// The variant of the benchmark.
enum Shape: Equatable, CanonicalType {
    case none
    case length(UInt64)
    case count(UInt32)

    private static func shape(_ width: PointerWidth) -> VariantShape {
        VariantShape(cases: 3, payload: ValueLayout(8, alignment: 8))
    }

    static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        types.isVariant(
            type, [("none", NoValue.self), ("length", UInt64.self), ("count", UInt32.self)])
    }
    static func layout(_ width: PointerWidth) -> ValueLayout { shape(width).layout }
    static var flatTypes: FlatTypes { FlatTypes.variant(UInt32.flatTypes, UInt64.flatTypes) }
    static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Shape {
        let number = try slots.next(UInt32.self)
        let payload = try slots.next(UInt64.self)
        switch number {
        case 0: return .none
        case 1: return .length(payload)
        case 2: return .count(UInt32(truncatingIfNeeded: payload))
        default: throw CanonicalTrap(.value, "invalid variant discriminant")
        }
    }
    static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) -> Shape {
        let shape = shape(context.plan.width)
        switch try shape.loadCase(offset, context) {
        case 0: return .none
        case 1: return .length(try .load(at: offset + shape.payloadOffset, &context))
        case 2: return .count(try .load(at: offset + shape.payloadOffset, &context))
        default: throw CanonicalTrap(.value, "invalid variant discriminant")
        }
    }
    func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let (number, payload): (UInt32, UInt64) =
            switch self {
            case .none: (0, 0)
            case .length(let length): (1, length)
            case .count(let count): (2, UInt64(count))
            }
        try slots.append(number)
        try slots.append(payload)
    }
    func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let shape = Self.shape(context.plan.width)
        switch self {
        case .none: try shape.storeCase(0, offset, context)
        case .length(let length):
            try shape.storeCase(1, offset, context)
            try length.store(at: offset + shape.payloadOffset, &context)
        case .count(let count):
            try shape.storeCase(2, offset, context)
            try count.store(at: offset + shape.payloadOffset, &context)
        }
    }
}
