public import ComponentModel
public import WasmEngine

/// What a call of a synchronous function by the host needs, kept for the next call of the same function.
///
/// Such a call is a task like others, with a thread, so that everything that looks at the current task finds it. Only
/// the objects are used again, when nobody else has taken hold of them.
@safe
final class DirectFrame {
    let lift: LiftPlan
    var task: GuestTask
    let thread: GuestThread
    // Nobody else looks at it while the call lasts; the guest may be suspended in the middle.
    @exclusivity(unchecked) var context: CanonicalContext
    let storage: FlatStorage

    init(_ core: ComponentCore, _ lift: LiftPlan) {
        self.lift = lift
        let instance = core.instances[lift.instance]
        task = GuestTask(lift: lift, instance: instance, origin: nil)
        thread = task.implicitThread
        task.threads.append(thread)
        unsafe context = core.context(lift.type.canonical, lift.options, instance)
        storage = FlatStorage(
            count: lift.hasFlatParameters ? max(1, lift.type.parameterFlatCount) : 1)
    }
}

extension ComponentCore {
    /// One half of the canonical ABI's work for a call.
    @usableFromInline
    typealias Conversion = (inout FlatValues, inout CanonicalContext) throws(CanonicalTrap) -> Void

    /// Calls a synchronous function from the host: ``invoke(_:_:from:)`` without what only others need.
    @usableFromInline
    func callDirectly(
        _ lift: LiftPlan, parameters: Conversion, result: Conversion
    ) throws(Trap) {
        let state = instances[lift.instance].state
        do throws(CanonicalTrap) { try state.enter(from: nil) } catch { throw trap(error) }
        let frame = takeFrame(lift)
        let task = frame.task
        let previous = current
        current = frame.thread
        frame.thread.isRunning = true
        task.state = .started
        if lift.takesBorrows {
            task.scope = state.openScope()
            unsafe frame.context.borrowScope = task.scope
        }
        let start = frame.storage.values
        var slots = start
        do throws(CanonicalTrap) {
            unsafe frame.context.refresh()
            unsafe try parameters(&slots, &frame.context)
        } catch { throw trap(error) }
        try call(function(lift.coreFunction), start)
        slots.position = 0
        do throws(CanonicalTrap) {
            if let scope = task.scope { try state.checkNoBorrows(scope) }
            unsafe frame.context.refresh()
            unsafe try result(&slots, &frame.context)
        } catch { throw trap(error) }
        task.state = .resolved
        if let postReturn = lift.options.postReturn {
            state.mayLeave = false
            try call(function(postReturn), start)
            state.mayLeave = true
        }
        try giveBack(frame)
        current = previous
        state.leave(to: nil)
    }

    private func takeFrame(_ lift: LiftPlan) -> DirectFrame {
        if let frame = spareFrame, frame.lift === lift {
            spareFrame = nil
            return frame
        }
        return DirectFrame(self, lift)
    }

    private func giveBack(_ frame: DirectFrame) throws(Trap) {
        let task = frame.task
        let thread = frame.thread
        guard task.threads.count == 1, !thread.isWaiting else { return try end(thread) }
        if thread.index != nil { task.instance.forget(thread) }
        if let scope = task.scope { task.instance.state.closeScope(scope) }
        task.scope = nil
        task.state = .initial
        thread.storage = (0, 0)
        spareFrame = frame
    }
}
