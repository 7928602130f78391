/// A primitive value type, with its opcode in the binary format.
public enum PrimitiveType: UInt8, Sendable, Hashable, CaseIterable {
    case bool = 0x7f
    case s8 = 0x7e
    case u8 = 0x7d
    case s16 = 0x7c
    case u16 = 0x7b
    case s32 = 0x7a
    case u32 = 0x79
    case s64 = 0x78
    case u64 = 0x77
    case f32 = 0x76
    case f64 = 0x75
    case char = 0x74
    case string = 0x73
    case errorContext = 0x64

    /// The name in WIT.
    public var name: String {
        switch self {
        case .bool: "bool"
        case .s8: "s8"
        case .u8: "u8"
        case .s16: "s16"
        case .u16: "u16"
        case .s32: "s32"
        case .u32: "u32"
        case .s64: "s64"
        case .u64: "u64"
        case .f32: "f32"
        case .f64: "f64"
        case .char: "char"
        case .string: "string"
        case .errorContext: "error-context"
        }
    }

    /// Whether a stream of these may connect two ends of one instance (CanonicalABI.md, `none_or_number_type`).
    public var isNumber: Bool {
        switch self {
        case .s8, .u8, .s16, .u16, .s32, .u32, .s64, .u64, .f32, .f64: true
        case .bool, .char, .string, .errorContext: false
        }
    }
}
