/// What a case of a variant or a side of a result may carry: a value, or nothing (``NoValue``).
///
/// A Swift type conforms to say how its values are lifted and lowered. The functions are static dispatch on the
/// type, so that a host function of known types is specialised to loads, stores and one copy per string or byte
/// list; ``ComponentValue`` is for types that are known only at run time. Conformances of scalars, strings, lists,
/// options, results and tuples are here; ``CanonicalRecord``, ``CanonicalVariant``, ``CanonicalEnum`` and
/// ``CanonicalFlags`` make one out of a short declaration.
public protocol CanonicalPayload {
    /// Whether the component type is this type. Checked once, when a host function is linked.
    static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool
    /// Size and alignment in memory.
    static func layout(_ width: PointerWidth) -> ValueLayout
    /// The flat core types.
    static var flatTypes: FlatTypes { get }
    /// Lifts from the next slots.
    static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self
    /// Lifts from a place in memory that is aligned and in bounds.
    static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) -> Self
    /// Lowers into the next slots.
    func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap)
    /// Lowers into a place in memory that is aligned and in bounds.
    func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap)
}

/// A Swift type whose values are values of a component type.
public protocol CanonicalType: CanonicalPayload {
    /// Lifts elements from a range that is aligned and in bounds.
    static func loadElements(
        _ count: UInt64, at pointer: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> [Self]
    /// Lowers elements into a range that is aligned and in bounds.
    static func storeElements(
        _ elements: [Self], at pointer: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap)
}

extension CanonicalType {
    /// One by one. Scalars that look in memory as they do in Swift copy the whole range instead.
    @inlinable
    public static func loadElements(
        _ count: UInt64, at pointer: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> [Self] {
        let size = layout(context.plan.width).size
        var elements: [Self] = []
        elements.reserveCapacity(Int(min(count, 1 << 16)))
        for index in 0..<count { elements.append(try load(at: pointer + index * size, &context)) }
        return elements
    }

    /// One by one.
    @inlinable
    public static func storeElements(
        _ elements: [Self], at pointer: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) {
        let size = layout(context.plan.width).size
        var place = pointer
        for element in elements {
            try element.store(at: place, &context)
            place += size
        }
    }
}

/// The absence of a payload: `result<_, e>`, `option`'s none, a case without a type.
public struct NoValue: CanonicalPayload, Error, Sendable, Hashable {
    /// Nothing.
    @inlinable
    public init() {}

    /// Whether there is no type.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool { type == nil }

    /// No bytes.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout { ValueLayout(0, alignment: 1) }

    /// No types.
    @inlinable
    public static var flatTypes: FlatTypes { FlatTypes() }

    /// Nothing to do.
    @inlinable
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> NoValue { NoValue() }

    /// Nothing to do.
    @inlinable
    public static func load(
        at offset: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> NoValue { NoValue() }

    /// Nothing to do.
    @inlinable
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
    }

    /// Nothing to do.
    @inlinable
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {}
}

/// Looks at component types on behalf of Swift types, when host functions are linked.
public struct TypeMatcher: Sendable {
    /// The component's types.
    public let types: ComponentTypes
    /// Their names.
    public let names: NameTable
    /// What the component's resource types are linked to.
    public let resources: [ResourceID: RuntimeResourceType]

    /// A matcher for the types of a component.
    public init(
        types: ComponentTypes, names: NameTable, resources: [ResourceID: RuntimeResourceType] = [:]
    ) {
        self.types = types
        self.names = names
        self.resources = resources
    }

    /// The shape of a type, with aliases of primitive types resolved.
    public func shape(_ type: ComponentValueType?) -> DefinedTypeShape? {
        switch type {
        case .primitive(let primitive): .primitive(primitive)
        case .defined(let id): types[id]
        case nil: nil
        }
    }

    /// Whether a type is a record with exactly these fields in this order.
    public func isRecord(
        _ type: ComponentValueType?, _ fields: [(name: String, type: any CanonicalType.Type)]
    ) -> Bool {
        guard case .record(let range)? = shape(type), range.count == fields.count else { return false }
        return zip(types[range], fields).allSatisfy { member, field in
            names[member.name] == field.name && field.type.matches(member.type, self)
        }
    }

    /// Whether a type is a variant with exactly these cases in this order.
    public func isVariant(
        _ type: ComponentValueType?, _ cases: [(name: String, type: any CanonicalPayload.Type)]
    ) -> Bool {
        guard case .variant(let range)? = shape(type), range.count == cases.count else { return false }
        return zip(types[range], cases).allSatisfy { member, item in
            names[member.name] == item.name && item.type.matches(member.type, self)
        }
    }

    /// Whether a type is an enum or flags with exactly these labels in this order.
    public func hasLabels(_ type: ComponentValueType?, _ labels: [String], isFlags: Bool) -> Bool {
        switch shape(type) {
        case .enumeration(let range)? where !isFlags: hasLabels(range, labels)
        case .flags(let range)? where isFlags: hasLabels(range, labels)
        default: false
        }
    }

    private func hasLabels(_ range: PoolRange, _ labels: [String]) -> Bool {
        range.count == labels.count && zip(types[range], labels).allSatisfy { names[$0.name] == $1 }
    }
}

/// Walks the fields of a record in memory, for conformances written by hand.
public struct RecordCursor {
    @usableFromInline
    var offset: UInt64
    @usableFromInline
    let width: PointerWidth

    /// A cursor at a record's first byte.
    @inlinable
    public init(at offset: UInt64, _ width: PointerWidth) {
        self.offset = offset
        self.width = width
    }

    /// The place of the next field. Offsets are those of the record, because its own place is aligned.
    @inlinable
    public mutating func next<Field: CanonicalPayload>(_ type: Field.Type) -> UInt64 {
        let layout = Field.layout(width)
        let place = ValueLayout.align(offset, to: layout.alignment)
        offset = place + layout.size
        return place
    }
}

/// The layout of a variant, for conformances written by hand.
public struct VariantShape: Sendable {
    /// Bytes of the discriminant.
    public let discriminantSize: UInt64
    /// Where payloads begin.
    public let payloadOffset: UInt64
    /// Size and alignment of the whole.
    public let layout: ValueLayout

    /// The layout of a variant of so many cases whose payloads need this much.
    @inlinable
    public init(cases: Int, payload: ValueLayout) {
        discriminantSize = ValueLayout.discriminantSize(cases: cases)
        payloadOffset = ValueLayout.align(discriminantSize, to: payload.alignment)
        layout = ValueLayout.variant(discriminant: discriminantSize, payload: payload)
    }

    /// Reads the number of the case.
    @inlinable
    public func loadCase(_ offset: UInt64, _ context: CanonicalContext) throws(CanonicalTrap) -> UInt32 {
        switch discriminantSize {
        case 1: UInt32(try context.view.load(offset, as: UInt8.self))
        case 2: UInt32(try context.view.load(offset, as: UInt16.self))
        default: try context.view.load(offset, as: UInt32.self)
        }
    }

    /// Writes the number of the case.
    @inlinable
    public func storeCase(
        _ number: UInt32, _ offset: UInt64, _ context: CanonicalContext
    ) throws(CanonicalTrap) {
        switch discriminantSize {
        case 1: try context.view.store(UInt8(truncatingIfNeeded: number), at: offset)
        case 2: try context.view.store(UInt16(truncatingIfNeeded: number), at: offset)
        default: try context.view.store(number, at: offset)
        }
    }
}
