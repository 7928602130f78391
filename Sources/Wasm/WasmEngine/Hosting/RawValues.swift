import CWasmtime

/// The parameters of a host call, and the place its results go: slot `n` holds parameter `n` first and result `n` after.
///
/// Slots have no type of their own; the linker checked the guest's import against the declared signature.
@safe public struct RawValues: ~Copyable {
    private let slots: UnsafeMutablePointer<wasmtime_val_raw_t>
    /// The larger of the numbers of parameters and results.
    public let count: Int

    @inline(__always)
    init(_ slots: UnsafeMutablePointer<wasmtime_val_raw_t>, count: Int) {
        unsafe self.slots = slots
        self.count = count
    }

    /// The slots themselves, 16 bytes each. Valid during the call.
    @unsafe public var buffer: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(
            start: slots, count: count * MemoryLayout<wasmtime_val_raw_t>.stride)
    }

    @inline(__always)
    private func slot(_ index: Int) -> UnsafeMutablePointer<wasmtime_val_raw_t> {
        precondition(
            index >= 0 && index < count, "host function uses a slot that its signature does not have")
        return unsafe slots + index
    }

    /// A 32-bit integer.
    @inline(__always)
    public subscript(i32 index: Int) -> Int32 {
        get { unsafe slot(index).pointee.i32 }
        nonmutating set { unsafe slot(index).pointee.i32 = newValue }
    }

    /// A 32-bit integer as an address, length or handle.
    @inline(__always)
    public subscript(u32 index: Int) -> UInt32 {
        get { unsafe UInt32(bitPattern: slot(index).pointee.i32) }
        nonmutating set { unsafe slot(index).pointee.i32 = Int32(bitPattern: newValue) }
    }

    /// A 64-bit integer.
    @inline(__always)
    public subscript(i64 index: Int) -> Int64 {
        get { unsafe slot(index).pointee.i64 }
        nonmutating set { unsafe slot(index).pointee.i64 = newValue }
    }

    /// A 64-bit integer without sign.
    @inline(__always)
    public subscript(u64 index: Int) -> UInt64 {
        get { unsafe UInt64(bitPattern: slot(index).pointee.i64) }
        nonmutating set { unsafe slot(index).pointee.i64 = Int64(bitPattern: newValue) }
    }

    /// A 32-bit float.
    @inline(__always)
    public subscript(f32 index: Int) -> Float {
        get { unsafe slot(index).pointee.f32 }
        nonmutating set { unsafe slot(index).pointee.f32 = newValue }
    }

    /// A 64-bit float.
    @inline(__always)
    public subscript(f64 index: Int) -> Double {
        get { unsafe slot(index).pointee.f64 }
        nonmutating set { unsafe slot(index).pointee.f64 = newValue }
    }
}
