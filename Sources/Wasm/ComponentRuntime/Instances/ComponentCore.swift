public import ComponentModel
public import WasmEngine

/// A running component: its core instances, and the state of its component instances and tasks.
///
/// One per store, and used on the store's event loop only. Guests reach it through the store; everybody else through
/// ``ComponentInstance``, which owns both.
@usableFromInline
final class ComponentCore {
    static let key = StateKey<ComponentCore>()

    let plan: ComponentPlan
    // Owns this object, and so outlives it.
    let owner: Uncounted<Store>
    @inline(__always)
    var store: Store { owner.object }
    let limits: ComponentRuntimeLimits
    let async = AsyncState()

    // These are by number of the plan, and have what was used so far.
    private var functions = NumberedList<FunctionID>()
    /// Component instances, made when they are first entered: many only rename what others do.
    private var instances = NumberedList<ComponentInstanceState>()
    private var coreInstances = NumberedList<InstanceID>()
    private var coreInstanceCount = 0
    /// Functions of the host that were made in the store, by number.
    private var trampolines: [Int: FunctionID] = [:]
    private var memoryAccesses = NumberedList<GuestMemoryAccess>()
    /// Contexts that no call uses at present, by their numbers in the plan.
    private var spareContexts: [CanonicalContext?] = []

    /// Called each time the guest leaves the loop to others without having ended.
    var onPark: ((_ isWaiting: Bool) -> Void)?

    /// The thread whose code runs.
    var current: GuestThread?
    /// The frame of the last call of a synchronous function by the host, for the next one.
    var spareFrame: DirectFrame?
    /// Threads that go on when something becomes true, in the order in which they began to wait.
    var waiting: [GuestThread] = []
    /// Threads with a stack of their own that have not ended.
    private(set) var stacks: [GuestThread] = []
    /// Calls to lifted functions that have a subtask.
    var callees: [SubtaskID: SubtaskCallee] = [:]
    /// Buffers of guests' ends of streams and futures, and ends that the host holds.
    var channelPlaces = ChannelPlaces()
    /// Things that happened outside and need the guest's stack.
    var hostEvents: [HostEntry] = []
    /// Calls by the host that share the instance and are not settled.
    var calls: [GuestCall] = []
    /// Whether the host let go of the instance.
    var isShutDown = false
    /// Whether a call ran out of time, so that no other may begin.
    var isRetired = false
    /// Calls to the host that are under way.
    var hostCallCount = 0
    var waker: Waker?
    /// Whether a part of the host works in a guest's memory, and whether the guest is to be woken afterwards.
    var isHolding = false
    var wakesLater = false
    private(set) var isPoisoned = false
    /// A trap of the guest on its way through the canonical ABI, which knows only its own.
    var carriedTrap: Trap?

    init(plan: ComponentPlan, store: Store, limits: ComponentRuntimeLimits) {
        self.plan = plan
        owner = Uncounted(store)
        self.limits = limits
        store[Self.key] = self
    }

    /// A component instance by its number in the plan.
    @inline(__always)
    func instance(_ number: Int) -> ComponentInstanceState {
        if let instance = instances[number] { return instance }
        return makeInstance(number)
    }

    @inline(never)
    private func makeInstance(_ number: Int) -> ComponentInstanceState {
        let plan = plan.instances[number]
        let state = InstanceState(
            parent: plan.parent.map { instance($0).state }, owner: ChannelOwner(rawValue: UInt32(number)),
            handleLimit: limits.handles)
        state.resourceTypes = plan.resourceTypes
        state.ownResourceTypes = plan.ownResourceTypes
        if isPoisoned { state.poison() }
        let made = ComponentInstanceState(number: number, state: state, core: self)
        instances[number] = made
        return made
    }

    /// Calls `body` with the component instances that were entered.
    func forEachInstance(_ body: (ComponentInstanceState) -> Void) {
        for number in 0..<instances.end { if let instance = instances[number] { body(instance) } }
    }

    private var nextStep = 0

    /// The start function that a fiber runs before anything else.
    var nextStartCall: StartCall?

