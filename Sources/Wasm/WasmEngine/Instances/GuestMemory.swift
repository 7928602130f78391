import CWasmtime
public import NIOCore

/// An address range outside a guest's memory.
public struct MemoryFault: Error, Sendable, Hashable {
    /// First address of the range.
    public let address: UInt64
    /// Its length in bytes.
    public let count: UInt64

    /// As a trap, for interfaces where a bad address ends the guest.
    public var trap: Trap {
        Trap(
            reason: .memoryOutOfBounds,
            message: "the guest passed \(count) bytes at \(address), outside its memory")
    }
}

/// A guest's linear memory. Every access checks its range against the memory's present size.
///
/// Spans are lent to closures only: the guest may grow its memory whenever it runs, so none may outlive a suspension.
public struct GuestMemory {
    /// The store it lives in.
    public let store: Store
    let raw: wasmtime_memory_t

    /// Present size in bytes.
    public var byteCount: Int {
        var raw = self.raw
        return unsafe wasmtime_memory_data_size(store.context, &raw)
    }

    @inline(__always)
    private func range(at address: UInt64, count: UInt64) throws(MemoryFault) -> UnsafeMutableRawPointer {
        var raw = self.raw
        let size = UInt64(unsafe wasmtime_memory_data_size(store.context, &raw))
        // Written so that nothing overflows: count first, then the address against what is left.
        guard count <= size, address <= size - count,
            let base = unsafe wasmtime_memory_data(store.context, &raw)
        else {
            throw MemoryFault(address: address, count: count)
        }
        return unsafe UnsafeMutableRawPointer(base) + Int(address)
    }

    /// Reads a little-endian integer; any alignment.
    @inline(__always)
    public func load<Value: FixedWidthInteger & BitwiseCopyable>(
        _: Value.Type = Value.self, at address: UInt32
    ) throws(MemoryFault) -> Value {
        let pointer = try unsafe range(at: UInt64(address), count: UInt64(MemoryLayout<Value>.size))
        return unsafe Value(littleEndian: pointer.loadUnaligned(as: Value.self))
    }

    /// Writes a little-endian integer; any alignment.
    @inline(__always)
    public func store<Value: FixedWidthInteger & BitwiseCopyable>(
        _ value: Value, at address: UInt32
    ) throws(MemoryFault) {
        let pointer = try unsafe range(at: UInt64(address), count: UInt64(MemoryLayout<Value>.size))
        unsafe pointer.storeBytes(of: value.littleEndian, as: Value.self)
    }

    /// Lends `count` bytes for reading.
    @inline(__always)
    public func withBytes<Result>(
        at address: UInt32, count: UInt32, _ body: (RawSpan) -> Result
    ) throws(MemoryFault) -> Result {
        let pointer = try unsafe range(at: UInt64(address), count: UInt64(count))
        return unsafe body(UnsafeRawBufferPointer(start: pointer, count: Int(count)).bytes)
    }

    /// Lends `count` bytes for writing.
    @inline(__always)
    public func withMutableBytes<Result>(
        at address: UInt32, count: UInt32, _ body: (inout MutableRawSpan) -> Result
    ) throws(MemoryFault) -> Result {
        let pointer = try unsafe range(at: UInt64(address), count: UInt64(count))
        var span = unsafe MutableRawSpan(_unsafeStart: pointer, byteCount: Int(count))
        return body(&span)
    }

    /// Copies bytes into the guest.
    public func copy(_ bytes: RawSpan, to address: UInt32) throws(MemoryFault) {
        let pointer = try unsafe range(at: UInt64(address), count: UInt64(bytes.byteCount))
        unsafe bytes.withUnsafeBytes { source in
            guard let base = source.baseAddress, source.count > 0 else { return }
            unsafe pointer.copyMemory(from: base, byteCount: source.count)
        }
    }

    /// Copies an array into the guest.
    public func copy(_ bytes: [UInt8], to address: UInt32) throws(MemoryFault) {
        unsafe try copy(bytes.span.bytes, to: address)
    }

    /// Moves up to `count` readable bytes of `buffer` into the guest.
    ///
    /// - Returns: how many were moved.
    public func move(_ buffer: inout ByteBuffer, to address: UInt32, count: UInt32) throws(MemoryFault) -> Int
    {
        let moved = min(buffer.readableBytes, Int(count))
        let pointer = try unsafe range(at: UInt64(address), count: UInt64(moved))
        unsafe buffer.withUnsafeReadableBytes { source in
            guard let base = source.baseAddress, moved > 0 else { return }
            unsafe pointer.copyMemory(from: base, byteCount: moved)
        }
        buffer.moveReaderIndex(forwardBy: moved)
        return moved
    }

    /// Appends `count` bytes of the guest to `buffer`.
    public func append(at address: UInt32, count: UInt32, to buffer: inout ByteBuffer) throws(MemoryFault) {
        let pointer = try unsafe range(at: UInt64(address), count: UInt64(count))
        _ = unsafe buffer.writeBytes(UnsafeRawBufferPointer(start: pointer, count: Int(count)))
    }

    /// A copy of `count` bytes.
    public func bytes(at address: UInt32, count: UInt32) throws(MemoryFault) -> [UInt8] {
        let pointer = try unsafe range(at: UInt64(address), count: UInt64(count))
        return unsafe Array(UnsafeRawBufferPointer(start: pointer, count: Int(count)))
    }

    /// Text, or nil when the bytes are not UTF-8.
    public func text(at address: UInt32, count: UInt32) throws(MemoryFault) -> String? {
        let pointer = try unsafe range(at: UInt64(address), count: UInt64(count))
        return unsafe String(
            validating: UnsafeRawBufferPointer(start: pointer, count: Int(count)), as: UTF8.self)
    }
}
