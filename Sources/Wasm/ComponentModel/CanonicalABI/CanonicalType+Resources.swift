/// A resource type that the host implements, as a Swift type.
///
/// The runtime gives the number when it links the type to an import.
public protocol CanonicalResource {
    /// The runtime's identity of the resource type.
    static var resourceType: RuntimeResourceType { get }
}

/// An `own` of a host resource: the receiver has it now.
public struct Own<Resource: CanonicalResource>: Sendable, Hashable {
    /// What the host knows the resource by.
    public var representation: UInt64

    /// A resource to give away.
    @inlinable
    public init(representation: UInt64) { self.representation = representation }
}

/// A `borrow` of a host resource: valid during the call.
public struct Borrow<Resource: CanonicalResource>: Sendable, Hashable {
    /// What the host knows the resource by.
    public var representation: UInt64

    /// A resource to lend.
    @inlinable
    public init(representation: UInt64) { self.representation = representation }
}

/// What both kinds of handle have in common: four bytes, one slot.
protocol CanonicalHandle: CanonicalType {
    static func lift(_ index: UInt32, _ context: inout CanonicalContext) throws(CanonicalTrap) -> Self
    func index(_ context: inout CanonicalContext) throws(CanonicalTrap) -> UInt32
}

extension CanonicalHandle {
    /// Four bytes.
    public static func layout(_ width: PointerWidth) -> ValueLayout { ValueLayout(4, alignment: 4) }

    /// One slot.
    public static var flatTypes: FlatTypes { FlatTypes(single: .i32) }

    /// Takes the handle from the guest's table.
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self { try lift(try slots.next(UInt32.self), &context) }

    /// Takes the handle from the guest's table.
    public static func load(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap)
        -> Self
    {
        try lift(try context.view.load(offset), &context)
    }

    /// Puts a handle into the guest's table.
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try slots.append(try index(&context))
    }

    /// Puts a handle into the guest's table.
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try context.view.store(try index(&context), at: offset)
    }
}

extension Own: CanonicalHandle, CanonicalType, CanonicalPayload {
    /// Whether the type is an `own` of the resource type.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        guard case .own(let reference)? = types.shape(type) else { return false }
        return types.resources[reference.id] == Resource.resourceType
    }

    static func lift(_ index: UInt32, _ context: inout CanonicalContext) throws(CanonicalTrap) -> Own {
        Own(representation: try context.instance.handles.takeOwn(index, Resource.resourceType))
    }

    func index(_ context: inout CanonicalContext) throws(CanonicalTrap) -> UInt32 {
        try context.instance.handles.addOwn(representation, Resource.resourceType)
    }
}

extension Borrow: CanonicalHandle, CanonicalType, CanonicalPayload {
    /// Whether the type is a `borrow` of the resource type.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        guard case .borrow(let reference)? = types.shape(type) else { return false }
        return types.resources[reference.id] == Resource.resourceType
    }

    static func lift(_ index: UInt32, _ context: inout CanonicalContext) throws(CanonicalTrap) -> Borrow {
        Borrow(representation: try context.lend(index, Resource.resourceType))
    }

    func index(_ context: inout CanonicalContext) throws(CanonicalTrap) -> UInt32 {
        try context.lowerBorrow(representation, Resource.resourceType)
    }
}
