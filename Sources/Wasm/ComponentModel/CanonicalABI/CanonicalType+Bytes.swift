/// A buffer of bytes that is not an array, as a `list<u8>`: one check and one copy between it and guest memory.
///
/// A network buffer conforms with these two members, and is a ``CanonicalType`` by that.
public protocol CanonicalBytes: CanonicalType {
    /// A copy of a guest's bytes.
    init(guestBytes: RawSpan)
    /// How many bytes.
    var guestByteCount: Int { get }
    /// Copies the bytes into a guest's memory, which has room for exactly so many.
    func copy(toGuest target: inout MutableRawSpan)
}

extension CanonicalBytes {
    /// Whether the type is `list<u8>`.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        [UInt8].matches(type, types)
    }

    /// A pointer and a length.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout { [UInt8].layout(width) }

    /// Two slots.
    @inlinable
    public static var flatTypes: FlatTypes { .pointerPair }

    @usableFromInline
    static func copied(
        _ pointer: UInt64, _ count: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self {
        let range = try context.listRange(pointer, count, ValueLayout(1, alignment: 1))
        return try context.view.withSpan(range.pointer, range.count) { bytes in Self(guestBytes: bytes) }
    }

    @usableFromInline
    func stored(_ context: inout CanonicalContext) throws(CanonicalTrap) -> UInt64 {
        let pointer = try context.allocateList(guestByteCount, ValueLayout(1, alignment: 1))
        try context.view.withMutableSpan(pointer, UInt64(guestByteCount)) { target in copy(toGuest: &target) }
        return pointer
    }

    /// One check, one copy.
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self {
        let pointer = try slots.nextPointer(context.plan.width)
        return try copied(pointer, try slots.nextPointer(context.plan.width), &context)
    }

    /// One check, one copy.
    public static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap)
        -> Self
    {
        let pointer = try context.loadPointer(offset)
        return try copied(pointer, try context.loadPointer(offset + context.plan.width.size), &context)
    }

    /// The guest's allocator, one copy.
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let pointer = try stored(&context)
        try slots.append(pointer)
        try slots.append(UInt64(guestByteCount))
    }

    /// The guest's allocator, one copy.
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let pointer = try stored(&context)
        try context.storePair(pointer, UInt64(guestByteCount), at: offset)
    }
}
