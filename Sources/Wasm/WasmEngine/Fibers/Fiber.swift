import CWasmtime
public import NIOCore

/// One call of a guest on its own stack, which can stop in the middle and go on later.
///
/// Confined to the event loop of its scheduler: host functions run there too, in direct style. A host function that
/// waits calls ``suspend(_:)``; a guest that only computes is preempted at the end of its time slice.
///
/// Rules across a suspension: no lock is held, no `inout` access to a class property is open, thread-locals may have
/// changed.
@safe public final class Fiber {
    /// The store the guest lives in.
    public let store: Store
    /// The loop it runs on.
    public var eventLoop: any EventLoop { scheduler.eventLoop }
    /// Time spent computing so far.
    public var cpuTime: TimeAmount { unsafe computed }
    /// When the call must have ended.
    public var deadline: NIODeadline {
        didSet { scheduler.expect(deadline) }
    }
    /// Asked when the deadline has passed, maybe while the guest computes: for a later one, or nothing to end the guest.
    public var onDeadline: (() -> NIODeadline?)?

    /// What guests that need about the same have in common, such as their program. Set before the start: guests of a kind
    /// do not all begin to compute at once.
    public var kind: ObjectIdentifier?

    /// Called when the guest's turn to begin has come, before host code runs on its stack: the place to make the instance.
    /// Not for ``Entry/fresh(_:_:)``, which makes its own then. Set before the start.
    public var prepare: (() throws(Trap) -> Void)?

    /// Called each time the guest leaves the loop to others without having ended: it waits, or only its slice is over.
    public var onPark: ((_ isWaiting: Bool) -> Void)?

    /// Epoch ticks of one time slice. The first tick may come at once, so a slice lasts one to two milliseconds.
    static let sliceTicks: UInt64 = 2

    let scheduler: FiberScheduler
    var liveIndex = 0
    // Kept by `FiberCrowds`.
    var isHeld = false
    var isInCrowd = false

    private var cpuBudget: TimeAmount
    private let frame: CallFrame
    private let entry: Entry
    private var resultCount = 0
    private let completion: (Result<[Value], Trap>) -> Void
    @exclusivity(unchecked) private var future: OpaquePointer?
    @exclusivity(unchecked) private var status = Status.created
    @exclusivity(unchecked) private var suspension: UInt64 = 0
    @exclusivity(unchecked) private var isWoken = false
    @exclusivity(unchecked) private var interruption: Trap?
    private var isInstantiating = false
    @exclusivity(unchecked) private var computed: TimeAmount = .nanoseconds(0)
    @exclusivity(unchecked) private var sliceStart: NIODeadline = .uptimeNanoseconds(0)

    private enum Status { case created, running, suspending, waiting, ready, finished }

    /// What a fiber runs.
    public enum Entry {
        /// A function of an instance that exists, its signature, and arguments that fit it.
        case function(Function, FunctionType, [Value])
        /// A function of the store that takes so many integers, and has no results.
        case integers(FunctionID, IntegerArguments)
        /// Host code that calls guest functions; there are no results.
        case host(HostEntry)
        /// A fresh instance, its start function if it has one, then the entry point with these arguments.
        case fresh(EntryPoint, [Value])

        fileprivate func makeFrame() -> CallFrame {
            switch self {
            case .function(_, let type, let arguments):
                CallFrame(arguments: arguments.count, results: type.results.count)
            case .integers(_, let arguments): CallFrame(arguments: arguments.count)
            case .host: CallFrame()
            case .fresh(let entryPoint, let arguments):
                CallFrame(arguments: arguments.count, results: entryPoint.type.results.count)
            }
        }
    }

    /// A call that has not begun.
    ///
    /// - Parameter completion: called once, on the loop, with the results or why there are none.
    public init(
        store: Store, scheduler: FiberScheduler, limits: FiberLimits = FiberLimits(), entry: Entry,
        completion: @escaping (Result<[Value], Trap>) -> Void
    ) {
        self.store = store
        self.scheduler = scheduler
        self.cpuBudget = limits.cpuBudget
        self.deadline = .now() + limits.deadline
        self.entry = entry
        self.completion = completion
        frame = entry.makeFrame()
    }

    deinit {
        precondition(unsafe future == nil, "a fiber went away in the middle of its call")
        frame.deallocate()
    }