    /// Makes core instances until one has a start function, which the caller runs before it asks again. Nothing when
    /// all core instances are there.
    func nextStart() throws(Trap) -> StartCall? {
        do {
            while nextStep < plan.core.steps.count {
                nextStep += 1
                switch plan.core.steps[nextStep - 1] {
                case .instantiate(.template(let template)):
                    add(try store.makeInstance(template))
                case .instantiate(.linked(let module, let imports)):
                    add(try store.instantiate(module, imports: imports.map(item)))
                case .start(let source, let instance):
                    guard let function = item(source).function else { throw EngineErrorText.missingExport }
                    return StartCall(function: function, instance: self.instance(instance))
                }
            }
            return nil
        } catch let trap as Trap { throw trap } catch { throw Trap.exhausted("\(error)") }
    }

    private func add(_ coreInstance: InstanceID) {
        coreInstances[coreInstanceCount] = coreInstance
        coreInstanceCount += 1
    }

    /// Runs a start function, which belongs to no call and must not block.
    func run(_ start: StartCall) throws(Trap) {
        let state = start.instance.state
        try canonical { () throws(CanonicalTrap) in try state.enter(from: nil) }
        let task = GuestTask(lift: nil, instance: start.instance, origin: nil)
        try onCallersStack(task) { () throws(Trap) in
            try withSlots(0) { (slots) throws(Trap) in try call(start.function, slots) }
        }
        state.leave(to: nil)
    }

    private func item(_ source: CoreSource) -> Extern {
        switch source {
        case .export(let instance, let name):
            guard let item = coreInstances[instance].flatMap({ store.export(name, of: $0) }) else {
                preconditionFailure("a validated module lacks its export \(name)")
            }
            return item
        case .trampoline(let number):
            if let function = trampolines[number] { return Extern(function) }
            let function = store.makeFunction(plan.trampolines[number])
            trampolines[number] = function
            return Extern(function)
        }
    }

    /// A function that the runtime calls, looked up when it is first called.
    @inline(__always)
    func function(_ number: Int) -> FunctionID {
        if let function = functions[number] { return function }
        return findFunction(number)
    }

    @inline(never)
    private func findFunction(_ number: Int) -> FunctionID {
        guard let function = item(plan.core.functions[number]).function else {
            preconditionFailure("a validated component calls what is no function")
        }
        functions[number] = function
        return function
    }

    func memory(at number: Int) -> MemoryID {
        guard let memory = item(plan.core.memories[number]).memory else {
            preconditionFailure("a validated component names as its memory what is none")
        }
        return memory
    }

    func table(_ number: Int) -> Extern { item(plan.core.tables[number]) }

    /// Bytes of the memories that were used so far.
    var memoryBytes: UInt64 {
        var sum: UInt64 = 0
        for number in 0..<memoryAccesses.end {
            guard let access = memoryAccesses[number] else { continue }
            let memory = plan.memories[number].memory
            let isCounted = (0..<number).contains {
                memoryAccesses[$0] != nil && plan.memories[$0].memory == memory
            }
            if !isCounted { sum += access.view.count }
        }
        return sum
    }

    /// The memory of canonical options, with its allocator.
    func memory(_ number: Int?) -> GuestMemoryAccess? {
        guard let number else { return nil }
        if let access = memoryAccesses[number] { return access }
        let wanted = plan.memories[number]
        // The same memory with another allocator was looked up already, as a rule.
        var known: MemoryID?
        for number in 0..<memoryAccesses.end where plan.memories[number].memory == wanted.memory {
            if let access = memoryAccesses[number] { known = access.memory }
        }
        let access = GuestMemoryAccess(
            core: self, memory: known ?? memory(at: wanted.memory), realloc: wanted.realloc)
        memoryAccesses[number] = access
        return access
    }

    func context(
        _ canonical: Int, _ options: OptionsPlan, _ instance: ComponentInstanceState,
        scope: BorrowScopeID? = nil
    ) -> CanonicalContext {
        CanonicalContext(
            plan: plan.canonicalPlans[canonical], stringEncoding: options.stringEncoding,
            instance: instance.state, memory: memory(options.memory), borrowScope: scope,
            channels: instance.channels)
    }

    /// A context for a call: the last one's, if that is over.
    func takeContext(_ number: Int) -> CanonicalContext {
        if number < spareContexts.count, var context = spareContexts[number].take() {
            context.restart()
            return context
        }
        return newContext(plan.contexts[number])
    }

