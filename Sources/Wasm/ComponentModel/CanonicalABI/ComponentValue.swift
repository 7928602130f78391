/// A value of any component type, as a tree.
///
/// For generic host functions and tests. Host functions with known types use ``CanonicalType``, and calls between
/// components copy with ``CanonicalTransfer``; neither makes such trees.
public enum ComponentValue: Sendable, Hashable {
    /// `bool`.
    case bool(Bool)
    /// `s8`.
    case s8(Int8)
    /// `u8`.
    case u8(UInt8)
    /// `s16`.
    case s16(Int16)
    /// `u16`.
    case u16(UInt16)
    /// `s32`.
    case s32(Int32)
    /// `u32`.
    case u32(UInt32)
    /// `s64`.
    case s64(Int64)
    /// `u64`.
    case u64(UInt64)
    /// `f32`, as bits.
    case f32(UInt32)
    /// `f64`, as bits.
    case f64(UInt64)
    /// `char`.
    case char(Unicode.Scalar)
    /// `string`.
    case string(String)
    /// `error-context`.
    case errorContext(ErrorContextID)
    /// `list<u8>`, and fixed-length lists of `u8`.
    case bytes([UInt8])
    /// Any other list, fixed-length or not, and a map as a list of records of two.
    case list([ComponentValue])
    /// A record or tuple: the fields in order.
    case record([ComponentValue])
    /// A case by its number, of a variant, enum, option (`none`, `some`) or result (`ok`, `error`).
    indirect case variant(UInt32, ComponentValue?)
    /// Bits of `flags`, the first flag lowest.
    case flags(UInt32)
    /// An owned resource.
    case own(ResourceValue)
    /// A borrowed resource.
    case borrow(ResourceValue)
    /// A stream.
    case stream(ChannelID)
    /// A future.
    case future(ChannelID)
}

/// A resource outside of any handle table.
public struct ResourceValue: Sendable, Hashable {
    /// The resource's type.
    public var type: RuntimeResourceType
    /// What the implementation knows it by.
    public var representation: UInt64

    /// A resource.
    public init(type: RuntimeResourceType, representation: UInt64) {
        self.type = type
        self.representation = representation
    }
}

/// Canonical NaNs: the deterministic choice that the specification leaves free (CanonicalABI.md, loading).
@usableFromInline
enum CanonicalNaN {
    @usableFromInline
    static let bits32: UInt32 = 0x7fc0_0000
    @usableFromInline
    static let bits64: UInt64 = 0x7ff8_0000_0000_0000

    @inlinable
    static func canonical(_ bits: UInt32) -> UInt32 { bits & 0x7fff_ffff > 0x7f80_0000 ? bits32 : bits }

    @inlinable
    static func canonical(_ bits: UInt64) -> UInt64 {
        bits & 0x7fff_ffff_ffff_ffff > 0x7ff0_0000_0000_0000 ? bits64 : bits
    }
}
