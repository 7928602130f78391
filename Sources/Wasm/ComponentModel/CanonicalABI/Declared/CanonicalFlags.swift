/// A Swift option set as component `flags`: bit 0 is the first label.
///
/// The raw value is `UInt8` for up to 8 labels, `UInt16` for up to 16, `UInt32` for up to 32. Bits without a label are
/// dropped when flags come from a guest, as the specification says.
public protocol CanonicalFlags: CanonicalType, OptionSet
where RawValue: FixedWidthInteger & UnsignedInteger & BitwiseCopyable {
    /// The labels, lowest bit first.
    static var labels: [String] { get }
}

extension CanonicalFlags {
    /// Whether the type is flags with these labels.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        let size = ValueLayout.flagsSize(labels.count)
        precondition(
            size == UInt64(MemoryLayout<RawValue>.size), "\(Self.self) needs a raw value of \(size) bytes")
        return types.hasLabels(type, labels, isFlags: true)
    }

    /// The size of the raw value.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout {
        let size = UInt64(MemoryLayout<RawValue>.size)
        return ValueLayout(size, alignment: size)
    }

    /// One slot.
    @inlinable
    public static var flatTypes: FlatTypes { FlatTypes(single: .i32) }

    @inlinable
    static func value(_ bits: RawValue) -> Self {
        let unused = RawValue.bitWidth - labels.count
        return Self(rawValue: bits & (.max >> RawValue(unused)))
    }

    /// The bits that have a label.
    @inlinable
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self { value(RawValue(truncatingIfNeeded: try slots.next(UInt32.self))) }

    /// The bits that have a label.
    @inlinable
    public static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap)
        -> Self
    {
        value(try context.view.load(offset))
    }

    /// The bits.
    @inlinable
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try slots.append(rawValue)
    }

    /// The bits.
    @inlinable
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try context.view.store(rawValue, at: offset)
    }
}
