import CWasmtime

/// The world of one guest: its instances, memories and the host's state for it.
///
/// Belongs to one event loop at a time. Everything that names a thing inside (``Instance``, ``Function``,
/// ``GuestMemory``) keeps the store alive, so nothing can be used after its end.
@safe public final class Store {
    /// Host features with per-instance state that a process may have.
    public static let statesMax = 16

    /// The fiber that runs in this store, while one does.
    @exclusivity(unchecked) public internal(set) var fiber: Fiber?

    /// The innermost coroutine that runs in this store.
    @exclusivity(unchecked) var coroutine: Coroutine?
    /// What the next stack that begins is to run.
    var startingEntry: HostEntry?
    /// Set while a stack is about to be left at its next epoch check.
    @exclusivity(unchecked) var isSwitching = false
    var entry: wasmtime_func_t?

    let raw: OpaquePointer
    let context: OpaquePointer
    let limits: InstanceLimits
    // The engine's, which outlives its stores.
    let plainType: OpaquePointer?
    // A trap that a host function threw, on its way through the guest's frames to whoever entered the guest.
    private var thrown: Trap?
    private(set) var suspender: wasmtime_func_t?
    private(set) var firstInstanceName: wasmtime_instance_t?
    // Only the name is kept: a `GuestMemory` here would keep this store alive for ever.
    @exclusivity(unchecked) private var memoryName: wasmtime_memory_t?
    // Each owned by one retain. An array of references would be destroyed through its type's metadata, which costs more
    // than all of this.
    @exclusivity(unchecked) private var states: InlineArray<16, UnsafeMutableRawPointer?> =
        unsafe .init(repeating: nil)

    /// Where the instance goes when its guest has ended well. Nil when the engine's store ends with this object.
    var pool: InstancePool?
    /// The instance and its store as they were taken from the pool.
    let idle: IdleInstance?
    /// The slots of the memories of an instance that was made here.
    var slots: [Unmanaged<MemorySlot>]?

    /// An empty store. It uses the engine's pools, but does not keep the engine: whoever schedules its fibers does.
    public init(engine: borrowing Engine, limits: InstanceLimits = InstanceLimits()) throws {
        guard let raw = unsafe wasmtime_store_new(engine.raw, nil, nil),
            let context = unsafe wasmtime_store_context(raw)
        else { throw EngineError(.exhausted, "The engine made no store.") }
        unsafe self.raw = raw
        unsafe self.context = context
        self.limits = limits
        idle = nil
        unsafe plainType = engine.plainType
        let self_ = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe wasmtime_context_set_data(context, self_)
        unsafe wasmtime_store_limiter(
            raw, Int64(limits.memoryBytes), Int64(limits.tableElements), Int64(limits.instances),
            Int64(limits.tables), Int64(limits.memories))
        unsafe wasmtime_store_epoch_deadline_callback(raw, Store.epochCallback, nil, nil)
        unsafe wasmtime_context_set_epoch_deadline(context, Fiber.sliceTicks)
    }

    /// A store with an instance that nobody has used since it was new.
    init(_ idle: IdleInstance, of pool: InstancePool, engine: borrowing Engine) {
        unsafe raw = idle.raw
        unsafe context = idle.context
        limits = idle.limits
        unsafe plainType = engine.plainType
        self.idle = idle
        self.pool = pool
        unsafe suspender = idle.suspender
        unsafe entry = idle.entry
        unsafe wasmtime_context_set_data(context, Unmanaged.passUnretained(self).toOpaque())
        unsafe wasmtime_context_set_epoch_deadline(context, Fiber.sliceTicks)
        idle.begin()
    }

    deinit {
        if !giveBack() { unsafe wasmtime_store_delete(raw) }
        for index in 0..<Store.statesMax { unsafe release(states[index]) }
    }

    private func release(_ state: UnsafeMutableRawPointer?) {
        if let state = unsafe state { unsafe Unmanaged<AnyObject>.fromOpaque(state).release() }
    }

    /// A host feature's object for this store. Reading one that was never set is a programmer error.
    @inline(__always)
    public subscript<State: AnyObject>(key: StateKey<State>) -> State {
        get {
            let state = unsafe states[key.index] ?? provided(key.index)
            return unsafe Unmanaged<State>.fromOpaque(state).takeUnretainedValue()
        }
        set {
            let replaced = unsafe states[key.index]
            unsafe states[key.index] = Unmanaged.passRetained(newValue).toOpaque()
            unsafe release(replaced)
        }
    }

