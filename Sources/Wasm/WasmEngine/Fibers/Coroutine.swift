import CWasmtime

/// A second stack inside of a store, for host code that calls guest functions and stops in the middle.
///
/// A component's tasks overlap: one waits for a stream while another runs. Each has a coroutine; the store's ``Fiber``,
/// or another coroutine, resumes it and goes on when it suspends. The engine keeps apart what belongs to each stack
/// (stack limit, activations, the suspension point), also for stacks nested in each other, as its own asynchronous
/// components need it; so several call futures of one store exist at a time here, which is used in this file only.
///
/// The rules of ``Fiber`` hold across a suspension. A coroutine that ends early must be cancelled before it goes.
@safe public final class Coroutine {
    /// Whether the body has returned or thrown, or never will.
    public private(set) var isFinished = false

    private unowned let store: Store
    private let frame = CallFrame()
    private var body: HostEntry?
    private var future: OpaquePointer?
    @exclusivity(unchecked) private var departure = Departure.none
    @exclusivity(unchecked) private var isCancelled = false

    /// Why the stack was left.
    private enum Departure { case none, suspended, parked }

    /// A stack that will run `body`.
    public init(store: Store, body: @escaping HostEntry) {
        self.store = store
        self.body = body
    }

    deinit {
        precondition(unsafe future == nil, "a coroutine went away in the middle of its body")
        frame.deallocate()
    }

    /// Runs the body until it suspends or ends.
    ///
    /// - Returns: whether it has ended.
    /// - Throws: what the body threw, or the trap that ends whoever resumes.
    public func resume() throws(Trap) -> Bool {
        precondition(!isFinished, "a coroutine was resumed after its end")
        let outer = unsafe store.coroutine
        if unsafe future == nil { begin() }
        while true {
            unsafe departure = .none
            unsafe store.coroutine = self
            let isDone = unsafe wasmtime_call_future_poll(future)
            unsafe store.coroutine = outer
            unsafe wasmtime_context_set_epoch_deadline(store.context, Fiber.sliceTicks)
            if isDone { return try finish() }
            switch unsafe departure {
            case .suspended: return false
            case .parked: try store.runningFiber().leaveStack()
            case .none: try store.preemptStack()
            }
        }
    }

    /// Stops the body until the next ``resume()``. Only from inside of the body.
    public func suspend() throws(Trap) {
        unsafe precondition(store.coroutine === self, "a coroutine suspends from outside of it")
        try leaveStack(.suspended)
    }

    /// Ends the body: what it waits in throws. Does nothing after the end.
    public func cancel() {
        guard !isFinished else { return }
        isFinished = true
        body = nil
        unsafe isCancelled = true
        guard let future = unsafe future else { return }
        store.spoil()
        let outer = unsafe store.coroutine
        unsafe store.coroutine = self
        unsafe wasmtime_call_future_delete(future)
        unsafe store.coroutine = outer
        unsafe self.future = nil
        _ = takeTrap()
    }

    /// The store's fiber waits, or its time slice is over: every stack on the way to it is left.
    func park() throws(Trap) { try leaveStack(.parked) }

    private func leaveStack(_ departure: Departure) throws(Trap) {
        guard unsafe !isCancelled else { throw Self.cancellation }
        unsafe self.departure = departure
        try store.callSuspender()
        if unsafe isCancelled { throw Self.cancellation }
    }

    private static let cancellation = Trap(reason: .cancelled, message: "the component instance was ended")

    private func begin() {
        store.startingEntry = body
        body = nil
        let raw = unsafe frame.pointer
        unsafe raw.pointee.function = store.entryFunction()
        unsafe future = wasmtime_func_call_async(
            store.context, &raw.pointee.function, frame.arguments, 0, frame.results, 0, &raw.pointee.trap,
            &raw.pointee.error)
    }

    private func finish() throws(Trap) -> Bool {
        unsafe wasmtime_call_future_delete(future)
        unsafe future = nil
        isFinished = true
        if let trap = takeTrap() { throw trap }
        return true
    }

    private func takeTrap() -> Trap? {
        let raw = unsafe frame.pointer
        defer {
            unsafe raw.pointee.trap = nil
            unsafe raw.pointee.error = nil
        }
        return unsafe store.trap(consuming: raw.pointee.trap, error: raw.pointee.error)
    }
}
