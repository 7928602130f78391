import ComponentModel
import WasmEngine

/// Threads that guests make (CanonicalABI.md, `thread.*`).
extension ComponentCore {
    func thread(_ index: UInt32, _ instance: ComponentInstanceState) throws(Trap) -> GuestThread {
        guard Int(index) < instance.threads.count, let thread = instance.threads[Int(index)] else {
            throw Trap.host("unknown thread index \(index)")
        }
        return thread
    }

    func newThread(
        table: Int, _ instance: ComponentInstanceState, _ values: borrowing RawValues
    ) throws(Trap) {
        let task = try currentThread().task
        guard let (function, type) = store.function(at: values[u32: 0], of: self.table(table)) else {
            throw Trap.host("thread.new-indirect: undefined element or null reference")
        }
        guard type == FunctionType([.i32], []) else {
            throw Trap.host("thread.new-indirect: indirect call type mismatch")
        }
        let argument = values[u32: 1]
        let thread = GuestThread(task: task)
        try giveStack(to: thread) { [self] () throws(Trap) in
            try withSlots(1) { (slots) throws(Trap) in
                var values = slots
                try canonical { () throws(CanonicalTrap) in try values.append(argument) }
                try call(function, slots)
            }
            try end(thread)
        }
        task.add(thread)
        values[u32: 0] = instance.index(of: thread)
    }

    func thread(
        _ operation: ThreadOperation, isCancellable: Bool, _ instance: ComponentInstanceState,
        _ values: borrowing RawValues
    ) throws(Trap) {
        if operation == .suspend { try checkMayBlock() }
        let thread = try currentThread()
        let other = operation.takesThread ? try self.thread(values[u32: 0], instance) : nil
        values[u32: 0] =
            try stop(thread, operation, other, isCancellable: isCancellable) ? 1 : 0
    }

    private func stop(
        _ thread: GuestThread, _ operation: ThreadOperation, _ other: GuestThread?, isCancellable: Bool
    ) throws(Trap) -> Bool {
        var target = other
        switch operation {
        case .yield, .suspend: break
        case .suspendThenResume, .yieldThenResume:
            guard other?.isSuspended == true else {
                throw Trap.host("cannot resume a thread which is not suspended")
            }
        case .suspendThenPromote, .yieldThenPromote:
            // Only a thread that could go on anyway goes first.
            if other?.condition?() != true { target = nil }
        }
        if thread.task.takePendingCancel(isCancellable) { return true }
        switch operation {
        case .yield, .yieldThenResume, .yieldThenPromote: startWaiting(thread) { true }
        case .suspend, .suspendThenResume, .suspendThenPromote: break
        }
        return try block(thread, isCancellable: isCancellable, switchingTo: target)
    }
}
