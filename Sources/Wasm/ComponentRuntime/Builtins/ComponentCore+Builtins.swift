import ComponentModel
import WasmEngine

/// The built-ins of the canonical ABI (CanonicalABI.md, canonical definitions).
extension ComponentCore {
    func run(_ builtin: Builtin, _ number: Int, _ values: borrowing RawValues) throws(Trap) {
        let instance = self.instance(number)
        switch builtin {
        case .resource(.representation, let type, let isWide):
            let representation = try canonical { () throws(CanonicalTrap) in
                try instance.state.handles.representation(values[u32: 0], type)
            }
            set(representation, isWide, values)
            return
        case .contextGet(let slot, let isWide):
            let storage = try currentThread().storage
            set(slot == 0 ? storage.0 : storage.1, isWide, values)
            return
        case .contextSet(let slot, let isWide):
            let value = isWide ? values[u64: 0] : UInt64(values[u32: 0])
            let thread = try currentThread()
            if slot == 0 { thread.storage.0 = value } else { thread.storage.1 = value }
            return
        case .plain(.backpressureIncrement):
            instance.backpressure += 1
            guard instance.backpressure < 1 << 16 else { throw Trap.host("backpressure counter overflow") }
            return
        case .plain(.backpressureDecrement):
            guard instance.backpressure > 0 else { throw Trap.host("backpressure counter underflow") }
            instance.backpressure -= 1
            return
        default: break
        }
        try canonical { () throws(CanonicalTrap) in try instance.state.checkMayLeave() }
        switch builtin {
        case .resource(let operation, let type, let isWide):
            try resource(operation, type, isWide, instance, values)
        case .plain(let builtin): try plain(builtin, instance, values)
        case .taskReturn(let type, let options, let key, let context):
            try taskReturn(type, options, key, context, values)
        case .subtaskCancel(let isAsync): try cancelSubtask(isAsync: isAsync, instance, values)
        case .errorContextNew(let options, let node): try newErrorContext(options, node, instance, values)
        case .errorContextMessage(let options, let node): try errorMessage(options, node, instance, values)
        case .waitableSetWait(let isCancellable, let memory):
            try checkMayBlock()
            let set = try canonical { () throws(CanonicalTrap) in
                try async.set(values[u32: 0], in: instance.state)
            }
            let event = try event(of: set, instance, isCancellable: isCancellable) { true }
            try store(event, memory, values)
        case .waitableSetPoll(let isCancellable, let memory):
            try poll(isCancellable: isCancellable, memory: memory, instance, values)
        case .thread(let operation, let isCancellable):
            try thread(operation, isCancellable: isCancellable, instance, values)
        case .threadNew(let table): try newThread(table: table, instance, values)
        case .contextGet, .contextSet: break
        }
    }

    private func set(_ value: UInt64, _ isWide: Bool, _ values: borrowing RawValues) {
        if isWide { values[u64: 0] = value } else { values[u32: 0] = UInt32(truncatingIfNeeded: value) }
    }

    private func plain(
        _ builtin: PlainBuiltin, _ instance: ComponentInstanceState, _ values: borrowing RawValues
    ) throws(Trap) {
        switch builtin {
        case .backpressureIncrement, .backpressureDecrement: break
        case .taskCancel: try cancelTask()
        case .subtaskDrop:
            try dropSubtask(values[u32: 0], instance)
        case .errorContextDrop:
            try canonical { () throws(CanonicalTrap) in
                try async.dropErrorContext(values[u32: 0], in: instance.state)
            }
        case .waitableSetNew:
            values[u32: 0] = try canonical { () throws(CanonicalTrap) in try async.newSet(in: instance.state)
            }
        case .waitableSetDrop:
            try canonical { () throws(CanonicalTrap) in
                try async.dropSet(values[u32: 0], in: instance.state)
            }
        case .waitableJoin:
            try canonical { () throws(CanonicalTrap) in
                try async.join(values[u32: 0], values[u32: 1], in: instance.state)
            }
        case .threadIndex: values[u32: 0] = instance.index(of: try currentThread())
        case .threadResumeLater:
            let other = try self.thread(values[u32: 0], instance)
            guard other.isSuspended else { throw Trap.host("cannot resume a thread which is not suspended") }
            startWaiting(other) { true }
        case .threadAvailableParallelism: values[u32: 0] = 1
        }
    }

