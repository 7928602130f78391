/// A Swift enum as a component `enum`: cases in the order of the specification, nothing else to write.
///
/// ```swift
/// enum Advice: UInt8, CanonicalEnum { case normal, sequential, random, willNeed, dontNeed, noReuse }
/// ```
///
/// Raw values must count from 0 in the order of the cases, as Swift does without being asked. An enum that is the error
/// of a `result` conforms to `Error` as well.
public protocol CanonicalEnum: CanonicalType, CaseIterable, RawRepresentable where RawValue == UInt8 {
    /// The labels in the order of the cases; by default the Swift names in kebab case (`willNeed` is `will-need`).
    static var labels: [String] { get }
}

extension CanonicalEnum {
    /// The names of the cases in kebab case.
    public static var labels: [String] { allCases.map { CanonicalLabel.kebab("\($0)") } }

    /// Whether the type is an enum with these labels.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        types.hasLabels(type, labels, isFlags: false)
    }

    /// One byte: no enum of more than 256 cases has a `UInt8` for each.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout { ValueLayout(1, alignment: 1) }

    /// One slot.
    @inlinable
    public static var flatTypes: FlatTypes { FlatTypes(single: .i32) }

    @inlinable
    static func value(_ number: UInt32) throws(CanonicalTrap) -> Self {
        guard let number = UInt8(exactly: number), let value = Self(rawValue: number) else {
            throw CanonicalTrap(.value, "invalid variant discriminant")
        }
        return value
    }

    /// The number of the case.
    @inlinable
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self { try value(try slots.next(UInt32.self)) }

    /// The number of the case.
    @inlinable
    public static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap)
        -> Self
    {
        try value(UInt32(try context.view.load(offset, as: UInt8.self)))
    }

    /// The number of the case.
    @inlinable
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try slots.append(UInt32(rawValue))
    }

    /// The number of the case.
    @inlinable
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try context.view.store(rawValue, at: offset)
    }
}

/// Names of Swift as labels of components.
enum CanonicalLabel {
    /// `wouldBlock` is `would-block`, `ipv4` stays.
    static func kebab(_ name: String) -> String {
        var label = ""
        for character in name {
            if character.isUppercase { label += "-" }
            label += character.lowercased()
        }
        return label
    }
}