    @inline(never)
    private func newContext(_ number: ContextPlan) -> CanonicalContext {
        let instance = instance(number.instance)
        return CanonicalContext(
            plan: plan.canonicalPlans[number.canonical], stringEncoding: number.stringEncoding,
            instance: instance.state, memory: memory(number.memory), channels: instance.channels)
    }

    /// The call is over, and with it the loans.
    func giveBack(_ context: consuming CanonicalContext, _ number: Int) {
        if spareContexts.isEmpty { spareContexts.reserveCapacity(4) }
        while spareContexts.count <= number { spareContexts.append(nil) }
        spareContexts[number] = context
    }

    /// Makes the memory of canonical options that of host functions without any.
    func useMemory(_ number: Int) {
        if let memory = memory(number)?.memory { store.use(memory) }
    }

    // MARK: - Traps

    /// A trap of the canonical ABI as one of the engine, or the guest's trap that hid behind it.
    @usableFromInline
    func trap(_ trap: CanonicalTrap) -> Trap {
        if let carried = carriedTrap {
            carriedTrap = nil
            return carried
        }
        return Trap.host(trap.message)
    }

    func canonical<Result>(_ body: () throws(CanonicalTrap) -> Result) throws(Trap) -> Result {
        do throws(CanonicalTrap) { return try body() } catch { throw trap(error) }
    }

    /// A trap happened: no instance of the component is entered again.
    func poison() {
        isPoisoned = true
        forEachInstance { $0.state.poison() }
    }

    /// Ends every stack. Nothing of the component runs afterwards.
    func end() {
        poison()
        waiting.removeAll()
        hostEvents.removeAll()
        while let thread = stacks.last {
            forgetStack(of: thread)
            thread.coroutine?.cancel()
            thread.coroutine = nil
        }
        current = nil
        waker = nil
        cancelHostCalls()
        closeHostEnds()
        destroyHostResources()
    }

    func rememberStack(of thread: GuestThread) {
        thread.stackIndex = stacks.count
        stacks.append(thread)
    }

    func forgetStack(of thread: GuestThread) {
        guard let index = thread.stackIndex, let last = stacks.popLast() else { return }
        thread.stackIndex = nil
        guard last !== thread else { return }
        stacks[index] = last
        last.stackIndex = index
    }

    // MARK: - The host

    /// Runs `body` on the component's fiber, soon.
    func enqueue(_ body: @escaping HostEntry) {
        guard !isPoisoned else { return }
        hostEvents.append(body)
        wakeUp()
    }
}

/// A component instance inside of a running component.
final class ComponentInstanceState {
    let number: Int
    let state: InstanceState
    private unowned let core: ComponentCore
    /// What `backpressure.inc` and `.dec` count.
    var backpressure: UInt32 = 0
    var waitingToEnter = 0
    /// The thread that has the instance to itself.
    var exclusive: GuestThread?
    /// Threads by the index that guests know; index 0 is never used.
    var threads: [GuestThread?] = []

    init(number: Int, state: InstanceState, core: ComponentCore) {
        self.number = number
        self.state = state
        self.core = core
    }

    /// Lifts and lowers streams, futures and error contexts.
    lazy var channels: InstanceChannels? =
        core.plan.hasChannels ? InstanceChannels(core: core, number: number) : nil

    /// Whether another instance is nested in this one. Calls between such two are not allowed for now, says the
    /// specification's test `trap-on-reenter`.
    func isAround(_ other: ComponentInstanceState) -> Bool {
        var next = other.state.parent
        while let state = next {
            if state === self.state { return true }
            next = state.parent
        }
        return false
    }

    /// The index of a thread, given when it is first asked for.
    func index(of thread: GuestThread) -> UInt32 {
        if let index = thread.index { return index }
        if threads.isEmpty { threads.append(nil) }
        let index = threads.dropFirst().firstIndex { $0 == nil } ?? threads.count
        if index == threads.count { threads.append(thread) } else { threads[index] = thread }
        thread.index = UInt32(index)
        return UInt32(index)
    }

    func forget(_ thread: GuestThread) {
        guard let index = thread.index else { return }
        threads[Int(index)] = nil
        thread.index = nil
    }
}

/// A start function that is to be run.
struct StartCall {
    let function: FunctionID
    let instance: ComponentInstanceState
}

/// What is behind a subtask.
enum SubtaskCallee {
    case guest(GuestTask)
    case host(HostTask)
}
