public import ComponentModel
public import WasmEngine

/// What a call of a synchronous function by the host needs, kept for the next call of the same function.
///
/// Such a call is a task like others, with a thread, so that everything that looks at the current task finds it. Only
/// the objects are used again, when nobody else has taken hold of them.
@safe
final class DirectFrame {
    let lift: LiftPlan
    let task: GuestTask
    let state: InstanceState
    let thread: GuestThread
    // Nobody else looks at it while the call lasts; the guest may be suspended in the middle.
    @exclusivity(unchecked) var context: CanonicalContext
    let storage: FlatStorage
    /// Whether others have taken hold of its objects.
    fileprivate var isUsedUp = false

    init(_ core: ComponentCore, _ lift: LiftPlan) {
        self.lift = lift
        let instance = core.instance(lift.instance)
        task = GuestTask(lift: lift, instance: instance, origin: nil)
        state = instance.state
        thread = task.implicitThread
        task.add(thread)
        unsafe context = core.context(lift.type.canonical, lift.options, instance)
        storage = FlatStorage(
            count: lift.hasFlatParameters ? max(1, lift.type.parameterFlatCount) : 1)
    }
}

extension DirectFrame {
    // In a method of the frame, which lives through the call, its objects need not be retained one by one.
    fileprivate func run(
        in core: ComponentCore, parameters: ComponentCore.Conversion, result: ComponentCore.Conversion
    ) throws(Trap) {
        do throws(CanonicalTrap) { try state.enter(from: nil) } catch { throw core.trap(error) }
        let previous = exchange(&core.current, with: thread)
        thread.isRunning = true
        task.state = .started
        if lift.takesBorrows {
            task.scope = state.openScope()
            unsafe context.borrowScope = task.scope
        }
        let start = storage.values
        var slots = start
        do throws(CanonicalTrap) {
            unsafe context.refresh()
            unsafe try parameters(&slots, &context)
        } catch { throw core.trap(error) }
        try core.call(core.function(lift.coreFunction), start)
        slots.position = 0
        do throws(CanonicalTrap) {
            if let scope = task.scope { try state.checkNoBorrows(scope) }
            unsafe context.refresh()
            unsafe try result(&slots, &context)
        } catch { throw core.trap(error) }
        task.state = .resolved
        if let postReturn = lift.options.postReturn {
            state.mayLeave = false
            try core.call(core.function(postReturn), start)
            state.mayLeave = true
        }
        try core.finish(self)
        core.current = previous
        state.leave(to: nil)
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
        let frame = takeFrame(lift)
        try frame.run(in: self, parameters: parameters, result: result)
        // A thread that has ended is not used again.
        if !frame.isUsedUp { spareFrame = frame }
    }

    private func takeFrame(_ lift: LiftPlan) -> DirectFrame {
        if let frame = spareFrame.take(), frame.lift === lift { return frame }
        return DirectFrame(self, lift)
    }

    /// The call's thread has ended, unless others still work for the task.
    fileprivate func finish(_ frame: DirectFrame) throws(Trap) {
        let task = frame.task
        let thread = frame.thread
        guard task.threadCount == 1, !thread.isWaiting else {
            frame.isUsedUp = true
            return try end(thread)
        }
        if thread.index != nil { task.instance.forget(thread) }
        if let scope = task.scope { task.instance.state.closeScope(scope) }
        task.scope = nil
        task.state = .initial
        thread.storage = (0, 0)
    }
}
