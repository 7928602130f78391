public import ComponentModel
public import WasmEngine

/// A component with the state of one run of it: a store, core instances, handles, tasks.
///
/// Belongs to one event loop. One fiber at a time runs in it; a trap ends it for good. What is still under way when the
/// instance goes away is cancelled.
public final class ComponentInstance {
    /// What it is an instance of.
    public let plan: ComponentPlan
    /// Where it lives.
    public let store: Store

    /// Called each time the guest leaves the loop to others without having ended; see `Fiber.onPark`. Set before a call.
    public var onPark: ((_ isWaiting: Bool) -> Void)? {
        get { core.onPark }
        set { core.onPark = newValue }
    }

    let core: ComponentCore

    /// A store for an instance that the first call makes.
    public init(
        _ plan: ComponentPlan, instanceLimits: InstanceLimits = InstanceLimits(),
        limits: ComponentRuntimeLimits = ComponentRuntimeLimits()
    ) throws {
        self.plan = plan
        store = try plan.makeStore(instanceLimits)
        core = ComponentCore(plan: plan, store: store, limits: limits)
    }

    deinit { core.shutDown() }

    /// Ends the call that is under way with a trap: at once when the guest waits, at its next epoch check when it computes.
    public func cancel(_ message: String) { store.fiber?.cancel(message) }

    /// Whether a trap has ended it.
    public var isPoisoned: Bool { core.isPoisoned }

    /// Makes the core instances and runs their start functions without a fiber: they may not wait, nor compute for
    /// long. Not needed: the first call does it otherwise, with its start functions on a fiber.
    public func instantiate() throws(Trap) {
        do throws(Trap) {
            while let start = try core.nextStart() { try core.run(start) }
        } catch {
            core.end()
            throw error
        }
    }

    /// Calls an exported function on a fiber of its own.
    ///
    /// - Parameter completion: called once, on the loop. An `async` function may have work left when it has returned
    ///   its result; that goes on whenever a fiber runs in the instance.
    public func call(
        _ function: ExportedFunction, _ arguments: [ComponentValue], on scheduler: FiberScheduler,
        limits: FiberLimits = FiberLimits(), completion: @escaping (Result<[ComponentValue], Trap>) -> Void
    ) {
        let origin = HostOrigin(arguments)
        run(on: scheduler, limits: limits) { [core] () throws(Trap) in
            _ = try core.invoke(function.lift, origin, from: nil)
            try core.drive { origin.isResolved }
        } completion: { result in
            completion(result.map { origin.results })
        }
    }

    /// Runs host code that calls into the instance, any number of times, on one fiber.
    public func run(
        on scheduler: FiberScheduler, limits: FiberLimits = FiberLimits(),
        _ body: @escaping (ComponentCaller) throws(Trap) -> Void,
        completion: @escaping (Result<Void, Trap>) -> Void
    ) {
        let caller = ComponentCaller(core: core)
        run(on: scheduler, limits: limits, { () throws(Trap) in try body(caller) }, completion: completion)
    }

    /// The same, after the core instances were made; each start function has a fiber of its own.
    private func run(
        on scheduler: FiberScheduler, limits: FiberLimits, _ body: @escaping HostEntry,
        completion: @escaping (Result<Void, Trap>) -> Void
    ) {
        guard store.fiber == nil else {
            return completion(.failure(Trap.host("another call is under way in the component instance")))
        }
        let entry: HostEntry = { [core] () throws(Trap) in
            if let start = core.nextStartCall { try core.run(start) } else { try body() }
        }
        // The completion keeps the instance for as long as something runs in it.
        let fiber = Fiber(store: store, scheduler: scheduler, limits: limits, entry: .host(entry)) { result in
            if case .failure(let trap) = result {
                self.core.fail(trap)
            } else if self.core.nextStartCall != nil {
                return self.run(on: scheduler, limits: limits, body, completion: completion)
            }
            completion(result.map { _ in })
            if !self.core.calls.isEmpty { self.core.driveCalls(on: scheduler) }
        }
        fiber.prepare = { [core] () throws(Trap) in core.nextStartCall = try core.nextStart() }
        fiber.onPark = core.onPark
        fiber.kind = ObjectIdentifier(plan)
        fiber.start()
    }
}
