import CWasmtime

/// A number passed between the host and a guest's function.
public enum Value: Sendable, Hashable {
    /// 32-bit integer.
    case i32(Int32)
    /// 64-bit integer.
    case i64(Int64)
    /// 32-bit float.
    case f32(Float)
    /// 64-bit float.
    case f64(Double)

    var raw: wasmtime_val_t {
        var raw = unsafe wasmtime_val_t()
        switch self {
        case .i32(let value):
            unsafe raw.kind = UInt8(WASMTIME_I32)
            unsafe raw.of.i32 = value
        case .i64(let value):
            unsafe raw.kind = UInt8(WASMTIME_I64)
            unsafe raw.of.i64 = value
        case .f32(let value):
            unsafe raw.kind = UInt8(WASMTIME_F32)
            unsafe raw.of.f32 = value
        case .f64(let value):
            unsafe raw.kind = UInt8(WASMTIME_F64)
            unsafe raw.of.f64 = value
        }
        return unsafe raw
    }

    init?(_ raw: wasmtime_val_t) {
        switch unsafe Int32(raw.kind) {
        case WASMTIME_I32: self = .i32(unsafe raw.of.i32)
        case WASMTIME_I64: self = .i64(unsafe raw.of.i64)
        case WASMTIME_F32: self = .f32(unsafe raw.of.f32)
        case WASMTIME_F64: self = .f64(unsafe raw.of.f64)
        default: return nil
        }
    }
}
