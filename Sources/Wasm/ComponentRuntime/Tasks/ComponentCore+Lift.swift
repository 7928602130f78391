import ComponentModel
import WasmEngine

/// Calls of functions that guest code implements (CanonicalABI.md, `canon lift`).
extension ComponentCore {
    /// Begins a call, which runs until it blocks or ends.
    ///
    /// - Parameter call: the host's call that begins with it; what a guest calls belongs to that of the caller.
    func invoke(
        _ lift: LiftPlan, _ origin: CallOrigin, from caller: ComponentInstanceState?, call: GuestCall? = nil
    ) throws(Trap) -> GuestTask {
        let instance = self.instance(lift.instance)
        if let caller, caller.isAround(instance) || instance.isAround(caller) { throw trap(.cannotEnter) }
        try canonical { () throws(CanonicalTrap) in try instance.state.enter(from: caller?.state) }
        let call = caller == nil ? call : current?.task.call
        let task = GuestTask(lift: lift, instance: instance, origin: origin, call: call)
        call?.taskBegan()
        if lift.type.isAsync {
            let thread = task.implicitThread
            try giveStack(to: thread) { [self] () throws(Trap) in try runImplicitThread(task) }
            try resume(thread)
        } else {
            try onCallersStack(task) { () throws(Trap) in try runImplicitThread(task) }
        }
        instance.state.leave(to: caller?.state)
        return task
    }

    /// Runs a task that does not block on the stack of whoever called.
    func onCallersStack(_ task: GuestTask, _ body: () throws(Trap) -> Void) throws(Trap) {
        let previous = current
        current = task.implicitThread
        task.implicitThread.isRunning = true
        try body()
        current = previous
    }

    func giveStack(to thread: GuestThread, _ body: @escaping HostEntry) throws(Trap) {
        guard stacks.count < limits.tasks else {
            throw Trap.host("the component has more than \(limits.tasks) calls under way")
        }
        // The task stays alive as long as its stack.
        let task = thread.task
        thread.coroutine = Coroutine(store: store) { () throws(Trap) in
            try body()
            _ = task
        }
        rememberStack(of: thread)
    }

    private func runImplicitThread(_ task: GuestTask) throws(Trap) {
        guard let lift = task.lift, let origin = task.origin else { return }
        guard try enterImplicitThread(task) else { return }
        task.scope = task.instance.state.openScope()
        let parameters =
            lift.type.parameterFlatCount > FunctionPlan.parametersMax ? 1 : lift.type.parameterFlatCount
        if lift.options.isAsync {
            var packed: UInt32 = 0
            try withSlots(max(parameters, 1)) { (slots) throws(Trap) in
                var values = slots
                try start(task, origin, lift, &values)
                try call(function(lift.coreFunction), slots)
                values.position = 0
                packed = try canonical { () throws(CanonicalTrap) in try values.next(UInt32.self) }
            }
            if let callback = lift.options.callback { try runCallback(function(callback), task, packed) }
        } else {
            try withSlots(max(parameters, 1)) { (slots) throws(Trap) in
                var values = slots
                try start(task, origin, lift, &values)
                try call(function(lift.coreFunction), slots)
                values.position = 0
                var context = takeContext(lift.context)
                try resolve(task, origin, &context, lift.type, most: 1, &values)
                giveBack(consume context, lift.context)
                if let postReturn = lift.options.postReturn {
                    task.instance.state.mayLeave = false
                    try call(function(postReturn), slots)
                    task.instance.state.mayLeave = true
                }
            }
        }
        try exitImplicitThread(task)
    }

    private func start(
        _ task: GuestTask, _ origin: CallOrigin, _ lift: LiftPlan, _ values: inout FlatValues
    ) throws(Trap) {
        task.state = .started
        var context = takeContext(lift.context)
        context.borrowScope = task.scope
        try origin.start(self, into: &context, lift.type, &values)
        context.borrowScope = nil
        giveBack(consume context, lift.context)
    }

    /// The result is there: checks what the guest still holds, and hands the result to the caller.
    func resolve(
        _ task: GuestTask, _ origin: CallOrigin, _ context: inout CanonicalContext, _ type: FunctionPlan,
        most: Int, _ values: inout FlatValues
    ) throws(Trap) {
        guard task.state != .resolved else {
            throw Trap.host("`task.return` or `task.cancel` called more than once for current task")
        }
        if let scope = task.scope {
            try canonical { () throws(CanonicalTrap) in try task.instance.state.checkNoBorrows(scope) }
        }
        try origin.resolve(self, from: &context, type, most: most, &values)
        task.state = .resolved
    }

