extension Bool: CanonicalType {
    /// Whether the type is `bool`.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        types.shape(type) == .primitive(.bool)
    }

    /// One byte.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout { ValueLayout(1, alignment: 1) }

    /// One slot.
    @inlinable
    public static var flatTypes: FlatTypes { FlatTypes(single: .i32) }

    /// Anything but zero is true.
    @inlinable
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Bool { try slots.next(UInt32.self) != 0 }

    /// Anything but zero is true.
    @inlinable
    public static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap)
        -> Bool
    {
        try context.view.load(offset, as: UInt8.self) != 0
    }

    /// Zero or one.
    @inlinable
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try slots.append(UInt32(self ? 1 : 0))
    }

    /// Zero or one.
    @inlinable
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try context.view.store(UInt8(self ? 1 : 0), at: offset)
    }
}

extension Unicode.Scalar: CanonicalType {
    /// Whether the type is `char`.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        types.shape(type) == .primitive(.char)
    }

    /// Four bytes.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout { ValueLayout(4, alignment: 4) }

    /// One slot.
    @inlinable
    public static var flatTypes: FlatTypes { FlatTypes(single: .i32) }

    /// Traps for surrogates and numbers beyond Unicode.
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Unicode.Scalar { try CanonicalContext.character(try slots.next()) }

    /// Traps for surrogates and numbers beyond Unicode.
    public static func load(
        at offset: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Unicode.Scalar {
        try CanonicalContext.character(try context.view.load(offset))
    }

    /// The scalar's number.
    @inlinable
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try slots.append(value)
    }

    /// The scalar's number.
    @inlinable
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try context.view.store(value, at: offset)
    }
}

extension String: CanonicalType {
    /// Whether the type is `string`.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        types.shape(type) == .primitive(.string)
    }

    /// A pointer and a length.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout {
        ValueLayout(width.size * 2, alignment: width.size)
    }

    /// Two slots.
    @inlinable
    public static var flatTypes: FlatTypes { .pointerPair }

    /// One check, one copy.
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> String {
        let pointer = try slots.nextPointer(context.plan.width)
        return try context.string(pointer, try slots.nextPointer(context.plan.width))
    }

    /// One check, one copy.
    public static func load(
        at offset: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> String {
        let pointer = try context.loadPointer(offset)
        return try context.string(pointer, try context.loadPointer(offset + context.plan.width.size))
    }

    /// The guest's allocator, one copy.
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let (pointer, units) = try context.store(self)
        try slots.append(pointer)
        try slots.append(units)
    }

    /// The guest's allocator, one copy.
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let (pointer, units) = try context.store(self)
        try context.storePair(pointer, units, at: offset)
    }
}