    /// Begins the call. Runs its first slice at once when no other fiber runs on this loop.
    public func start() {
        unsafe precondition(store.fiber == nil, "one call at a time in a store")
        unsafe store.fiber = self
        scheduler.start(self)
    }

    /// Ends the guest: at once when it waits, at its next epoch check when it computes.
    public func cancel(_ message: String) {
        interrupt(Trap(reason: .cancelled, message: message))
    }

    // MARK: - Waiting

    /// Stops the guest until the waker is used.
    ///
    /// Only from a host function of this fiber. `arm` passes the waker to whatever ends the wait; a waker used inside
    /// `arm` means there is nothing to wait for.
    /// - Throws: the trap that ends the guest when it was cancelled or its deadline passed.
    public func suspend(_ arm: (Waker) -> Void) throws(Trap) {
        if let interruption = unsafe interruption { throw interruption }
        unsafe suspension &+= 1
        unsafe isWoken = false
        unsafe arm(Waker(fiber: self, suspension: suspension))
        while unsafe !isWoken, unsafe interruption == nil { try leaveStack() }
        if let interruption = unsafe interruption { throw interruption }
    }

    /// Lets others run, and goes on in a later turn of the loop.
    public func yield() throws(Trap) {
        try suspend { _ in
            let current = unsafe suspension
            eventLoop.assumeIsolated().scheduleTask(in: .microseconds(1)) { self.wake(current) }
        }
    }

    /// Stops the guest until `future` has its result.
    public func wait<Success: Sendable>(
        for future: EventLoopFuture<Success>
    ) throws(Trap) -> Result<Success, any Error> {
        var result: Result<Success, any Error>?
        try suspend { waker in
            future.hop(to: eventLoop).assumeIsolated().whenComplete {
                result = $0
                waker.wake()
            }
        }
        guard let result else { throw Trap.host("a wait ended without its result") }
        return result
    }

    // The epoch check at the entry of the suspending function switches to the loop's stack, right here. From inside of
    // a coroutine it switches to whoever resumed that, who calls this in turn.
    func leaveStack() throws(Trap) {
        if let coroutine = unsafe store.coroutine { return try coroutine.park() }
        unsafe status = .suspending
        defer { unsafe status = .running }
        try store.callSuspender()
    }

    func wake(_ suspension: UInt64) {
        guard unsafe suspension == self.suspension, unsafe !isWoken else { return }
        unsafe isWoken = true
        guard unsafe status == .waiting else { return }
        unsafe status = .ready
        // A turn of the loop's task queue costs as much as all the rest of a suspension: go on right here, unless another
        // guest called.
        if scheduler.isIdle { advance() } else { scheduler.enqueueReady(self) }
    }

    // MARK: - Ending early

    func interruptAtDeadline() {
        if !postponesDeadline() { interrupt(.deadlinePassed()) }
    }

    private func postponesDeadline() -> Bool {
        guard let later = onDeadline?() else { return false }
        deadline = later
        return true
    }

    /// Lets the guest compute for so long from now on, if it has less left.
    public func allow(cpuTime: TimeAmount) { cpuBudget = max(cpuBudget, self.cpuTime + cpuTime) }

    private func interrupt(_ trap: Trap) {
        guard unsafe interruption == nil, unsafe status != .finished else { return }
        unsafe interruption = trap
        switch unsafe status {
        case .created where isHeld: scheduler.letGo(self)
        case .waiting:
            unsafe status = .ready
            scheduler.enqueueReady(self)
        case .running: unsafe wasmtime_context_set_epoch_deadline(store.context, 0)
        default: break
        }
    }

    func epochPassed() -> EpochDecision {
        if let interruption = unsafe interruption { return .end(interruption) }
        let now = NIODeadline.now()
        if unsafe cpuTime + (now - sliceStart) > cpuBudget {
            return .end(Trap(reason: .cpuBudget, message: "the guest used up its CPU budget"))
        }
        if now >= deadline, !postponesDeadline() { return .end(.deadlinePassed()) }
        return .yield
    }

    // MARK: - Running

