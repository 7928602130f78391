import CWasmtime

/// One slot of a direct call: parameter first, result after. The same bytes as the C API's raw value.
public struct RawValue: Sendable {
    private var low: UInt64
    private var high: UInt64

    /// A 32-bit integer.
    public init(i32 value: Int32) { self.init(low: UInt64(UInt32(bitPattern: value))) }
    /// A 64-bit integer.
    public init(i64 value: Int64) { self.init(low: UInt64(bitPattern: value)) }
    /// A 32-bit float.
    public init(f32 value: Float) { self.init(low: UInt64(value.bitPattern)) }
    /// A 64-bit float.
    public init(f64 value: Double) { self.init(low: value.bitPattern) }

    private init(low: UInt64) {
        self.low = low
        self.high = 0
    }

    /// As a 32-bit integer.
    public var i32: Int32 { Int32(truncatingIfNeeded: low) }
    /// As a 64-bit integer.
    public var i64: Int64 { Int64(bitPattern: low) }
    /// As a 32-bit float.
    public var f32: Float { Float(bitPattern: UInt32(truncatingIfNeeded: low)) }
    /// As a 64-bit float.
    public var f64: Double { Double(bitPattern: low) }
}
