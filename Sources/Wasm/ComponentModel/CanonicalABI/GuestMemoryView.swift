/// The bytes of a guest's linear memory, for as long as the guest does not run.
///
/// This is the only door to raw guest bytes in the module. Each access checks its range first; offsets are 64-bit
/// and sums are checked for overflow, so that nothing that a guest says leads outside. A view must not outlive a call
/// into the guest, which may grow or move the memory; the owner of the view replaces it after each.
@safe
public struct GuestMemoryView {
    @usableFromInline
    let buffer: UnsafeMutableRawBufferPointer

    /// A view of a buffer that stays valid as long as the view is used.
    @inlinable
    @unsafe
    public init(_ buffer: UnsafeMutableRawBufferPointer) { unsafe self.buffer = buffer }

    /// No bytes.
    public static var empty: GuestMemoryView {
        unsafe GuestMemoryView(UnsafeMutableRawBufferPointer(start: nil, count: 0))
    }

    /// How many bytes.
    @inlinable
    public var count: UInt64 { UInt64(unsafe buffer.count) }

    /// Whether a range lies in the memory.
    @inlinable
    public func contains(_ offset: UInt64, _ length: UInt64) -> Bool {
        length <= count && offset <= count - length
    }

    /// The index of a checked range. Fits, because the buffer's count is an `Int`.
    @inlinable
    func index(_ offset: UInt64, _ length: UInt64) throws(CanonicalTrap) -> Int {
        guard contains(offset, length) else { throw CanonicalTrap(.memory, "pointer out of bounds of memory") }
        return Int(truncatingIfNeeded: offset)
    }

    /// Reads a little-endian integer. The place need not be aligned.
    @inlinable
    public func load<Value: FixedWidthInteger & BitwiseCopyable>(
        _ offset: UInt64, as type: Value.Type = Value.self
    ) throws(CanonicalTrap) -> Value {
        let index = try index(offset, UInt64(MemoryLayout<Value>.size))
        return unsafe Value(littleEndian: buffer.loadUnaligned(fromByteOffset: index, as: type))
    }

    /// Writes a little-endian integer. The place need not be aligned.
    @inlinable
    public func store<Value: FixedWidthInteger & BitwiseCopyable>(
        _ value: Value, at offset: UInt64
    ) throws(CanonicalTrap) {
        let index = try index(offset, UInt64(MemoryLayout<Value>.size))
        unsafe buffer.storeBytes(of: value.littleEndian, toByteOffset: index, as: Value.self)
    }

    /// Gives a range's bytes to a closure, which must not keep the pointer.
    @inlinable
    public func withBytes<Result>(
        _ offset: UInt64, _ length: UInt64, _ body: (UnsafeMutableRawBufferPointer) throws(CanonicalTrap) -> Result
    ) throws(CanonicalTrap) -> Result {
        let start = try index(offset, length)
        let end = start + Int(truncatingIfNeeded: length)
        return try unsafe body(UnsafeMutableRawBufferPointer(rebasing: buffer[start..<end]))
    }

    /// A copy of a range: one check, one copy.
    @inlinable
    public func bytes(_ offset: UInt64, _ length: UInt64) throws(CanonicalTrap) -> [UInt8] {
        try unsafe withBytes(offset, length) { (source) throws(CanonicalTrap) in unsafe [UInt8](source) }
    }

    /// Writes bytes: one check, one copy.
    @inlinable
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(CanonicalTrap) {
        try unsafe withBytes(offset, UInt64(bytes.count)) { (target) throws(CanonicalTrap) in
            unsafe target.copyMemory(from: bytes)
        }
    }

    /// Writes bytes: one check, one copy.
    @inlinable
    public func write(_ bytes: [UInt8], at offset: UInt64) throws(CanonicalTrap) {
        let index = try index(offset, UInt64(bytes.count))
        unsafe bytes.withUnsafeBytes { source in
            guard source.count > 0 else { return }
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[index...]).copyMemory(from: source)
        }
    }

    /// Copies a range of another memory, or of this one, here.
    @inlinable
    public func copy(
        from source: GuestMemoryView, _ sourceOffset: UInt64, _ length: UInt64, to offset: UInt64
    ) throws(CanonicalTrap) {
        try unsafe source.withBytes(sourceOffset, length) { (bytes) throws(CanonicalTrap) in
            try unsafe write(UnsafeRawBufferPointer(bytes), at: offset)
        }
    }
}

/// A guest's memory and its allocator, implemented over an engine's instance.
public protocol GuestMemory: AnyObject {
    /// The memory's bytes now.
    var view: GuestMemoryView { get }

    /// Calls the guest's `realloc` with may-leave off. The result is whatever the guest says; the caller checks it.
    func reallocate(
        _ old: UInt64, oldSize: UInt64, alignment: UInt64, newSize: UInt64
    ) throws(CanonicalTrap) -> UInt64
}
