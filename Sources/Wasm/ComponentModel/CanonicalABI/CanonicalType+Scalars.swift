/// A Swift integer or float whose bytes in guest memory are those in Swift (on a little-endian host).
///
/// Conformers need no code but the component type; lists of them are one checked copy.
public protocol CanonicalScalar: CanonicalType, BitwiseCopyable {
    /// The bits as they are in memory.
    associatedtype Bits: FixedWidthInteger & BitwiseCopyable
    /// The component type.
    static var primitive: PrimitiveType { get }
    /// The flat core type.
    static var flatCode: FlatTypes.Code { get }
    /// The value of bits from memory.
    init(canonicalBits: Bits)
    /// Bits for memory.
    var canonicalBits: Bits { get }
    /// The value of a slot's low bits.
    init(flatBits: UInt64)
    /// A slot's bits, zero-extended from the core type.
    var flatBits: UInt64 { get }
}

extension CanonicalScalar {
    /// Whether the type is the primitive, under any name.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        types.shape(type) == .primitive(primitive)
    }

    /// As large as aligned.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout {
        let size = UInt64(MemoryLayout<Bits>.size)
        return ValueLayout(size, alignment: size)
    }

    /// One slot.
    @inlinable
    public static var flatTypes: FlatTypes { FlatTypes(single: flatCode) }

    /// Reads a slot.
    @inlinable
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self { Self(flatBits: try slots.next(UInt64.self)) }

    /// Reads memory.
    @inlinable
    public static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap)
        -> Self
    {
        Self(canonicalBits: try context.view.load(offset))
    }

    /// Writes a slot.
    @inlinable
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try slots.append(flatBits)
    }

    /// Writes memory.
    @inlinable
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try context.view.store(canonicalBits, at: offset)
    }

    /// One copy.
    @inlinable
    public static func loadElements(
        _ count: UInt64, at pointer: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> [Self] {
        try context.view.array(count, at: pointer)
    }

    /// One copy.
    @inlinable
    public static func storeElements(
        _ elements: [Self], at pointer: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) {
        try context.view.write(elements, at: pointer)
    }
}

extension CanonicalScalar where Self: FixedWidthInteger, Bits == Self {
    /// The value itself.
    @inlinable
    public init(canonicalBits: Self) { self = canonicalBits }
    /// The value itself.
    @inlinable
    public var canonicalBits: Self { self }
    /// The low bits; what is above them is ignored, as the specification says.
    @inlinable
    public init(flatBits: UInt64) { self.init(truncatingIfNeeded: flatBits) }
}

extension CanonicalScalar where Self: FixedWidthInteger & UnsignedInteger, Bits == Self {
    /// Zero-extended.
    @inlinable
    public var flatBits: UInt64 { UInt64(self) }
}

extension CanonicalScalar where Self: FixedWidthInteger & SignedInteger, Bits == Self {
    /// Sign-extended to the core type: 32 bits for everything smaller.
    @inlinable
    public var flatBits: UInt64 {
        MemoryLayout<Self>.size == 8
            ? UInt64(bitPattern: Int64(self)) : UInt64(UInt32(bitPattern: Int32(truncatingIfNeeded: self)))
    }
}

extension UInt8: CanonicalScalar {
    /// `u8`.
    public static var primitive: PrimitiveType { .u8 }
    /// `i32`.
    @inlinable
    public static var flatCode: FlatTypes.Code { .i32 }
}

extension Int8: CanonicalScalar {
    /// `s8`.
    public static var primitive: PrimitiveType { .s8 }
    /// `i32`.
    @inlinable
    public static var flatCode: FlatTypes.Code { .i32 }
}

extension UInt16: CanonicalScalar {
    /// `u16`.
    public static var primitive: PrimitiveType { .u16 }
    /// `i32`.
    @inlinable
    public static var flatCode: FlatTypes.Code { .i32 }
}

extension Int16: CanonicalScalar {
    /// `s16`.
    public static var primitive: PrimitiveType { .s16 }
    /// `i32`.
    @inlinable
    public static var flatCode: FlatTypes.Code { .i32 }
}

extension UInt32: CanonicalScalar {
    /// `u32`.
    public static var primitive: PrimitiveType { .u32 }
    /// `i32`.
    @inlinable
    public static var flatCode: FlatTypes.Code { .i32 }
}

extension Int32: CanonicalScalar {
    /// `s32`.
    public static var primitive: PrimitiveType { .s32 }
    /// `i32`.
    @inlinable
    public static var flatCode: FlatTypes.Code { .i32 }
}

extension UInt64: CanonicalScalar {
    /// `u64`.
    public static var primitive: PrimitiveType { .u64 }
    /// `i64`.
    @inlinable
    public static var flatCode: FlatTypes.Code { .i64 }
}

extension Int64: CanonicalScalar {
    /// `s64`.
    public static var primitive: PrimitiveType { .s64 }
    /// `i64`.
    @inlinable
    public static var flatCode: FlatTypes.Code { .i64 }
}

extension Float: CanonicalScalar {
    /// `f32`.
    public static var primitive: PrimitiveType { .f32 }
    /// `f32`.
    @inlinable
    public static var flatCode: FlatTypes.Code { .f32 }
    /// The value of bits, NaNs made canonical.
    @inlinable
    public init(canonicalBits: UInt32) { self.init(bitPattern: CanonicalNaN.canonical(canonicalBits)) }
    /// The bits, NaNs made canonical.
    @inlinable
    public var canonicalBits: UInt32 { CanonicalNaN.canonical(bitPattern) }
    /// The value of a slot's low bits.
    @inlinable
    public init(flatBits: UInt64) { self.init(canonicalBits: UInt32(truncatingIfNeeded: flatBits)) }
    /// A slot's bits.
    @inlinable
    public var flatBits: UInt64 { UInt64(canonicalBits) }
}

extension Double: CanonicalScalar {
    /// `f64`.
    public static var primitive: PrimitiveType { .f64 }
    /// `f64`.
    @inlinable
    public static var flatCode: FlatTypes.Code { .f64 }
    /// The value of bits, NaNs made canonical.
    @inlinable
    public init(canonicalBits: UInt64) { self.init(bitPattern: CanonicalNaN.canonical(canonicalBits)) }
    /// The bits, NaNs made canonical.
    @inlinable
    public var canonicalBits: UInt64 { CanonicalNaN.canonical(bitPattern) }
    /// The value of a slot's bits.
    @inlinable
    public init(flatBits: UInt64) { self.init(canonicalBits: flatBits) }
    /// A slot's bits.
    @inlinable
    public var flatBits: UInt64 { canonicalBits }
}