    /// - Returns: false when the call was cancelled before it began.
    private func enterImplicitThread(_ task: GuestTask) throws(Trap) -> Bool {
        let instance = task.instance
        let thread = task.implicitThread
        guard task.isAsyncType else {
            task.add(thread)
            return true
        }
        let mayEnter = { instance.backpressure == 0 && !(task.needsExclusive && instance.exclusive != nil) }
        // Who has the instance to itself and could go on goes first.
        while !mayEnter(), let holder = instance.exclusive, holder.condition?() == true { try resume(holder) }
        if !mayEnter() || instance.waitingToEnter > 0 {
            instance.waitingToEnter += 1
            let wasCancelled = try wait(isCancellable: true, goesOn: false, until: mayEnter)
            instance.waitingToEnter -= 1
            if wasCancelled {
                task.origin?.cancel(self)
                task.state = .resolved
                task.call?.taskEnded()
                return false
            }
        }
        if task.needsExclusive { instance.exclusive = thread }
        task.add(thread)
        return true
    }

    private func exitImplicitThread(_ task: GuestTask) throws(Trap) {
        try end(task.implicitThread)
        if task.isAsyncType, task.needsExclusive { task.instance.exclusive = nil }
    }

    /// A thread of a task is over. The last one must leave a result behind.
    func end(_ thread: GuestThread) throws(Trap) {
        let task = thread.task
        task.remove(thread)
        task.instance.forget(thread)
        guard task.threadCount == 0 else { return }
        guard task.state == .resolved else {
            throw Trap.host("async-lifted export failed to produce a result")
        }
        if let scope = task.scope { task.instance.state.closeScope(scope) }
        // What runs for a call without being one, a destructor, was not counted.
        if task.lift != nil { task.call?.taskEnded() }
    }

    private func runCallback(
        _ callback: FunctionID, _ task: GuestTask, _ first: UInt32
    ) throws(Trap) {
        let instance = task.instance
        let thread = task.implicitThread
        var packed = first
        while true {
            let request = try canonical { () throws(CanonicalTrap) in try CallbackRequest(packed: packed) }
            if request == .exit { return }
            instance.exclusive = nil
            let event = try nextEvent(request, instance)
            instance.exclusive = thread
            packed = try withSlots(3) { (slots) throws(Trap) in
                var values = slots
                try canonical { () throws(CanonicalTrap) in
                    try values.append(event.code.rawValue)
                    try values.append(event.index)
                    try values.append(event.payload)
                }
                try call(callback, slots)
                values.position = 0
                return try canonical { () throws(CanonicalTrap) in try values.next(UInt32.self) }
            }
        }
    }

    private func nextEvent(
        _ request: CallbackRequest, _ instance: ComponentInstanceState
    ) throws(Trap) -> AsyncEvent {
        let isFree = { instance.exclusive == nil }
        guard case .wait(let index) = request else {
            let wasCancelled = try wait(
                isCancellable: true, goesOn: false, mayRun: isFree, until: isFree)
            return wasCancelled ? .taskCancelled : .none
        }
        let set = try canonical { () throws(CanonicalTrap) in try async.set(index, in: instance.state) }
        return try event(of: set, instance, isCancellable: true, and: isFree)
    }

    /// Waits for an event of a set.
    func event(
        of set: WaitableSetID, _ instance: ComponentInstanceState, isCancellable: Bool,
        and condition: @escaping () -> Bool
    ) throws(Trap) -> AsyncEvent {
        async.beginWaiting(set)
        let wasCancelled = try wait(isCancellable: isCancellable, mayRun: condition) { [async] in
            condition() && async.hasPendingEvent(set)
        }
        async.endWaiting(set)
        if wasCancelled { return .taskCancelled }
        guard let (event, loans) = async.takeEvent(from: set) else { return .none }
        endLoans(loans, in: instance)
        return event
    }

    func endLoans(_ loans: [UInt32], in instance: ComponentInstanceState) {
        for index in loans { instance.state.handles.endLoan(index) }
    }

    /// The caller of a task asks it to stop (CanonicalABI.md, `Task.request_cancellation`).
    func requestCancellation(_ task: GuestTask, from caller: ComponentInstanceState?) throws(Trap) {
        switch task.state {
        case .initial:
            task.state = .cancelDelivered
            let thread = task.implicitThread
            let instance = task.instance
            let mayEnter = instance.state.mayEnter(from: caller?.state)
            if mayEnter {
                try canonical { () throws(CanonicalTrap) in try instance.state.enter(from: caller?.state) }
            }
            try resume(thread, isCancelled: true)
            if mayEnter { instance.state.leave(to: caller?.state) }
        case .started:
            let instance = task.instance
            let isTaken =
                task.needsExclusive && instance.exclusive != nil && instance.exclusive !== task.implicitThread
            let candidate = task.threads.first { thread in
                thread.isCancellable && !thread.isRunning && !(isTaken && thread === task.implicitThread)
            }
            guard let candidate, instance.state.mayEnter(from: caller?.state) else {
                task.state = .pendingCancel
                return
            }
            task.state = .cancelDelivered
            try canonical { () throws(CanonicalTrap) in try instance.state.enter(from: caller?.state) }
            try resume(candidate, isCancelled: true)
            instance.state.leave(to: caller?.state)
        case .pendingCancel, .cancelDelivered, .resolved: break
        }
    }
}