    // MARK: - Resources

    private func resource(
        _ operation: ResourceOperation, _ type: RuntimeResourceType, _ isWide: Bool,
        _ instance: ComponentInstanceState, _ values: borrowing RawValues
    ) throws(Trap) {
        switch operation {
        case .new:
            let representation = isWide ? values[u64: 0] : UInt64(values[u32: 0])
            values[u32: 0] = try canonical { () throws(CanonicalTrap) in
                try instance.state.handles.addOwn(representation, type)
            }
        case .drop:
            let dropped = try canonical { () throws(CanonicalTrap) in
                try instance.state.dropResource(values[u32: 0], type)
            }
            if let dropped { try destroy(dropped, from: instance) }
        case .representation: break
        }
    }

    /// `resource.drop` for a type of the host.
    func dropHostResource(
        _ type: RuntimeResourceType, _ destroy: HostDestructor?, _ number: Int, _ values: borrowing RawValues
    ) throws(Trap) {
        let state = instance(number).state
        let handle: ResourceHandle
        do throws(CanonicalTrap) {
            try state.checkMayLeave()
            guard let dropped = try state.dropResource(values[u32: 0], type) else { return }
            handle = dropped
        } catch { throw trap(error) }
        try destroy?(ComponentCall(owner), handle.representation)
    }

    /// Runs the destructor of a resource whose last handle is gone.
    func destroy(_ handle: ResourceHandle, from caller: ComponentInstanceState?) throws(Trap) {
        guard handle.type.rawValue < HostResourceCounter.first else {
            try plan.hostDestructors[handle.type]?(ComponentCall(owner), handle.representation)
            return
        }
        let resource = plan.resources[Int(handle.type.rawValue)]
        let implementer = instance(resource.instance)
        try canonical { () throws(CanonicalTrap) in try implementer.state.enter(from: caller?.state) }
        if let destructor = resource.destructor {
            let task = GuestTask(
                lift: nil, instance: implementer, origin: nil, call: current?.task.call)
            try onCallersStack(task) { () throws(Trap) in
                try withSlots(1) { (slots) throws(Trap) in
                    var values = slots
                    try canonical { () throws(CanonicalTrap) in try values.append(handle.representation) }
                    try call(function(destructor), slots)
                }
            }
        }
        implementer.state.leave(to: caller?.state)
    }

    // MARK: - Tasks

    private func taskReturn(
        _ type: FunctionPlan, _ options: OptionsPlan, _ key: String, _ number: Int,
        _ values: borrowing RawValues
    ) throws(Trap) {
        let task = try currentThread().task
        guard let lift = task.lift, let origin = task.origin, lift.options.isAsync, lift.resultKey == key,
            lift.options.stringEncoding == options.stringEncoding,
            options.memory == nil || memoryNumber(lift.options) == memoryNumber(options)
        else { throw Trap.host("invalid `task.return` signature and/or options for current task") }
        var context = takeContext(number)
        var slots = slots(of: values)
        try resolve(task, origin, &context, type, most: FunctionPlan.parametersMax, &slots)
        giveBack(consume context, number)
    }

    private func memoryNumber(_ options: OptionsPlan) -> Int? {
        options.memory.map { plan.memories[$0].memory }
    }

    private func cancelTask() throws(Trap) {
        let task = try currentThread().task
        guard task.lift?.options.isAsync == true else {
            throw Trap.host("invalid `task.cancel` for current task")
        }
        guard task.state != .resolved else {
            throw Trap.host("`task.return` or `task.cancel` called more than once for current task")
        }
        guard task.state == .cancelDelivered else {
            throw Trap.host("`task.cancel` called by task which has not been cancelled")
        }
        if let scope = task.scope {
            try canonical { () throws(CanonicalTrap) in try task.instance.state.checkNoBorrows(scope) }
        }
        task.origin?.cancel(self)
        task.state = .resolved
    }