    /// Runs the guest until it waits, is preempted, or ends.
    func advance() {
        while unsafe status != .finished {
            if unsafe future == nil {
                if unsafe status == .created, let interruption = unsafe interruption {
                    return finish(.failure(interruption))
                }
                guard beginNextStep() else { return }
            }
            guard unsafe runSlice(future) else { return parked() }
            unsafe wasmtime_call_future_delete(future)
            unsafe future = nil
            if let trap = takeTrap() { return finish(.failure(trap)) }
            if isInstantiating {
                isInstantiating = false
                beginCall(in: store.adopt(unsafe frame.pointer.pointee.instance))
            } else {
                return finish(.success(frame.takeResults(count: resultCount)))
            }
        }
    }

    private func runSlice(_ future: OpaquePointer?) -> Bool {
        unsafe status = .running
        scheduler.enter(self)
        unsafe sliceStart = .now()
        let isDone: Bool
        if isInstantiating, case .fresh(let entryPoint, _) = entry {
            isDone = entryPoint.template.making { unsafe wasmtime_call_future_poll(future) }
        } else {
            isDone = unsafe wasmtime_call_future_poll(future)
        }
        unsafe computed = computed + (.now() - sliceStart)
        scheduler.leave()
        return isDone
    }

    private func parked() {
        unsafe onPark?(status == .suspending)
        guard unsafe status == .suspending else { return scheduler.enqueuePreempted(self) }
        if unsafe isWoken || interruption != nil {
            unsafe status = .ready
            scheduler.enqueueReady(self)
        } else {
            unsafe status = .waiting
            scheduler.enqueueWaiting(self)
        }
    }

    /// Makes the next future, or finishes; false when there is nothing to run.
    private func beginNextStep() -> Bool {
        switch entry {
        case .function(let function, let type, let arguments):
            beginCall(of: function, type, arguments)
        case .integers(let function, let arguments):
            frame.set(arguments)
            unsafe beginCall(of: function.raw, arguments: arguments.count, results: 0)
        case .host(let body):
            do throws(Trap) { try prepare?() } catch {
                finish(.failure(error))
                return false
            }
            store.startingEntry = body
            beginCall(of: unsafe Function(store: store, raw: store.entryFunction()), FunctionType([], []), [])
        case .fresh(let entryPoint, _) where entryPoint.template.module.hasStartFunction:
            isInstantiating = true
            let frame = unsafe self.frame.pointer
            unsafe future = wasmtime_instance_pre_instantiate_async(
                entryPoint.template.raw, store.context, &frame.pointee.instance, &frame.pointee.trap,
                &frame.pointee.error)
        case .fresh(let entryPoint, _):
            do {
                beginCall(in: try store.instantiate(entryPoint.template))
            } catch {
                finish(.failure(error as? Trap ?? Trap(reason: .exhausted, message: "\(error)")))
            }
        }
        return unsafe status != .finished
    }

    private func beginCall(in instance: Instance) {
        guard case .fresh(let entryPoint, let arguments) = entry,
            let function = instance.function(named: entryPoint.name)
        else { return finish(.failure(Trap.host("the instance lacks an export of its module"))) }
        beginCall(of: function, entryPoint.type, arguments)
    }

    private func beginCall(of function: Function, _ type: FunctionType, _ arguments: [Value]) {
        guard arguments.count == type.parameters.count else {
            return finish(.failure(Trap.host("the arguments do not fit the function's signature \(type)")))
        }
        frame.set(arguments)
        unsafe beginCall(of: function.raw, arguments: arguments.count, results: type.results.count)
    }

    /// Calls a function with arguments that are in the frame.
    private func beginCall(of function: wasmtime_func_t, arguments: Int, results: Int) {
        unsafe status = .running
        resultCount = results
        let raw = unsafe frame.pointer
        unsafe raw.pointee.function = function
        unsafe future = wasmtime_func_call_async(
            store.context, &raw.pointee.function, frame.arguments, arguments, frame.results, results,
            &raw.pointee.trap, &raw.pointee.error)
    }

    private func takeTrap() -> Trap? {
        let raw = unsafe frame.pointer
        defer {
            unsafe raw.pointee.trap = nil
            unsafe raw.pointee.error = nil
        }
        return unsafe store.trap(consuming: raw.pointee.trap, error: raw.pointee.error)
    }

    private func finish(_ result: Result<[Value], Trap>) {
        unsafe status = .finished
        unsafe store.fiber = nil
        scheduler.remove(self)
        completion(result)
    }
}
