/// Calls that an instance started (CanonicalABI.md, subtask state, `subtask.*`).
extension AsyncState {
    /// The begin of a call, before its parameters are lifted.
    public func newSubtask() -> SubtaskID { SubtaskID(index: subtasks.add(SubtaskEntry())) }

    /// The state of a call.
    public func state(_ id: SubtaskID) -> SubtaskState { subtasks[id.index].state }

    /// The callee took the parameters; handles that were lent for it stay lent until the call's end is delivered.
    public func start(_ id: SubtaskID, loans: [UInt32]) {
        subtasks[id.index].state = .started
        subtasks[id.index].lenders = loans
        progress(id)
    }

    /// The callee returned, or was cancelled.
    public func resolve(_ id: SubtaskID, isCancelled: Bool) {
        let state = subtasks[id.index].state
        guard !state.isResolved else { return }
        subtasks[id.index].state =
            !isCancelled ? .returned : state == .starting ? .cancelledBeforeStarted : .cancelledBeforeReturned
        progress(id)
    }

    /// Only a call that has a handle has anyone to tell.
    private func progress(_ id: SubtaskID) {
        if subtasks[id.index].index != 0 { subtasks[id.index].waitable.pending = .subtask }
    }

    /// The caller got control back from an async call: what the built-in returns. A call that is over already leaves
    /// no subtask behind.
    ///
    /// - Returns: the packed value, and handles whose loans ended.
    public func finishAsyncLower(
        _ id: SubtaskID, in instance: InstanceState
    ) throws(CanonicalTrap) -> (packed: UInt32, endedLoans: [UInt32]) {
        let entry = subtasks[id.index]
        if entry.state.isResolved {
            subtasks.remove(id.index)
            return (SubtaskState.returned.rawValue, entry.lenders ?? [])
        }
        let index = try instance.handles.add(.subtask(id))
        subtasks[id.index].index = index
        return (entry.state.rawValue | index << 4, [])
    }

    /// The caller of a synchronous call saw its end: handles whose loans ended.
    public func finishSyncLower(_ id: SubtaskID) -> [UInt32] {
        defer { subtasks.remove(id.index) }
        return subtasks[id.index].lenders ?? []
    }

    /// What `subtask.cancel` has to do.
    public enum CancelStep: Sendable, Hashable {
        /// The call was over: this is its event.
        case event(AsyncEvent, endedLoans: [UInt32])
        /// Ask the callee to stop, then call ``cancelResult(_:)``.
        case request(SubtaskID)
    }

    /// The first half of `subtask.cancel`.
    public func cancel(
        _ index: UInt32, isAsync: Bool, in instance: InstanceState
    ) throws(CanonicalTrap) -> CancelStep {
        let entry = try instance.handles.entry(index)
        guard case .subtask(let id) = entry else {
            throw .wrongHandle(index, expected: "subtask", found: entry.name)
        }
        let subtask = subtasks[id.index]
        guard subtask.lenders != nil else {
            throw CanonicalTrap(.async, "`subtask.cancel` called after terminal status delivered")
        }
        guard !subtask.isCancellationRequested else {
            throw CanonicalTrap(.async, "`subtask.cancel` called a second time")
        }
        guard isAsync || subtask.waitable.set == nil else { throw Self.inSetTrap }
        if subtask.state.isResolved, let (event, loans) = takeEvent(from: .subtask(id)) {
            return .event(event, endedLoans: loans)
        }
        subtasks[id.index].isCancellationRequested = true
        return .request(id)
    }

    /// The second half: the call's state if it is over. If not, an async built-in returns `BLOCKED`, and a synchronous
    /// one waits and asks again.
    public func cancelResult(_ id: SubtaskID) -> (state: SubtaskState, endedLoans: [UInt32])? {
        guard subtasks[id.index].state.isResolved, let (_, loans) = takeEvent(from: .subtask(id)) else {
            return nil
        }
        return (subtasks[id.index].state, loans)
    }

    /// `subtask.drop`.
    public func dropSubtask(_ index: UInt32, in instance: InstanceState) throws(CanonicalTrap) {
        let entry = try instance.handles.entry(index)
        guard case .subtask(let id) = entry else {
            throw .wrongHandle(index, expected: "subtask", found: entry.name)
        }
        guard subtasks[id.index].lenders == nil else {
            throw CanonicalTrap(.async, "cannot drop a subtask which has not yet resolved")
        }
        try instance.handles.remove(index)
        try move(.subtask(id), to: nil)
        subtasks.remove(id.index)
    }
}