    private func cancelSubtask(
        isAsync: Bool, _ instance: ComponentInstanceState, _ values: borrowing RawValues
    ) throws(Trap) {
        if !isAsync { try checkMayBlock() }
        let step = try canonical { () throws(CanonicalTrap) in
            try async.cancel(values[u32: 0], isAsync: isAsync, in: instance.state)
        }
        switch step {
        case .event(let event, let loans):
            endLoans(loans, in: instance)
            values[u32: 0] = event.payload
        case .request(let subtask):
            switch callees[subtask] {
            case .guest(let task)?: try requestCancellation(task, from: instance)
            case .host(let task)?: task.onCancel?()
            case nil: break
            }
            if !async.state(subtask).isResolved {
                guard !isAsync else {
                    values[u32: 0] = AsyncConstants.blocked
                    return
                }
                async.setSyncWaiter(true, on: .subtask(subtask))
                _ = try wait(isCancellable: false) { [async] in async.state(subtask).isResolved }
                async.setSyncWaiter(false, on: .subtask(subtask))
            }
            guard let (state, loans) = async.cancelResult(subtask) else {
                throw Trap.host("a cancelled subtask has no result")
            }
            endLoans(loans, in: instance)
            values[u32: 0] = state.rawValue
        }
    }

    private func dropSubtask(_ index: UInt32, _ instance: ComponentInstanceState) throws(Trap) {
        let entry = try canonical { () throws(CanonicalTrap) in try instance.state.handles.entry(index) }
        try canonical { () throws(CanonicalTrap) in try async.dropSubtask(index, in: instance.state) }
        if case .subtask(let id) = entry { callees[id] = nil }
    }

    // MARK: - Waitable sets

    private func poll(
        isCancellable: Bool, memory: Int, _ instance: ComponentInstanceState, _ values: borrowing RawValues
    ) throws(Trap) {
        let set = try canonical { () throws(CanonicalTrap) in
            try async.set(values[u32: 0], in: instance.state)
        }
        var event = AsyncEvent.none
        if try currentThread().task.takePendingCancel(isCancellable) {
            event = .taskCancelled
        } else if let (taken, loans) = async.takeEvent(from: set) {
            endLoans(loans, in: instance)
            event = taken
        }
        try store(event, memory, values)
    }

    /// Writes an event where the guest wants it.
    private func store(_ event: AsyncEvent, _ memory: Int, _ values: borrowing RawValues) throws(Trap) {
        let view = view(of: self.memory(at: memory))
        let pointer = UInt64(values[u32: 1])
        try canonical { () throws(CanonicalTrap) in
            guard pointer & 3 == 0 else { throw CanonicalTrap(.memory, "unaligned pointer") }
            try view.store(event.index, at: pointer)
            try view.store(event.payload, at: pointer + 4)
        }
        values[u32: 0] = event.code.rawValue
    }

    // MARK: - Error contexts

    private func newErrorContext(
        _ options: OptionsPlan, _ node: FunctionPlan, _ instance: ComponentInstanceState,
        _ values: borrowing RawValues
    ) throws(Trap) {
        var context = context(node.canonical, options, instance)
        var slots = slots(of: values)
        values[u32: 0] = try canonical { () throws(CanonicalTrap) in
            let message = try context.liftValues(
                node.parameters, most: FunctionPlan.parametersMax, from: &slots)
            guard case .string(let text)? = message.first else { return 0 }
            return try async.newErrorContext(text, in: instance.state)
        }
    }

    private func errorMessage(
        _ options: OptionsPlan, _ node: FunctionPlan, _ instance: ComponentInstanceState,
        _ values: borrowing RawValues
    ) throws(Trap) {
        var context = context(node.canonical, options, instance)
        var slots = slots(of: values)
        try canonical { () throws(CanonicalTrap) in
            let message = try async.errorMessage(values[u32: 0], in: instance.state)
            slots.position = 1
            let pointer = try slots.nextPointer(options.width)
            try context.lowerValues(
                [.string(message)], node.result, most: 0, into: &slots, outParameter: pointer)
        }
    }
}
