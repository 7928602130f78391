/// Size and alignment of a value in a linear memory (CanonicalABI.md, element size and alignment).
public struct ValueLayout: Sendable, Hashable {
    /// Bytes. Saturated far above every limit, so that sums do not overflow.
    public var size: UInt64
    /// A power of two.
    public var alignment: UInt64

    /// A layout of so many bytes.
    @inlinable
    public init(_ size: UInt64, alignment: UInt64) {
        self.size = size
        self.alignment = alignment
    }

    @usableFromInline
    static let ceiling: UInt64 = 1 << 40

    /// The next multiple of `alignment`.
    @inlinable
    public static func align(_ offset: UInt64, to alignment: UInt64) -> UInt64 {
        (offset + alignment - 1) & ~(alignment - 1)
    }

    /// Where the next field goes, and the layout with it.
    @inlinable
    public mutating func addField(_ field: ValueLayout) {
        size = min(Self.ceiling, Self.align(size, to: field.alignment) + field.size)
        alignment = max(alignment, field.alignment)
    }

    /// Pads the end so that the next value is aligned.
    @inlinable
    public mutating func finish() { size = Self.align(size, to: alignment) }

    /// A discriminant of so many bytes, and room for a payload.
    @inlinable
    public static func variant(discriminant: UInt64, payload: ValueLayout) -> ValueLayout {
        var result = ValueLayout(discriminant, alignment: discriminant)
        result.addField(payload)
        result.finish()
        return result
    }

    /// Bytes of the discriminant of a variant with so many cases.
    @inlinable
    public static func discriminantSize(cases: Int) -> UInt64 {
        cases <= 1 << 8 ? 1 : cases <= 1 << 16 ? 2 : 4
    }

    /// Bytes of so many flags.
    static func flagsSize(_ count: Int) -> UInt64 { count <= 8 ? 1 : count <= 16 ? 2 : 4 }
}

/// The two widths of pointers.
public enum PointerWidth: Sendable, Hashable {
    /// Memories with 32-bit addresses.
    case bits32
    /// Memories with 64-bit addresses.
    case bits64

    /// Bytes of a pointer.
    @inlinable
    public var size: UInt64 { self == .bits32 ? 4 : 8 }
    /// The core type of a pointer.
    public var coreType: CoreValueType { self == .bits32 ? .i32 : .i64 }
}
