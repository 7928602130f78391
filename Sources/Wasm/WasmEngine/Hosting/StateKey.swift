import Synchronization

/// Names one host feature's per-instance object in a ``Store``.
///
/// Keys are made once per process, by the module that owns the feature. A look-up is an index and a cast without a
/// check: the key's type and the stored object's type are the same by construction.
public struct StateKey<State: AnyObject>: Sendable {
    let index: Int

    /// A new key. At most ``Store/statesMax`` exist in a process.
    public init(_: State.Type = State.self) {
        index = StateKeyCounter.next.add(1, ordering: .relaxed).oldValue
        precondition(index < Store.statesMax, "more host features than a store has room for")
    }
}

/// Makes objects of host features for a store when a guest first needs one of them: many never do.
public protocol StateProvider: AnyObject {
    /// Sets those of its objects that the store lacks.
    func provide(in store: Store)
}

private enum StateKeyCounter {
    static let next = Atomic<Int>(0)
}
