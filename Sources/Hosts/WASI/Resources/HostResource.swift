public import ComponentModel
public import ComponentRuntime
public import WasmEngine

/// An object of the host that guests have handles to: `Own<Thing>` and `Borrow<Thing>` in the types of functions.
///
/// ```swift
/// final class Thing: HostResource { static let resourceType = RuntimeResourceType.host() }
/// ```
public protocol HostResource: AnyObject, CanonicalResource {}

extension HostInterface {
    /// Offers a resource type whose objects are in the instance's ``ResourceTable``. The last owning handle that a guest
    /// drops removes the object from there.
    public func resource<Resource: HostResource>(_ name: String, _ type: Resource.Type) {
        resource(name, type) { (call, representation) throws(Trap) in
            try call.remove(representation)
        }
    }
}

extension ComponentCall {
    /// The instance's objects.
    @inline(__always)
    public var resources: ResourceTable { state(ResourceTable.key) }

    // The table is not counted for these, as it would be for ``resources``: a guest's request comes by here dozens of times.
    // What knows the type is inlined into its users, and everything else knows none.

    /// The object behind a handle.
    @inlinable
    public func object<Resource: HostResource>(_ handle: Borrow<Resource>) throws(Trap) -> Resource {
        try ResourceTable.object(try entry(handle.representation))
    }

    /// Puts an object into the table, to give it to the guest.
    @inlinable
    public func add<Resource: HostResource>(_ object: Resource) throws(Trap) -> Own<Resource> {
        Own(representation: try insert(object))
    }

    /// Puts an object into the table that must go before `parent` does.
    @inlinable
    public func add<Resource: HostResource, Parent: HostResource>(
        _ object: Resource, under parent: Borrow<Parent>
    ) throws(Trap) -> Own<Resource> {
        _ = try self.object(parent)
        return Own(representation: try insert(object, under: parent.representation))
    }

    /// Takes the object that the guest gave back for good.
    @inlinable
    public func take<Resource: HostResource>(_ own: Own<Resource>) throws(Trap) -> Resource {
        let object: Resource = try ResourceTable.object(try entry(own.representation))
        try remove(own.representation)
        return object
    }

    @usableFromInline
    func entry(_ representation: UInt64) throws(Trap) -> AnyObject {
        try with(ResourceTable.key) { (table) throws(Trap) in try table.entry(representation) }
    }

    @usableFromInline
    func insert(_ object: AnyObject, under parent: UInt64 = 0) throws(Trap) -> UInt64 {
        try with(ResourceTable.key) { (table) throws(Trap) in try table.insert(object, parent: parent) }
    }

    @usableFromInline
    func remove(_ representation: UInt64) throws(Trap) {
        try with(ResourceTable.key) { (table) throws(Trap) in try table.remove(representation) }
    }
}
