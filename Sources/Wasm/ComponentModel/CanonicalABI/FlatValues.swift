/// Core values of a call, where the engine has them: slots of 16 bytes, each a little-endian value in its first bytes.
///
/// The engine's unchecked calls pass parameters and results so. Slot numbers are checked; a wrong one is a mistake of
/// the host, because the number of slots follows from the function's type, and gives a trap all the same.
@safe
public struct FlatValues {
    /// Bytes of one slot.
    public static let stride = 16

    /// All slots.
    @unsafe public let buffer: UnsafeMutableRawBufferPointer
    /// The next slot to read or write.
    public var position = 0

    /// Slots in a buffer that stays valid as long as they are used.
    @inlinable
    @unsafe
    public init(_ buffer: UnsafeMutableRawBufferPointer) { unsafe self.buffer = buffer }

    /// No slots.
    static var none: FlatValues { unsafe FlatValues(UnsafeMutableRawBufferPointer(start: nil, count: 0)) }

    /// How many slots.
    @inlinable
    public var count: Int { unsafe buffer.count / Self.stride }

    @inlinable
    mutating func advance() throws(CanonicalTrap) -> Int {
        guard position < count else { throw CanonicalTrap(.guest, "a call has too few flat values") }
        defer { position += 1 }
        return position * Self.stride
    }

    /// Reads the next slot as an integer.
    @inlinable
    public mutating func next<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type = Value.self
    ) throws(CanonicalTrap) -> Value {
        let offset = try advance()
        return unsafe Value(littleEndian: buffer.load(fromByteOffset: offset, as: type))
    }

    /// Writes the next slot. The rest of the slot's first eight bytes becomes zero.
    @inlinable
    public mutating func append<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ value: Value
    ) throws(CanonicalTrap) {
        let offset = try advance()
        unsafe buffer.storeBytes(of: UInt64(value).littleEndian, toByteOffset: offset, as: UInt64.self)
    }

    /// Reads the next slot as a pointer or a length.
    @inlinable
    public mutating func nextPointer(_ width: PointerWidth) throws(CanonicalTrap) -> UInt64 {
        switch width {
        case .bits32: UInt64(try next(UInt32.self))
        case .bits64: try next(UInt64.self)
        }
    }
}

/// Flat values with memory of their own, for calls that no engine makes.
@safe
public final class FlatStorage {
    private let buffer: UnsafeMutableRawBufferPointer

    /// So many slots of zero.
    public init(count: Int) {
        let bytes = count * FlatValues.stride
        unsafe buffer = .allocate(byteCount: bytes, alignment: FlatValues.stride)
        unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { unsafe buffer.deallocate() }

    /// The slots, from the first. They must not outlive the storage.
    public var values: FlatValues { unsafe FlatValues(buffer) }
}
