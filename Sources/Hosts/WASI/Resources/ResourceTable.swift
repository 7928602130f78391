public import ComponentModel
public import WasmEngine

/// What a guest may make the host keep for it.
public struct ResourceTableLimits: Sendable, Equatable {
    /// Objects at once: streams, pollables, descriptors, requests. Each is some hundred bytes of the host.
    public var entries = 65_536

    /// The defaults.
    public init() {}
}

/// The host's objects that one component instance has handles to, by the representations of these handles.
///
/// It owns the objects, so they go when the instance goes. An object that depends on another one is its child: a guest
/// that drops the parent first has broken a rule of the interface and traps. Confined to the instance's event loop.
public final class ResourceTable {
    /// Where an instance keeps its table.
    public static let key = StateKey<ResourceTable>()

    private struct Entry {
        var object: AnyObject?
        /// The parent, or for a free entry the next free one; 0 for none.
        var link: Int = 0
        var children = 0
    }

    // Entry 0 is never used; it is there once there is an object.
    private var entries: [Entry] = []
    // What a small guest needs, in one allocation.
    private static let firstCapacity = 12
    private var firstFree = 0
    private let limits: ResourceTableLimits
    /// Objects in the table.
    public private(set) var count = 0

    /// An empty table.
    public init(limits: ResourceTableLimits = ResourceTableLimits()) { self.limits = limits }

    /// Puts an object into the table, to give it to the guest.
    public func add<Resource: HostResource>(_ object: Resource) throws(Trap) -> Own<Resource> {
        Own(representation: try insert(object))
    }

    /// Puts an object into the table that must go before `parent` does.
    public func add<Resource: HostResource, Parent: HostResource>(
        _ object: Resource, under parent: Borrow<Parent>
    ) throws(Trap) -> Own<Resource> {
        _ = try self[parent.representation] as Parent
        return Own(representation: try insert(object, parent: parent.representation))
    }

    /// The object of a representation, which must be of the type.
    public subscript<Resource: HostResource>(representation: UInt64) -> Resource {
        get throws(Trap) { try Self.object(try entry(representation)) }
    }

    @inlinable
    static func object<Resource: HostResource>(_ entry: AnyObject) throws(Trap) -> Resource {
        guard let object = entry as? Resource else { throw wrongType("\(Resource.self)") }
        return object
    }

    @usableFromInline
    static func wrongType(_ name: String) -> Trap {
        Trap.host("a handle does not stand for what the host function works on: \(name)")
    }

    /// The object of a representation, whatever it is.
    func entry(_ representation: UInt64) throws(Trap) -> AnyObject {
        guard representation < UInt64(entries.count), let entry = entries[Int(representation)].object
        else { throw Self.gone }
        return entry
    }

    /// Takes the object that the guest gave back for good.
    public func take<Resource: HostResource>(_ own: Own<Resource>) throws(Trap) -> Resource {
        let object: Resource = try self[own.representation]
        try remove(own.representation)
        return object
    }

    /// Removes an object.
    ///
    /// - Throws: a trap while it has children.
    func remove(_ representation: UInt64) throws(Trap) {
        guard representation < UInt64(entries.count) else { throw Self.gone }
        let index = Int(representation)
        guard entries[index].children == 0 else {
            throw Trap.host("a resource is dropped while others that depend on it are still there")
        }
        // Its end may lead back here, so it comes after all changes.
        guard let object = entries[index].object.take() else { throw Self.gone }
        let parent = entries[index].link
        if parent != 0 { entries[parent].children -= 1 }
        entries[index].link = firstFree
        firstFree = index
        count -= 1
        withExtendedLifetime(object) {}
    }

    /// - Parameter parent: the representation of an object that is there; 0 for none.
    func insert(_ object: AnyObject, parent representation: UInt64 = 0) throws(Trap) -> UInt64 {
        guard count < limits.entries else {
            throw Trap.host("the guest holds \(count) resources of the host, which is the limit")
        }
        count += 1
        let parent = Int(representation)
        if parent != 0 { entries[parent].children += 1 }
        guard firstFree != 0 else {
            if entries.isEmpty {
                entries.reserveCapacity(Self.firstCapacity)
                entries.append(Entry())
            }
            entries.append(Entry(object: object, link: parent))
            return UInt64(entries.count - 1)
        }
        let index = firstFree
        firstFree = entries[index].link
        entries[index] = Entry(object: object, link: parent)
        return UInt64(index)
    }

    private static var gone: Trap { Trap.host("a handle stands for a resource that is gone") }
}
