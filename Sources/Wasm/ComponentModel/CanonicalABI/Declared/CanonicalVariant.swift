/// A Swift enum with payloads as a component `variant`: a table of its cases, and the number of a value's case.
///
/// ```swift
/// enum Address: CanonicalVariant {
///     case none
///     case port(UInt16)
///     static let cases = CanonicalCases<Self>([
///         .case("none", .none),
///         .case("port", make: Self.port) { if case .port(let port) = $0 { port } else { nil } },
///     ])
///     var caseNumber: Int {
///         switch self {
///         case .none: 0
///         case .port: 1
///         }
///     }
/// }
/// ```
public protocol CanonicalVariant: CanonicalType {
    /// The cases in the order of the specification. A stored constant: sizes are computed when it is made.
    static var cases: CanonicalCases<Self> { get }
    /// The index of the value's case in `cases`.
    var caseNumber: Int { get }
}

/// One case of a ``CanonicalVariant``.
public struct CanonicalCase<Value>: Sendable {
    let label: String
    let payload: any (CanonicalPayload & SendableMetatype).Type
    let lift: @Sendable (inout FlatValues, inout CanonicalContext) throws(CanonicalTrap) -> Value
    let load: @Sendable (UInt64, inout CanonicalContext) throws(CanonicalTrap) -> Value
    let lower: @Sendable (Value, inout FlatValues, inout CanonicalContext) throws(CanonicalTrap) -> Void
    let store: @Sendable (Value, UInt64, inout CanonicalContext) throws(CanonicalTrap) -> Void

    /// A case with a payload: how to make a value of it, and how to get it out of one.
    public static func `case`<Payload: CanonicalPayload & SendableMetatype>(
        _ label: String, make: @escaping @Sendable (Payload) -> Value,
        payload: @escaping @Sendable (Value) -> Payload?
    ) -> CanonicalCase {
        let get: @Sendable (Value) throws(CanonicalTrap) -> Payload = { (value) throws(CanonicalTrap) in
            guard let payload = payload(value) else {
                throw CanonicalTrap(.guest, "the host gave case \(label) without its payload")
            }
            return payload
        }
        return CanonicalCase(
            label: label, payload: Payload.self,
            lift: { (slots, context) throws(CanonicalTrap) in
                make(try Payload.lift(from: &slots, &context))
            },
            load: { (offset, context) throws(CanonicalTrap) in make(try Payload.load(at: offset, &context)) },
            lower: { (value, slots, context) throws(CanonicalTrap) in
                try get(value).lower(into: &slots, &context)
            },
            store: { (value, offset, context) throws(CanonicalTrap) in
                try get(value).store(at: offset, &context)
            })
    }

    /// A case without a payload.
    public static func `case`(_ label: String, _ value: Value) -> CanonicalCase where Value: Sendable {
        CanonicalCase(
            label: label, payload: NoValue.self, lift: { _, _ in value }, load: { _, _ in value },
            lower: { _, _, _ in }, store: { _, _, _ in })
    }
}

/// The cases of a ``CanonicalVariant`` with the sizes that follow from them.
public final class CanonicalCases<Value>: Sendable {
    let cases: [CanonicalCase<Value>]
    let flatTypes: FlatTypes
    private let narrow: VariantShape
    private let wide: VariantShape

    /// Cases in order.
    public init(_ cases: [CanonicalCase<Value>]) {
        self.cases = cases
        var flatTypes = FlatTypes(single: .i32)
        for item in cases { flatTypes.join(item.payload.flatTypes, from: 1) }
        self.flatTypes = flatTypes
        narrow = Self.shape(of: cases, .bits32)
        wide = Self.shape(of: cases, .bits64)
    }

    private static func shape(of cases: [CanonicalCase<Value>], _ width: PointerWidth) -> VariantShape {
        VariantShape(
            cases: cases.count,
            payload: cases.reduce(ValueLayout(0, alignment: 1)) {
                ValueLayout.union($0, $1.payload.layout(width))
            })
    }

    func shape(_ width: PointerWidth) -> VariantShape { width == .bits32 ? narrow : wide }

    func item(_ number: UInt32) throws(CanonicalTrap) -> CanonicalCase<Value> {
        guard number < cases.count else { throw CanonicalTrap(.value, "invalid variant discriminant") }
        return cases[Int(number)]
    }
}

extension CanonicalVariant {
    /// The label of the case, as WIT spells it.
    public var caseLabel: String { Self.cases.cases[caseNumber].label }

    /// Whether the type is a variant with cases of these labels and payloads.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        types.isVariant(type, cases.cases.map { ($0.label, $0.payload) })
    }

    /// A discriminant and room for the largest payload.
    public static func layout(_ width: PointerWidth) -> ValueLayout { cases.shape(width).layout }

    /// A discriminant and the joined slots.
    public static var flatTypes: FlatTypes { cases.flatTypes }

    /// The number of the case, and its payload.
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self {
        let end = slots.position + flatTypes.count
        let value = try cases.item(try slots.next(UInt32.self)).lift(&slots, &context)
        slots.position = end
        return value
    }

    /// The number of the case, and its payload.
    public static func load(
        at offset: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self {
        let shape = cases.shape(context.plan.width)
        let item = try cases.item(try shape.loadCase(offset, context))
        return try item.load(offset + shape.payloadOffset, &context)
    }

    /// The number of the case and its payload, unused slots zero.
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let end = slots.position + Self.flatTypes.count
        try slots.append(UInt32(caseNumber))
        try Self.cases.item(UInt32(caseNumber)).lower(self, &slots, &context)
        while slots.position < end { try slots.append(UInt64(0)) }
    }

    /// The number of the case, and its payload.
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let shape = Self.cases.shape(context.plan.width)
        try shape.storeCase(UInt32(caseNumber), offset, context)
        try Self.cases.item(UInt32(caseNumber)).store(self, offset + shape.payloadOffset, &context)
    }
}
