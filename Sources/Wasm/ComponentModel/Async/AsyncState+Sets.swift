/// Waitable sets (CanonicalABI.md, `waitable-set.*` and `waitable.join`).
extension AsyncState {
    /// `waitable-set.new`.
    public func newSet(in instance: InstanceState) throws(CanonicalTrap) -> UInt32 {
        let id = WaitableSetID(index: sets.add(SetState()))
        return try instance.handles.add(.waitableSet(id))
    }

    /// The set that a handle stands for.
    public func set(_ index: UInt32, in instance: InstanceState) throws(CanonicalTrap) -> WaitableSetID {
        let entry = try instance.handles.entry(index)
        guard case .waitableSet(let id) = entry else {
            throw .wrongHandle(index, expected: "waitable-set", found: entry.name)
        }
        return id
    }

    /// `waitable.join`; handle 0 takes the waitable out of its set.
    public func join(
        _ waitableIndex: UInt32, _ setIndex: UInt32, in instance: InstanceState
    ) throws(CanonicalTrap) {
        let waitable = try waitable(waitableIndex, in: instance)
        guard !state(of: waitable).hasSyncWaiter else {
            throw CanonicalTrap(
                .async,
                "waitable cannot be used synchronously while added to a waitable set, and joins none while it is"
            )
        }
        let set = setIndex == 0 ? nil : try set(setIndex, in: instance)
        try move(waitable, to: set)
    }

    func move(_ waitable: Waitable, to set: WaitableSetID?) throws(CanonicalTrap) {
        if let old = state(of: waitable).set { sets[old.index].members.removeAll { $0 == waitable } }
        try withWaitable(waitable) { (state) throws(CanonicalTrap) in state.set = set }
        if let set { sets[set.index].members.append(waitable) }
    }

    /// `waitable-set.drop`.
    public func dropSet(_ index: UInt32, in instance: InstanceState) throws(CanonicalTrap) {
        let id = try set(index, in: instance)
        guard sets[id.index].members.isEmpty else {
            throw CanonicalTrap(.async, "cannot drop waitable set with waitables in it")
        }
        guard sets[id.index].waiterCount == 0 else {
            throw CanonicalTrap(.async, "cannot drop waitable set with waiters")
        }
        try instance.handles.remove(index)
        sets.remove(id.index)
    }

    /// Whether a member of a set has an event.
    public func hasPendingEvent(_ set: WaitableSetID) -> Bool {
        sets[set.index].members.contains { hasPendingEvent($0) }
    }

    /// Delivers the event of one member. Members take turns, so that a busy one does not starve the others.
    public func takeEvent(from set: WaitableSetID) -> (event: AsyncEvent, endedLoans: [UInt32])? {
        guard let place = sets[set.index].members.firstIndex(where: { hasPendingEvent($0) }) else {
            return nil
        }
        let waitable = sets[set.index].members.remove(at: place)
        sets[set.index].members.append(waitable)
        return takeEvent(from: waitable)
    }

    /// A task begins to wait for a set, which cannot be dropped until it stops.
    public func beginWaiting(_ set: WaitableSetID) { sets[set.index].waiterCount += 1 }

    /// A task stops to wait for a set.
    public func endWaiting(_ set: WaitableSetID) { sets[set.index].waiterCount -= 1 }
}

/// Error contexts (CanonicalABI.md, `error-context.*`).
extension AsyncState {
    /// `error-context.new`.
    public func newErrorContext(
        _ message: String, in instance: InstanceState
    ) throws(CanonicalTrap) -> UInt32 {
        let id = ErrorContextID(index: contexts.add(ErrorContextState(message: message, references: 1)))
        return try instance.handles.add(.errorContext(id))
    }

    /// `error-context.debug-message`.
    public func errorMessage(_ index: UInt32, in instance: InstanceState) throws(CanonicalTrap) -> String {
        contexts[try errorContext(index, in: instance).index].message
    }

    /// `error-context.drop`.
    public func dropErrorContext(_ index: UInt32, in instance: InstanceState) throws(CanonicalTrap) {
        let id = try errorContext(index, in: instance)
        try instance.handles.remove(index)
        release(id)
    }

    /// One more handle stands for an error context.
    public func retain(_ id: ErrorContextID) { contexts[id.index].references += 1 }

    /// One handle less.
    public func release(_ id: ErrorContextID) {
        contexts[id.index].references -= 1
        if contexts[id.index].references == 0 { contexts.remove(id.index) }
    }

    private func errorContext(
        _ index: UInt32, in instance: InstanceState
    ) throws(CanonicalTrap) -> ErrorContextID {
        let entry = try instance.handles.entry(index)
        guard case .errorContext(let id) = entry else {
            throw .wrongHandle(index, expected: "error-context", found: entry.name)
        }
        return id
    }
}
