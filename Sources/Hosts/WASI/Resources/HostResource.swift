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
            try call.resources.remove(representation)
        }
    }
}

extension ComponentCall {
    /// The instance's objects.
    @inline(__always)
    public var resources: ResourceTable { state(ResourceTable.key) }

    /// The object behind a handle.
    @inline(__always)
    public func object<Resource: HostResource>(_ handle: Borrow<Resource>) throws(Trap) -> Resource {
        try resources[handle.representation]
    }
}
