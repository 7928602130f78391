import ComponentModel
import WasmEngine

/// Calls that guest code makes (CanonicalABI.md, `canon lower`).
extension ComponentCore {
    /// A call of another component.
    func lower(_ plan: LowerPlan, _ lift: LiftPlan, _ values: borrowing RawValues) throws(Trap) {
        let instance = self.instance(plan.instance)
        try canonical { () throws(CanonicalTrap) in try instance.state.checkMayLeave() }
        if plan.type.isAsync, !plan.options.isAsync { try checkMayBlock() }
        if plan.options.isAsync {
            try callAsync(plan, lift, instance, values)
        } else {
            try callSync(plan, lift, instance, values)
        }
    }

    /// The address of a result that is not flat.
    private func outParameter(_ plan: LowerPlan, _ slots: FlatValues) throws(Trap) -> UInt64? {
        guard let slot = plan.outSlot else { return nil }
        var slots = slots
        slots.position = slot
        do throws(CanonicalTrap) {
            return try slots.nextPointer(plan.options.width)
        } catch { throw trap(error) }
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

    /// Calls a function of the host. Gives the trap that ended the call.
    func callHost(
        _ plan: LowerPlan, _ body: HostInterface.HostBody, _ values: borrowing RawValues
    ) -> Trap? {
        do throws(Trap) {
            var context = takeContext(plan.context)
            try checkMayCall(plan, context)
            let slots = slots(of: values)
            var frame = HostFrame(
                core: self, plan: plan, slots: slots, outParameter: try outParameter(plan, slots))
            // Whoever runs the thread has it.
            let thread = current.map { Uncounted($0) }
            try body(ComponentCall(owner, part: plan.part), &frame, &context)
            if let thread, !thread.isSame(as: current) { current = thread.object }
            context.endLoans()
            if plan.options.isAsync { values[u32: 0] = SubtaskState.returned.rawValue }
            giveBack(consume context, plan.context)
            return nil
        } catch { return error }
    }

    private func checkMayCall(_ plan: LowerPlan, _ context: borrowing CanonicalContext) throws(Trap) {
        do throws(CanonicalTrap) { try context.instance.checkMayLeave() } catch { throw trap(error) }
        if plan.type.isAsync, !plan.options.isAsync { try checkMayBlock() }
    }

    /// Calls an `async` function of the host.
    func callHost(
        _ plan: LowerPlan, async body: HostFunctionDefinition.AsyncBody, _ values: borrowing RawValues
    ) throws(Trap) {
        let instance = self.instance(plan.instance)
        let context = takeContext(plan.context)
        try checkMayCall(plan, context)
        var slots = slots(of: values)
        let outParameter = try outParameter(plan, slots)
        var storage: FlatStorage?
        if plan.options.isAsync {
            let (kept, copy) = try copied(values)
            storage = kept
            slots = copy
        }
        let subtask = async.newSubtask()
        let task = HostTask(
            core: self, frame: HostFrame(core: self, plan: plan, slots: slots, outParameter: outParameter),
            context: context, storage: storage, subtask: subtask)
        try task.begin { (frame, context) throws(Trap) in
            try body(ComponentCall(owner, part: plan.part), &frame, &context, task)
        }
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
