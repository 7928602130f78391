/// A `list<u8>` that a guest passes to the host and that is looked at where it is: nothing is copied.
///
/// Valid until the guest runs again: a host function that waits copies what it still needs before it does.
@safe
public struct LentBytes: CanonicalType {
    private let view: CanonicalMemoryView
    private let pointer: UInt64
    /// How many bytes.
    public let count: Int

    private init(
        _ pointer: UInt64, _ count: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) {
        let range = try context.listRange(pointer, count, ValueLayout(1, alignment: 1))
        view = context.view
        self.pointer = range.pointer
        self.count = Int(range.count)
    }

    /// Lends the bytes.
    public func withBytes<Value, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try view.withCheckedSpan(pointer, UInt64(count), body)
    }

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

    /// One check.
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> LentBytes {
        let pointer = try slots.nextPointer(context.plan.width)
        return try LentBytes(pointer, try slots.nextPointer(context.plan.width), &context)
    }

    /// One check.
    public static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap)
        -> LentBytes
    {
        let pointer = try context.loadPointer(offset)
        return try LentBytes(pointer, try context.loadPointer(offset + context.plan.width.size), &context)
    }

    /// A trap: bytes of a guest are not given back to it.
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        throw CanonicalTrap(.guest, "lent bytes cannot be given away")
    }

    /// A trap: bytes of a guest are not given back to it.
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        throw CanonicalTrap(.guest, "lent bytes cannot be given away")
    }
}