    /// Uses a host feature's object without counting a reference: the store owns it for as long as it lives.
    @inline(__always)
    public func with<State: AnyObject, Result, Failure: Error>(
        _ key: StateKey<State>, _ body: (State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let state = unsafe states[key.index] ?? provided(key.index)
        // The standard library's function does not carry typed errors.
        let outcome: Swift.Result<Result, Failure> =
            unsafe Unmanaged<State>.fromOpaque(state)._withUnsafeGuaranteedRef { state in
                do throws(Failure) { return .success(try body(state)) } catch { return .failure(error) }
            }
        switch outcome {
        case .success(let result): return result
        case .failure(let error): throw error
        }
    }

    /// Makes what was not set when it is first asked for.
    public var provider: (any StateProvider)?

    @inline(never)
    private func provided(_ index: Int) -> UnsafeMutableRawPointer {
        provider?.provide(in: self)
        guard let state = unsafe states[index] else {
            preconditionFailure("a host feature's object was neither set nor provided: number \(index)")
        }
        return unsafe state
    }

    /// The exported memory named `memory` of the last instance made here that has one.
    @inline(__always)
    public var memory: GuestMemory? { unsafe memoryName.map { GuestMemory(store: self, raw: $0) } }

    func remember(memory: GuestMemory) { unsafe memoryName = memory.raw }

    // MARK: - Traps of host functions

    /// Keeps `trap` until the guest's frames are unwound; the result is what the engine carries through them.
    func record(_ trap: Trap) -> OpaquePointer? {
        spoil()
        thrown = trap
        return unsafe trap.message.withRawUTF8 { unsafe wasmtime_trap_new($0, $1) }
    }

    /// Whether a trap of a host function is on its way.
    var hasThrown: Bool { thrown != nil }

    /// Why a run ended, from what the engine returned, both of which are released.
    func trap(consuming trap: OpaquePointer?, error: OpaquePointer?) -> Trap? {
        var seen: Trap?
        if let trap = unsafe trap { seen = unsafe Trap(consuming: trap) }
        if let error = unsafe error { seen = unsafe Trap(consumingError: error) }
        guard let seen else { return nil }
        spoil()
        guard var thrown else { return seen }
        self.thrown = nil
        // A trap of a guest that was called from a host function knows its place better.
        if thrown.backtrace.isEmpty { thrown.backtrace = seen.backtrace }
        return thrown
    }

    // MARK: - The epoch

    private static let epochCallback: wasmtime_epoch_callback_t = { context, _, delta, kind in
        guard let delta = unsafe delta, let kind = unsafe kind else { return nil }
        guard let data = unsafe wasmtime_context_get_data(context) else {
            // Between two guests nothing runs that takes so long. If it does, the instance is not worth it.
            return unsafe wasmtime_error_new("nobody's turn")
        }
        return unsafe Unmanaged<Store>.fromOpaque(data)._withUnsafeGuaranteedRef { store in
            unsafe delta.pointee = Fiber.sliceTicks
            switch store.epochPassed() {
            case .yield: unsafe kind.pointee = UInt8(WASMTIME_UPDATE_DEADLINE_YIELD)
            case .goOn: unsafe kind.pointee = UInt8(WASMTIME_UPDATE_DEADLINE_CONTINUE)
            case .end(let trap):
                store.thrown = trap
                return unsafe wasmtime_error_new("the host ended the guest")
            }
            return nil
        }
    }

    private func epochPassed() -> EpochDecision {
        if unsafe isSwitching {
            unsafe isSwitching = false
            return .yield
        }
        guard !isMakingInstance, let fiber = unsafe fiber else {
            if remainingSlices > 0 {
                remainingSlices -= 1
                return .goOn
            }
            return .end(Trap(reason: .cpuBudget, message: "a call that may not be preempted ran too long"))
        }
        return fiber.epochPassed()
    }

    // MARK: - Suspending

    // Ticks go on while the thread does not run, on a busy machine for many milliseconds.
    private static let slicesWithoutFiber = 50
    private var remainingSlices = 0
    private var isMakingInstance = false

    /// A call without a fiber begins: it cannot be preempted, and ends when it computes for long.
    func beginWithoutFiber() {
        guard unsafe fiber == nil else { return }
        remainingSlices = Store.slicesWithoutFiber
        unsafe wasmtime_context_set_epoch_deadline(context, Fiber.sliceTicks)
    }

    /// An instance is about to be made. For constant expressions that are more than a constant the engine runs code of its
    /// own, which checks the epoch like a guest's; there is no stack to leave, whether or not the store has a fiber.
    func beginInstance() {
        isMakingInstance = true
        remainingSlices = Store.slicesWithoutFiber
        unsafe wasmtime_context_set_epoch_deadline(context, Fiber.sliceTicks)
    }

    func endInstance() { isMakingInstance = false }

    /// The function whose only purpose is the epoch check at its entry. See ``Fiber/suspend(_:)``.
    func suspendingFunction() throws(Trap) -> wasmtime_func_t {
        if let suspender = unsafe suspender { return unsafe suspender }
        guard let function = firstInstance?.function(named: SuspensionExport.name) else {
            throw Trap.host("the guest waits before its instance exists")
        }
        unsafe suspender = function.raw
        return unsafe function.raw
    }

    // Only the name is kept, as with the memory.
    var firstInstance: Instance? { firstInstanceName.map { Instance(store: self, raw: $0) } }

    @inline(__always)
    var hasInstance: Bool { firstInstanceName != nil }

    /// A start function calls the host before its instance has a name: what is needed comes from the caller.
    func learn(from caller: OpaquePointer) {
        var item = unsafe wasmtime_extern_t()
        let lookUp = { (name: String) -> Bool in
            unsafe name.withRawUTF8 { unsafe wasmtime_caller_export_get(caller, $0, $1, &item) }
        }
        if lookUp(SuspensionExport.name), unsafe Int32(item.kind) == WASMTIME_EXTERN_FUNC {
            unsafe suspender = item.of.func
        }
        if lookUp("memory"), unsafe Int32(item.kind) == WASMTIME_EXTERN_MEMORY {
            unsafe memoryName = item.of.memory
        }
    }

    func remember(instance: Instance) {
        if firstInstanceName == nil { firstInstanceName = instance.raw }
    }
}

/// What a guest whose time slice is over does next.
enum EpochDecision {
    case yield
    case goOn
    case end(Trap)
}
