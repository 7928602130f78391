import ComponentModel
import WasmEngine

/// Calls that guest code makes (CanonicalABI.md, `canon lower`).
extension ComponentCore {
    func lower(_ plan: LowerPlan, _ values: borrowing RawValues) throws(Trap) {
        let instance = instances[plan.instance]
        try canonical { () throws(CanonicalTrap) in try instance.state.checkMayLeave() }
        if plan.type.isAsync, !plan.options.isAsync { try checkMayBlock() }
        switch (plan.callee, plan.options.isAsync) {
        case (.lifted(let lift), false): try callSync(plan, lift, instance, values)
        case (.lifted(let lift), true): try callAsync(plan, lift, instance, values)
        case (.host(let function), _): try callHost(plan, function, instance, values)
        }
    }

    /// The pointer to where a result that is not flat goes: the slot after the parameters.
    private func outParameter(_ plan: LowerPlan, _ slots: FlatValues) throws(Trap) -> UInt64? {
        let isAsync = plan.options.isAsync
        guard plan.type.resultFlatCount > (isAsync ? 0 : 1) else { return nil }
        let most = isAsync ? FunctionPlan.asyncParametersMax : FunctionPlan.parametersMax
        var slots = slots
        slots.position = plan.type.parameterFlatCount > most ? 1 : plan.type.parameterFlatCount
        return try canonical { () throws(CanonicalTrap) in try slots.nextPointer(plan.options.width) }
    }

    private func callSync(
        _ plan: LowerPlan, _ lift: LiftPlan, _ instance: ComponentInstanceState,
        _ values: borrowing RawValues
    ) throws(Trap) {
        // The slots are on the stack of the caller, who waits for the call's end.
        let slots = slots(of: values)
        let origin = GuestOrigin(
            plan, context(plan.type.canonical, plan.options, instance), slots,
            outParameter: try outParameter(plan, slots))
        _ = try invoke(lift, origin, from: instance)
        if !origin.isResolved { _ = try wait(isCancellable: false) { origin.isResolved } }
        origin.context.endLoans()
    }

    private func callAsync(
        _ plan: LowerPlan, _ lift: LiftPlan, _ instance: ComponentInstanceState,
        _ values: borrowing RawValues
    ) throws(Trap) {
        let (storage, copy) = try copied(values)
        let subtask = async.newSubtask()
        let origin = GuestOrigin(
            plan, context(plan.type.canonical, plan.options, instance), copy,
            outParameter: try outParameter(plan, copy), subtask: subtask, storage: storage)
        let task = try invoke(lift, origin, from: instance)
        if !origin.isResolved { callees[subtask] = .guest(task) }
        try finishAsync(subtask, instance, values)
    }

    private func copied(_ values: borrowing RawValues) throws(Trap) -> (FlatStorage, FlatValues) {
        let storage = FlatStorage(count: FunctionPlan.asyncParametersMax + 1)
        var slots = slots(of: values)
        var copy = storage.values
        try canonical { () throws(CanonicalTrap) in
            for _ in 0..<min(slots.count, FunctionPlan.asyncParametersMax + 1) {
                try copy.append(try slots.next(UInt64.self))
            }
        }
        copy.position = 0
        return (storage, copy)
    }

    private func finishAsync(
        _ subtask: SubtaskID, _ instance: ComponentInstanceState, _ values: borrowing RawValues
    ) throws(Trap) {
        let (packed, loans) = try canonical { () throws(CanonicalTrap) in
            try async.finishAsyncLower(subtask, in: instance.state)
        }
        endLoans(loans, in: instance)
        values[u32: 0] = packed
    }

    // MARK: - The host

    private func callHost(
        _ plan: LowerPlan, _ function: HostFunctionDefinition, _ instance: ComponentInstanceState,
        _ values: borrowing RawValues
    ) throws(Trap) {
        let slots = slots(of: values)
        var frame = HostFrame(
            core: self, type: plan.type, isAsync: plan.options.isAsync,
            context: context(plan.type.canonical, plan.options, instance), slots: slots,
            outParameter: try outParameter(plan, slots))
        let call = ComponentCall(store: store, part: plan.part)
        switch function.body {
        case .sync(let body):
            let thread = current
            try body(call, &frame)
            current = thread
            frame.context.endLoans()
            if plan.options.isAsync { values[u32: 0] = SubtaskState.returned.rawValue }
        case .async(let body): try callAsyncHost(plan, body, frame, call, instance, values)
        }
    }

    private func callAsyncHost(
        _ plan: LowerPlan,
        _ body: @Sendable (borrowing ComponentCall, inout HostFrame, HostTask) throws(Trap) -> Void,
        _ frame: HostFrame, _ call: borrowing ComponentCall, _ instance: ComponentInstanceState,
        _ values: borrowing RawValues
    ) throws(Trap) {
        var frame = frame
        var storage: FlatStorage?
        if plan.options.isAsync {
            let (kept, copy) = try copied(values)
            storage = kept
            frame.slots = copy
        }
        let subtask = async.newSubtask()
        let task = HostTask(core: self, frame: frame, storage: storage, subtask: subtask)
        try task.begin { (frame) throws(Trap) in try body(call, &frame, task) }
        if !async.state(subtask).isResolved {
            callees[subtask] = .host(task)
            task.stay()
        }
        if plan.options.isAsync { return try finishAsync(subtask, instance, values) }
        _ = try wait(isCancellable: false) { [async] in async.state(subtask).isResolved }
        callees[subtask] = nil
        endLoans(async.finishSyncLower(subtask), in: instance)
    }
}
