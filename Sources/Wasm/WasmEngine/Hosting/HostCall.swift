/// One call of a guest into the host, as the host function sees it.
public struct HostCall: ~Copyable {
    /// The calling instance's store.
    public let store: Store

    @inline(__always)
    init(store: Store) { self.store = store }

    /// The calling guest's fiber. Host functions that never wait do not need it.
    ///
    /// - Throws: a trap when the guest was called without one (``Store/call(_:_:)``): it cannot wait there.
    public var fiber: Fiber {
        get throws(Trap) {
            guard let fiber = unsafe store.fiber else {
                throw Trap.host("the guest called a function that may wait, from a call that may not")
            }
            return fiber
        }
    }

    /// The guest's exported `memory`.
    ///
    /// - Throws: a trap when it exports none: the guest passed an address without saying of what.
    public var memory: GuestMemory {
        get throws(Trap) {
            guard let memory = store.memory else {
                throw Trap.host("the guest passed an address but exports no \"memory\"")
            }
            return memory
        }
    }

    /// An exported function of the first instance in the caller's store, for calls back into the guest.
    public func function(named name: String) -> Function? { store.firstInstance?.function(named: name) }

    /// A host feature's object for this instance.
    @inline(__always)
    public func state<State: AnyObject>(_ key: StateKey<State>) -> State { store[key] }

    /// Uses a host feature's object for this instance. Nothing is counted for it.
    @inline(__always)
    public func with<State: AnyObject, Result, Failure: Error>(
        _ key: StateKey<State>, _ body: (State) throws(Failure) -> Result
    ) throws(Failure) -> Result { try store.with(key, body) }
}

/// The Swift side of a host function: reads parameters from the slots, writes results to them.
public typealias HostFunction = @Sendable (borrowing HostCall, borrowing RawValues) throws(Trap) -> Void
