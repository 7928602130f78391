extension CanonicalContext {
    /// Lifts the pointer and the length of a list and checks its range.
    @usableFromInline
    mutating func listRange(
        _ pointer: UInt64, _ count: UInt64, _ layout: ValueLayout
    ) throws(CanonicalTrap) -> (pointer: UInt64, count: UInt64) {
        try chargeLifted(try checkList(pointer, count, size: layout.size, alignment: layout.alignment))
        return (pointer, count)
    }

    /// Asks the guest for room for a list.
    @usableFromInline
    mutating func allocateList(_ count: Int, _ layout: ValueLayout) throws(CanonicalTrap) -> UInt64 {
        let (bytes, overflow) = UInt64(count).multipliedReportingOverflow(by: layout.size)
        guard !overflow, bytes <= Self.byteLimit else { throw .listTooLong }
        return try allocate(bytes, alignment: layout.alignment)
    }
}

extension Array: CanonicalPayload, CanonicalType where Element: CanonicalType {
    /// Whether the type is a list of the element's type.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        guard case .list(let element)? = types.shape(type) else { return false }
        return Element.matches(element, types)
    }

    /// A pointer and a length.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout {
        ValueLayout(width.size * 2, alignment: width.size)
    }

    /// Two slots.
    @inlinable
    public static var flatTypes: FlatTypes { .pointerPair }

    /// One check, then the elements.
    @inlinable
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> [Element] {
        let pointer = try slots.nextPointer(context.plan.width)
        let count = try slots.nextPointer(context.plan.width)
        let range = try context.listRange(pointer, count, Element.layout(context.plan.width))
        return try Element.loadElements(range.count, at: range.pointer, &context)
    }

    /// One check, then the elements.
    @inlinable
    public static func load(
        at offset: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> [Element] {
        let pointer = try context.loadPointer(offset)
        let count = try context.loadPointer(offset + context.plan.width.size)
        let range = try context.listRange(pointer, count, Element.layout(context.plan.width))
        return try Element.loadElements(range.count, at: range.pointer, &context)
    }

    /// The guest's allocator, then the elements.
    @inlinable
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let pointer = try context.allocateList(count, Element.layout(context.plan.width))
        try Element.storeElements(self, at: pointer, &context)
        try slots.append(pointer)
        try slots.append(UInt64(count))
    }

    /// The guest's allocator, then the elements.
    @inlinable
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let pointer = try context.allocateList(count, Element.layout(context.plan.width))
        try Element.storeElements(self, at: pointer, &context)
        try context.storePair(pointer, UInt64(count), at: offset)
    }
}

extension Optional: CanonicalPayload, CanonicalType where Wrapped: CanonicalType {
    /// Whether the type is an option of the wrapped type.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        guard case .option(let payload)? = types.shape(type) else { return false }
        return Wrapped.matches(payload, types)
    }

    @inlinable
    static func shape(_ width: PointerWidth) -> VariantShape {
        VariantShape(cases: 2, payload: Wrapped.layout(width))
    }

    /// A discriminant and room for the value.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout { shape(width).layout }

    /// A discriminant and the value's slots.
    @inlinable
    public static var flatTypes: FlatTypes { FlatTypes.variant(NoValue.flatTypes, Wrapped.flatTypes) }

    // Asked for each call, unlike what the slots join to.
    @inlinable
    static var flatCount: Int { 1 + Wrapped.flatTypes.count }

    /// `none` or `some`.
    @inlinable
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Wrapped? {
        let end = slots.position + flatCount
        defer { slots.position = end }
        switch try slots.next(UInt32.self) {
        case 0: return nil
        case 1: return try Wrapped.lift(from: &slots, &context)
        default: throw CanonicalTrap(.value, "invalid variant discriminant")
        }
    }

    /// `none` or `some`.
    @inlinable
    public static func load(
        at offset: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Wrapped? {
        let shape = shape(context.plan.width)
        switch try shape.loadCase(offset, context) {
        case 0: return nil
        case 1: return try Wrapped.load(at: offset + shape.payloadOffset, &context)
        default: throw CanonicalTrap(.value, "invalid variant discriminant")
        }
    }

    /// `none` or `some`, unused slots zero.
    @inlinable
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let end = slots.position + Self.flatCount
        try slots.append(UInt32(self == nil ? 0 : 1))
        if let value = self { try value.lower(into: &slots, &context) }
        while slots.position < end { try slots.append(UInt64(0)) }
    }

    /// `none` or `some`.
    @inlinable
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let shape = Self.shape(context.plan.width)
        try shape.storeCase(self == nil ? 0 : 1, offset, context)
        if let value = self { try value.store(at: offset + shape.payloadOffset, &context) }
    }
}

extension Result: CanonicalPayload, CanonicalType where Success: CanonicalPayload, Failure: CanonicalPayload {
    /// Whether the type is a result of the two types.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        guard case .result(let ok, let error)? = types.shape(type) else { return false }
        return Success.matches(ok, types) && Failure.matches(error, types)
    }

    @inlinable
    static func shape(_ width: PointerWidth) -> VariantShape {
        VariantShape(cases: 2, payload: ValueLayout.union(Success.layout(width), Failure.layout(width)))
    }

    /// A discriminant and room for either value.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout { shape(width).layout }

    /// A discriminant and the joined slots.
    @inlinable
    public static var flatTypes: FlatTypes { FlatTypes.variant(Success.flatTypes, Failure.flatTypes) }

    // Asked for each call, unlike what the slots join to.
    @inlinable
    static var flatCount: Int { 1 + max(Success.flatTypes.count, Failure.flatTypes.count) }

    /// `ok` or `error`.
    @inlinable
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Result<Success, Failure> {
        let end = slots.position + flatCount
        defer { slots.position = end }
        switch try slots.next(UInt32.self) {
        case 0: return .success(try Success.lift(from: &slots, &context))
        case 1: return .failure(try Failure.lift(from: &slots, &context))
        default: throw CanonicalTrap(.value, "invalid variant discriminant")
        }
    }

    /// `ok` or `error`.
    @inlinable
    public static func load(
        at offset: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Result<Success, Failure> {
        let shape = shape(context.plan.width)
        switch try shape.loadCase(offset, context) {
        case 0: return .success(try Success.load(at: offset + shape.payloadOffset, &context))
        case 1: return .failure(try Failure.load(at: offset + shape.payloadOffset, &context))
        default: throw CanonicalTrap(.value, "invalid variant discriminant")
        }
    }

    /// `ok` or `error`, unused slots zero.
    @inlinable
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let end = slots.position + Self.flatCount
        switch self {
        case .success(let value):
            try slots.append(UInt32(0))
            try value.lower(into: &slots, &context)
        case .failure(let error):
            try slots.append(UInt32(1))
            try error.lower(into: &slots, &context)
        }
        while slots.position < end { try slots.append(UInt64(0)) }
    }

    /// `ok` or `error`.
    @inlinable
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        let shape = Self.shape(context.plan.width)
        switch self {
        case .success(let value):
            try shape.storeCase(0, offset, context)
            try value.store(at: offset + shape.payloadOffset, &context)
        case .failure(let error):
            try shape.storeCase(1, offset, context)
            try error.store(at: offset + shape.payloadOffset, &context)
        }
    }
}
