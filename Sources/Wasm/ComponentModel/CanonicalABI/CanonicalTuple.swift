/// A tuple of canonical types: the Swift side of a component `tuple`, of a parameter list, and of any record whose
/// field names do not matter to the host.
public struct CanonicalTuple<each Element: CanonicalType>: CanonicalType {
    /// The elements.
    public var elements: (repeat each Element)

    /// A tuple.
    @inlinable
    public init(_ elements: repeat each Element) { self.elements = (repeat each elements) }

    /// Whether the type is a tuple of the elements' types.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        guard case .tuple(let range)? = types.shape(type) else { return false }
        return matches(types.types[range].map(\.type), types)
    }

    /// Whether a list of types is that of the elements.
    public static func matches(_ list: [ComponentValueType?], _ types: TypeMatcher) -> Bool {
        var index = 0
        var isMatch = true
        for element in repeat (each Element).self {
            isMatch = isMatch && index < list.count && element.matches(list[index], types)
            index += 1
        }
        return isMatch && index == list.count
    }

    /// The elements one after the other, aligned.
    @inlinable
    public static func layout(_ width: PointerWidth) -> ValueLayout {
        var layout = ValueLayout(0, alignment: 1)
        for element in repeat (each Element).self { layout.addField(element.layout(width)) }
        layout.finish()
        return layout
    }

    /// The elements' slots.
    public static var flatTypes: FlatTypes {
        var flat = FlatTypes()
        for element in repeat (each Element).self { flat.append(element.flatTypes) }
        return flat
    }

    /// Element by element.
    @inlinable
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> CanonicalTuple {
        CanonicalTuple(repeat try (each Element).lift(from: &slots, &context))
    }

    /// Element by element.
    @inlinable
    public static func load(
        at offset: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> CanonicalTuple {
        var cursor = RecordCursor(at: offset, context.plan.width)
        return CanonicalTuple(repeat try (each Element).load(at: cursor.next((each Element).self), &context))
    }

    /// Element by element.
    @inlinable
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        for element in repeat each elements { try element.lower(into: &slots, &context) }
    }

    /// Element by element.
    @inlinable
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        var cursor = RecordCursor(at: offset, context.plan.width)
        for element in repeat each elements {
            try element.store(at: cursor.next(type(of: element)), &context)
        }
    }
}

extension CanonicalTuple: Sendable where repeat each Element: Sendable {}

extension CanonicalTuple {
    /// Lifts parameters, from slots or from memory when there are more flat values than `most`.
    @inlinable
    public static func liftParameters(
        most: Int = FlatLimits.parameters, from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> CanonicalTuple {
        guard flatTypes.count > most else { return try lift(from: &slots, &context) }
        let pointer = try slots.nextPointer(context.plan.width)
        try context.checkPlace(pointer, layout(context.plan.width))
        return try load(at: pointer, &context)
    }

    /// Lowers parameters of a call into a guest.
    @inlinable
    public func lowerParameters(
        into slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) {
        guard Self.flatTypes.count > FlatLimits.parameters else { return try lower(into: &slots, &context) }
        let layout = Self.layout(context.plan.width)
        let pointer = try context.allocate(layout.size, alignment: layout.alignment)
        try store(at: pointer, &context)
        try slots.append(pointer)
    }
}

extension CanonicalPayload {
    /// Lifts the result of a call into a guest, from slots or from where the slot points.
    ///
    /// - Parameter most: how many flat values may be passed directly; sixteen for `task.return`.
    @inlinable
    public static func liftResult(
        from slots: inout FlatValues, most: Int = FlatLimits.results, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self {
        guard flatTypes.count > most else { return try lift(from: &slots, &context) }
        return try loadResult(from: &slots, &context)
    }

    /// Lifts the result of a call into a guest, which is where the slot points.
    @inlinable
    public static func loadResult(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self {
        let pointer = try slots.nextPointer(context.plan.width)
        try context.checkPlace(pointer, layout(context.plan.width))
        return try load(at: pointer, &context)
    }

    /// Lowers the result of a call to the host: into a slot, or to where the guest wants it.
    ///
    /// - Parameters:
    ///   - outParameter: the last parameter of the call, when the result is not flat.
    ///   - most: how many flat values may be passed directly; none for async calls.
    @inlinable
    public func lowerResult(
        into slots: inout FlatValues, outParameter: UInt64?, most: Int = FlatLimits.results,
        _ context: inout CanonicalContext
    ) throws(CanonicalTrap) {
        guard Self.flatTypes.count > most, let outParameter else { return try lower(into: &slots, &context) }
        try context.checkPlace(outParameter, Self.layout(context.plan.width))
        try store(at: outParameter, &context)
    }
}

extension CanonicalContext {
    /// Checks a place in memory that a value is at or goes to.
    public func checkPlace(_ pointer: UInt64, _ layout: ValueLayout) throws(CanonicalTrap) {
        try checkPlace(pointer, layout.size, layout.alignment)
    }
}

// The formatter takes the blank away and the compiler then sees an operator.
// swift-format-ignore
/// The parameters of a function that has none.
public typealias NoParameters = CanonicalTuple< >
