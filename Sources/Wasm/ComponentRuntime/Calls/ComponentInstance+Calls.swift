public import ComponentModel
import NIOCore
public import WasmEngine

/// Calls that share an instance.
extension ComponentInstance {
    /// Begins a call, which shares the instance with those that are under way: while one waits, the others go on.
    ///
    /// A fiber of the instance's own runs them all for as long as one is not settled. The instance must be kept: when
    /// it goes away, every call in it ends. A trap of one call fails all. See ``acceptsCalls``.
    ///
    /// - Parameter completion: called once, on the loop, with the result or why there is none. What an `async` function
    ///   does after it has returned its result goes on; see ``GuestCall/onSettled``.
    @discardableResult
    public func start<Parameters: ParameterList, Success: CanonicalPayload>(
        _ function: TypedFunction<Parameters, Success>, _ arguments: Parameters,
        on scheduler: FiberScheduler, limits: CallLimits = CallLimits(),
        completion: @escaping (Result<Success, Trap>) -> Void
    ) -> GuestCall {
        guard acceptsCalls else {
            let call = GuestCall(nil, limits) { completion(.failure($0)) }
            call.reject(.cancelled("the component instance takes no more calls"))
            call.settle(nil)
            return call
        }
        let call = GuestCall(core, limits) { completion(.failure($0)) }
        let origin = SharedOrigin<Parameters, Success>(arguments, call) { completion(.success($0)) }
        core.add(call, function.function.lift, origin)
        core.driveCalls(on: scheduler)
        return call
    }

    /// Whether calls may begin in it: no trap has ended it, and none of its calls ran out of time. A guest that goes on with
    /// such a call, whatever it was told, ends when the calls beside it have ended.
    public var acceptsCalls: Bool { !core.isPoisoned && !core.isRetired }

    /// How many calls of ``start(_:_:on:limits:completion:)`` are not settled.
    public var callCount: Int { core.calls.count }

    /// Bytes at present of the memories that values of calls have been in.
    public var memoryBytes: UInt64 { core.memoryBytes }

    /// Ends everything that goes on in the instance, as its release does. A guest that is computing just now ends at its
    /// next epoch check, and calls learn of it then.
    public func end() { core.shutDown() }
}

extension ComponentCore {
    fileprivate func add(_ call: GuestCall, _ lift: LiftPlan, _ origin: CallOrigin) {
        calls.append(call)
        // Named, because the compiler trips over a closure here.
        let entry: HostEntry = { () throws(Trap) in try call.begin(lift, origin) }
        hostEvents.append(entry)
    }

    /// Makes sure that a fiber runs the calls.
    func driveCalls(on scheduler: FiberScheduler) {
        if let fiber = store.fiber {
            fiber.deadline = min(fiber.deadline, nextDeadline)
            wakeUp()
            return
        }
        do throws(Trap) {
            guard let start = try nextStart() else {
                return runDriver(on: scheduler) { [self] () throws(Trap) in try serveCalls() }
            }
            // The engine makes no instance on a fiber, so each start function has one of its own.
            runDriver(on: scheduler) { [self] () throws(Trap) in try run(start) }
        } catch {
            fail(error)
        }
    }

    private func runDriver(on scheduler: FiberScheduler, _ body: @escaping HostEntry) {
        let budget = calls.map(\.limits.cpuBudget).max() ?? CallLimits().cpuBudget
        let fiber = Fiber(
            store: store, scheduler: scheduler, limits: FiberLimits(cpuBudget: budget),
            entry: .host(body)
        ) { [self] result in
            if case .failure(let trap) = result { return fail(trap) }
            if isShutDown { return fail(.cancelled("the component instance was let go")) }
            if !calls.isEmpty { driveCalls(on: scheduler) }
        }
        fiber.deadline = nextDeadline
        fiber.onPark = onPark
        fiber.onDeadline = { [unowned self] in deadlinePassed() }
        fiber.start()
    }

    private func serveCalls() throws(Trap) {
        while !calls.isEmpty {
            if try step() { continue }
            if !hasHostWork, calls.contains(where: { !$0.isResolved }) { throw trap(.deadlock) }
            try suspendUntilWoken()
        }
    }

    /// A trap, or the end of the instance, ends all calls.
    func fail(_ trap: Trap) {
        poison()
        let calls = self.calls
        self.calls = []
        end()
        for call in calls { call.reject(trap) }
        for call in calls { call.settle(trap) }
    }

    /// The host lets go of the instance.
    func shutDown() {
        guard !isShutDown else { return }
        isShutDown = true
        poison()
        if let fiber = store.fiber {
            fiber.cancel("the component instance was let go")
        } else {
            fail(.cancelled("the component instance was let go"))
        }
    }

    // MARK: - Deadlines

    /// A call is settled. Those that were told to stop, and had their time for it, do not go on alone.
    func callSettled(_ call: GuestCall) {
        calls.removeAll { $0 === call }
        if isRetired, !calls.isEmpty { store.fiber?.deadline = nextDeadline }
    }

    private var nextDeadline: NIODeadline { calls.map(\.deadline).min() ?? .distantFuture }

    /// The deadline of a call has passed.
    ///
    /// - Returns: when to look again, or nothing when no call is left that has time.
    private func deadlinePassed() -> NIODeadline? {
        let now = NIODeadline.now()
        let late = calls.filter { $0.deadline <= now }
        guard late.count < calls.count, let fiber = store.fiber else { return nil }
        for call in late where !call.isExpired {
            call.expire(now)
            isRetired = true
            // Not from here: the guest may be in the middle of a computation.
            fiber.eventLoop.assumeIsolated().execute { call.reject(.deadlinePassed()) }
        }
        return calls.map(\.deadline).filter { $0 > now }.min()
    }
}
