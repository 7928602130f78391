/// The bytes of a guest's linear memory, for as long as the guest does not run.
///
/// This is the only door to raw guest bytes in the module. Each access checks its range first; offsets are 64-bit
/// and sums are checked for overflow, so that nothing that a guest says leads outside. A view must not outlive a call
/// into the guest, which may grow or move the memory; the owner of the view replaces it after each.
@safe
public struct CanonicalMemoryView {
    @usableFromInline
    let buffer: UnsafeMutableRawBufferPointer

    /// A view of a buffer that stays valid as long as the view is used.
    @inlinable
    @unsafe
    public init(_ buffer: UnsafeMutableRawBufferPointer) { unsafe self.buffer = buffer }

    /// No bytes.
    public static var empty: CanonicalMemoryView {
        unsafe CanonicalMemoryView(UnsafeMutableRawBufferPointer(start: nil, count: 0))
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
        guard contains(offset, length) else {
            throw CanonicalTrap(.memory, "pointer out of bounds of memory")
        }
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
        _ offset: UInt64, _ length: UInt64,
        _ body: (UnsafeMutableRawBufferPointer) throws(CanonicalTrap) -> Result
    ) throws(CanonicalTrap) -> Result {
        let start = try index(offset, length)
        let end = start + Int(truncatingIfNeeded: length)
        return try unsafe body(UnsafeMutableRawBufferPointer(rebasing: buffer[start..<end]))
    }

    /// A copy of a range: one check, one copy.
    @inlinable
    public func bytes(_ offset: UInt64, _ length: UInt64) throws(CanonicalTrap) -> [UInt8] {
        try array(length, at: offset)
    }

    /// A copy of a range of values that look in memory as they do in Swift: one check, one copy.
    @inlinable
    public func array<Element: BitwiseCopyable>(
        _ count: UInt64, at offset: UInt64, of type: Element.Type = Element.self
    ) throws(CanonicalTrap) -> [Element] {
        let (length, overflow) = count.multipliedReportingOverflow(by: UInt64(MemoryLayout<Element>.stride))
        guard !overflow else { throw CanonicalTrap(.memory, "pointer out of bounds of memory") }
        return try unsafe withBytes(offset, length) { (source) throws(CanonicalTrap) in
            unsafe [Element](unsafeUninitializedCapacity: Int(count)) { target, initialized in
                unsafe UnsafeMutableRawBufferPointer(target).copyMemory(from: UnsafeRawBufferPointer(source))
                initialized = Int(count)
            }
        }
    }

    /// Writes values that look in memory as they do in Swift: one check, one copy.
    @inlinable
    public func write<Element: BitwiseCopyable>(
        _ elements: [Element], at offset: UInt64
    ) throws(CanonicalTrap) {
        let length = UInt64(elements.count) * UInt64(MemoryLayout<Element>.stride)
        try unsafe withBytes(offset, length) { (target) throws(CanonicalTrap) in
            unsafe elements.withUnsafeBytes { source in unsafe target.copyMemory(from: source) }
        }
    }

    /// Lends a range for reading.
    @inlinable
    public func withSpan<Result>(
        _ offset: UInt64, _ length: UInt64, _ body: (RawSpan) -> Result
    ) throws(CanonicalTrap) -> Result {
        try unsafe withBytes(offset, length) { (bytes) throws(CanonicalTrap) in
            unsafe body(UnsafeRawBufferPointer(bytes).bytes)
        }
    }

    /// Lends a range that was checked before; memories never shrink.
    func withCheckedSpan<Result, Failure: Error>(
        _ offset: UInt64, _ length: UInt64, _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(contains(offset, length), "a range of guest memory was not checked")
        let start = Int(truncatingIfNeeded: offset)
        let end = start + Int(truncatingIfNeeded: length)
        return try unsafe body(UnsafeRawBufferPointer(rebasing: buffer[start..<end]).bytes)
    }

    /// Lends a range for writing.
    @inlinable
    public func withMutableSpan<Result>(
        _ offset: UInt64, _ length: UInt64, _ body: (inout MutableRawSpan) -> Result
    ) throws(CanonicalTrap) -> Result {
        try unsafe withBytes(offset, length) { (bytes) throws(CanonicalTrap) in
            var span = unsafe MutableRawSpan(_unsafeBytes: bytes)
            return body(&span)
        }
    }

    /// Copies a range of another memory, or of this one, here.
    @inlinable
    public func copy(
        from source: CanonicalMemoryView, _ sourceOffset: UInt64, _ length: UInt64, to offset: UInt64
    ) throws(CanonicalTrap) {
        try unsafe source.withBytes(sourceOffset, length) { (bytes) throws(CanonicalTrap) in
            let index = try index(offset, length)
            guard length > 0 else { return }
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[index...])
                .copyMemory(from: UnsafeRawBufferPointer(bytes))
        }
    }
}

/// A guest's memory and its allocator, implemented over an engine's instance.
public protocol CanonicalMemory: AnyObject {
    /// The memory's bytes now.
    var view: CanonicalMemoryView { get }

    /// Calls the guest's `realloc` with may-leave off. The result is whatever the guest says; the caller checks it.
    func reallocate(
        _ old: UInt64, oldSize: UInt64, alignment: UInt64, newSize: UInt64
    ) throws(CanonicalTrap) -> UInt64
}
