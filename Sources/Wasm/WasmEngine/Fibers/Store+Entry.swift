import CWasmtime

/// Host code that runs on a guest's stack, so that what it calls may wait.
public typealias HostEntry = () throws(Trap) -> Void

/// How host code gets onto a stack: the engine calls a function of the host there, which runs what is to start.
extension Store {
    func entryFunction() -> wasmtime_func_t {
        if let entry = unsafe entry { return unsafe entry }
        var function = unsafe wasmtime_func_t()
        unsafe wasmtime_func_new_unchecked(context, plainType, Self.runEntry, nil, nil, &function)
        unsafe entry = function
        return unsafe function
    }

    private static let runEntry: wasmtime_func_unchecked_callback_t = { _, caller, _, _ in
        guard let data = unsafe wasmtime_context_get_data(wasmtime_caller_context(caller)) else { return nil }
        // Whoever entered the guest owns the store.
        let store = unsafe Unmanaged<Store>.fromOpaque(data).takeUnretainedValue()
        let body = store.startingEntry
        store.startingEntry = nil
        do throws(Trap) {
            try body?()
            return nil
        } catch {
            return unsafe store.record(error)
        }
    }

    /// Leaves the present stack by the epoch check at the entry of a function made for that.
    func callSuspender() throws(Trap) {
        var function = unsafe try suspendingFunction()
        unsafe isSwitching = true
        unsafe wasmtime_context_set_epoch_deadline(context, 0)
        var trap: OpaquePointer?
        let error = unsafe wasmtime_func_call_unchecked(context, &function, nil, 0, &trap)
        if let trap = unsafe self.trap(consuming: trap, error: error) { throw trap }
    }

    /// The time slice of a coroutine is over: whoever resumed it gives way too.
    func preemptStack() throws(Trap) {
        var function = unsafe try suspendingFunction()
        unsafe wasmtime_context_set_epoch_deadline(context, 0)
        var trap: OpaquePointer?
        let error = unsafe wasmtime_func_call_unchecked(context, &function, nil, 0, &trap)
        if let trap = unsafe self.trap(consuming: trap, error: error) { throw trap }
    }

    func runningFiber() throws(Trap) -> Fiber {
        guard let fiber = unsafe fiber else {
            throw Trap.host("the guest waits in a call that may not wait")
        }
        return fiber
    }
}
