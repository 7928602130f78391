/// What the canonical ABI keeps for a component instance (CanonicalABI.md, component instances).
///
/// One per instance, used on the instance's own event loop only.
public final class InstanceState {
    /// The handles.
    public var handles: HandleTable
    /// Whether code of the instance may call out: off while `realloc` and `post-return` run.
    public var mayLeave = true
    /// Whether the instance may be entered: off while it, or an instance in it, is on the stack.
    public private(set) var mayEnter = true
    /// The instance that this one is nested in.
    public let parent: InstanceState?
    /// Who the instance is to the streams and futures that it holds.
    public let owner: ChannelOwner
    /// Resource types by their numbers in the component's types.
    public var resourceTypes: [RuntimeResourceType?]
    /// Resource types that the instance itself makes; borrowed handles to them are lowered as representations.
    public var ownResourceTypes: Set<RuntimeResourceType> = []
    /// By number of scope: how many borrowed handles of a call are still there.
    private var scopes: [UInt32?] = []
    private var freeScopes: [UInt32] = []

    /// The state of a fresh instance of a component with so many resource types.
    public init(
        parent: InstanceState? = nil, owner: ChannelOwner = ChannelOwner(rawValue: 0),
        resourceTypeCount: Int = 0, handleLimit: Int = 1 << 20
    ) {
        self.parent = parent
        self.owner = owner
        handles = HandleTable(limit: handleLimit)
        resourceTypes = Array(repeating: nil, count: resourceTypeCount)
    }

    /// Whether this instance is `other`, or around it. Nesting is bounded by `ComponentLimits.nesting`.
    private func isOrIsAround(_ other: InstanceState?) -> Bool {
        var next = other
        while let instance = next {
            if instance === self { return true }
            next = instance.parent
        }
        return false
    }

    /// Goes through the instances that a call from `caller` enters: this one and those around it that are not around
    /// the caller as well.
    private func forEachEntered(from caller: InstanceState?, _ body: (InstanceState) -> Void) {
        var next: InstanceState? = self
        while let instance = next, !instance.isOrIsAround(caller) {
            body(instance)
            next = instance.parent
        }
    }

    /// Whether a call from an instance, or from the host, may enter.
    public func mayEnter(from caller: InstanceState?) -> Bool {
        var mayEnter = true
        forEachEntered(from: caller) { mayEnter = mayEnter && $0.mayEnter }
        return mayEnter
    }

    /// A call enters (CanonicalABI.md, component instances).
    public func enter(from caller: InstanceState?) throws(CanonicalTrap) {
        if parent == nil, caller == nil {
            guard mayEnter else { throw .cannotEnter }
            mayEnter = false
            return
        }
        guard mayEnter(from: caller) else { throw .cannotEnter }
        forEachEntered(from: caller) { $0.mayEnter = false }
    }

    /// A call leaves, back to where it came from.
    public func leave(to caller: InstanceState?) {
        if parent == nil, caller == nil {
            mayEnter = true
            return
        }
        forEachEntered(from: caller) { $0.mayEnter = true }
    }

    /// A trap happened while code of the instance ran: it is never entered again.
    public func poison() { mayEnter = false }

    /// The check that each built-in begins with.
    public func checkMayLeave() throws(CanonicalTrap) {
        guard mayLeave else { throw .cannotLeave }
    }

    /// The runtime's identity of a resource type of the component.
    public func resourceType(_ id: ResourceID) throws(CanonicalTrap) -> RuntimeResourceType {
        guard id.rawValue < resourceTypes.count, let type = resourceTypes[Int(id.rawValue)] else {
            throw CanonicalTrap(.guest, "resource type \(id.rawValue) is not linked")
        }
        return type
    }

    /// Sets the runtime's identity of a resource type of the component.
    public func setResourceType(_ id: ResourceID, _ type: RuntimeResourceType) {
        while resourceTypes.count <= id.rawValue { resourceTypes.append(nil) }
        resourceTypes[Int(id.rawValue)] = type
    }

    /// The start of a call into the instance that may be given borrowed handles.
    public func openScope() -> BorrowScopeID {
        if let index = freeScopes.popLast() {
            scopes[Int(index)] = 0
            return BorrowScopeID(index: index)
        }
        scopes.append(0)
        return BorrowScopeID(index: UInt32(scopes.count - 1))
    }

    /// How many borrowed handles of a call are still there.
    public func borrowCount(_ scope: BorrowScopeID) -> UInt32 { scopes[Int(scope.index)] ?? 0 }

    /// The call returns its result: every borrowed handle must be gone (CanonicalABI.md, `Task.return_`).
    public func checkNoBorrows(_ scope: BorrowScopeID) throws(CanonicalTrap) {
        guard borrowCount(scope) == 0 else {
            throw CanonicalTrap(.resource, "borrow handles still remain at the end of the call")
        }
    }

    /// The end of a call; its number may be used again.
    public func closeScope(_ scope: BorrowScopeID) {
        guard scopes[Int(scope.index)] != nil else { return }
        scopes[Int(scope.index)] = nil
        freeScopes.append(scope.index)
    }

    /// Lowers a `borrow` for a call into this instance.
    public func addBorrow(
        _ representation: UInt64, _ type: RuntimeResourceType, _ scope: BorrowScopeID
    ) throws(CanonicalTrap) -> UInt32 {
        let index = try handles.add(
            .resource(
                ResourceHandle(type: type, representation: representation, isOwn: false, scope: scope)))
        scopes[Int(scope.index)] = borrowCount(scope) + 1
        return index
    }

    /// `resource.drop`: what the runtime has to destroy, if the handle owned it.
    public func dropResource(
        _ index: UInt32, _ type: RuntimeResourceType
    ) throws(CanonicalTrap) -> ResourceHandle? {
        let handle = try handles.drop(index, type)
        if handle.isOwn { return handle }
        if let scope = handle.scope, let count = scopes[Int(scope.index)], count > 0 {
            scopes[Int(scope.index)] = count - 1
        }
        return nil
    }
}
