/// A core value type in one word.
///
/// Bits 0–7 hold the numeric opcode, or zero for a reference; then bit 8 says nullable, bit 9 shared, bit 10 exact,
/// bit 11 concrete, bits 16–23 hold the abstract heap type's opcode, bits 32–63 a type index. As decoded the index
/// is one of the type index space in which the type stands; in validated types it is canonical, so that equality of
/// words is equality of types.
public struct CoreValueType: Sendable, Hashable, CustomStringConvertible {
    let bits: UInt64

    init(bits: UInt64) { self.bits = bits }

    /// 32-bit integer.
    public static let i32 = CoreValueType(bits: 0x7f)
    /// 64-bit integer.
    public static let i64 = CoreValueType(bits: 0x7e)
    /// 32-bit float.
    public static let f32 = CoreValueType(bits: 0x7d)
    /// 64-bit float.
    public static let f64 = CoreValueType(bits: 0x7c)
    /// 128-bit vector.
    public static let v128 = CoreValueType(bits: 0x7b)
    /// Nullable reference to any function.
    public static let funcref = reference(nullable: true, shared: false, heap: AbstractHeapType.function)

    /// Heap types that the core specification names, with their opcodes.
    enum AbstractHeapType: UInt8 {
        case continuation = 0x68
        case exception = 0x69
        case array = 0x6a
        case structure = 0x6b
        case i31 = 0x6c
        case eq = 0x6d
        case any = 0x6e
        case external = 0x6f
        case function = 0x70
        case none = 0x71
        case noExternal = 0x72
        case noFunction = 0x73
        case noException = 0x74
        case noContinuation = 0x75
    }

    static func reference(nullable: Bool, shared: Bool, heap: AbstractHeapType) -> CoreValueType {
        CoreValueType(
            bits: (nullable ? 1 << 8 : 0) | (shared ? 1 << 9 : 0) | UInt64(heap.rawValue) << 16)
    }

    static func reference(nullable: Bool, index: UInt32, exact: Bool = false) -> CoreValueType {
        CoreValueType(
            bits: (nullable ? 1 << 8 : 0) | (exact ? 1 << 10 : 0) | 1 << 11 | UInt64(index) << 32)
    }

    var isReference: Bool { bits & 0xff == 0 }
    var isNullable: Bool { bits & 1 << 8 != 0 }
    var isShared: Bool { bits & 1 << 9 != 0 }
    var isExact: Bool { bits & 1 << 10 != 0 }
    var isConcrete: Bool { bits & 1 << 11 != 0 }
    var index: UInt32 { UInt32(bits >> 32) }
    var abstractHeap: AbstractHeapType? {
        isReference && !isConcrete ? AbstractHeapType(rawValue: UInt8(truncatingIfNeeded: bits >> 16)) : nil
    }

    /// The same reference to the type of another number.
    func withIndex(_ index: UInt32) -> CoreValueType {
        CoreValueType(bits: bits & 0xffff_ffff | UInt64(index) << 32)
    }

    /// The name in the text format.
    public var description: String {
        switch self {
        case .i32: return "i32"
        case .i64: return "i64"
        case .f32: return "f32"
        case .f64: return "f64"
        case .v128: return "v128"
        default: break
        }
        let heap = abstractHeap.map { "\($0)" } ?? "\(index)"
        return "(ref \(isNullable ? "null " : "")\(isShared ? "shared " : "")\(heap))"
    }
}
