/// A list of types that records and parameters are made of: a ``CanonicalTuple``.
public protocol CanonicalFieldList: CanonicalType {
    /// Whether a list of component types is that of the elements.
    static func matches(_ list: [ComponentValueType?], _ types: TypeMatcher) -> Bool
}

extension CanonicalTuple: CanonicalFieldList {}

/// A Swift struct as a component `record`: the names of the fields, and the way from and to a tuple of them.
///
/// ```swift
/// struct Datetime: CanonicalRecord {
///     var seconds: UInt64
///     var nanoseconds: UInt32
///     static let fieldNames = ["seconds", "nanoseconds"]
///     init(_ fields: CanonicalTuple<UInt64, UInt32>) { (seconds, nanoseconds) = fields.elements }
///     var fields: CanonicalTuple<UInt64, UInt32> { CanonicalTuple(seconds, nanoseconds) }
/// }
/// ```
public protocol CanonicalRecord: CanonicalType {
    /// The fields' types.
    associatedtype Fields: CanonicalFieldList
    /// The fields' names in order.
    static var fieldNames: [String] { get }
    /// A record of these fields.
    init(_ fields: Fields) throws(CanonicalTrap)
    /// The fields.
    var fields: Fields { get }
}

extension CanonicalRecord {
    /// Whether the type is a record with fields of these names and types.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        guard case .record(let range)? = types.shape(type), range.count == fieldNames.count else {
            return false
        }
        let members = types.types[range]
        return zip(members, fieldNames).allSatisfy { types.names[$0.name] == $1 }
            && Fields.matches(members.map(\.type), types)
    }

    /// The fields one after the other, aligned.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout { Fields.layout(width) }

    /// The fields' slots.
    @inlinable
    public static var flatTypes: FlatTypes { Fields.flatTypes }

    /// Field by field.
    @inlinable
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self { try Self(try Fields.lift(from: &slots, &context)) }

    /// Field by field.
    @inlinable
    public static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap)
        -> Self
    {
        try Self(try Fields.load(at: offset, &context))
    }

    /// Field by field.
    @inlinable
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try fields.lower(into: &slots, &context)
    }

    /// Field by field.
    @inlinable
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try fields.store(at: offset, &context)
    }
}
