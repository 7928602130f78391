public import ComponentModel
public import WasmEngine

/// Calls that pass numbers and handles only, and come back with nothing: the fiber runs the guest's function itself, without
/// host code around it. A handler of `wasi:http` 0.2 is called so.
extension ComponentInstance {
    // Inlined into its users: there the types are known.
    /// Calls an exported function that has no result, on a fiber of its own.
    @inlinable
    public func call<Parameters: ParameterList>(
        _ function: TypedFunction<Parameters, NoValue>, _ arguments: Parameters,
        on scheduler: FiberScheduler, limits: FiberLimits = FiberLimits(),
        completion: @escaping (Result<Void, Trap>) -> Void
    ) {
        let lift = function.function.lift
        guard mayCallPlainly(lift) else {
            return run(
                on: scheduler, limits: limits,
                { caller throws(Trap) in _ = try caller.call(function, arguments) }, completion: completion)
        }
        callPlainly(
            lift, on: scheduler, limits: limits,
            { (slots, context) throws(CanonicalTrap) in try arguments.lower(into: &slots, &context) },
            completion: completion)
    }

    @usableFromInline
    func mayCallPlainly(_ lift: LiftPlan) -> Bool {
        lift.plainParameterCount != nil && store.fiber == nil && !plan.core.hasStartFunctions
    }

    @usableFromInline
    func callPlainly(
        _ lift: LiftPlan, on scheduler: FiberScheduler, limits: FiberLimits,
        _ parameters: ComponentCore.Conversion, completion: @escaping (Result<Void, Trap>) -> Void
    ) {
        let task: GuestTask
        let entry: Fiber.Entry
        do throws(Trap) {
            // Makes the core instances; there are no start functions to be run.
            _ = try core.nextStart()
            (task, entry) = try core.beginPlainly(lift, parameters)
        } catch {
            core.fail(error)
            return completion(.failure(error))
        }
        let fiber = Fiber(store: store, scheduler: scheduler, limits: limits, entry: entry) { result in
            // The completion keeps the instance for as long as something runs in it.
            completion(self.core.endPlainly(task, result))
            if !self.core.calls.isEmpty { self.core.driveCalls(on: scheduler) }
        }
        fiber.onPark = core.onPark
        fiber.start()
    }
}

extension ComponentCore {
    /// What ``invoke(_:_:from:call:)`` does until the guest runs.
    fileprivate func beginPlainly(
        _ lift: LiftPlan, _ parameters: Conversion
    ) throws(Trap) -> (GuestTask, Fiber.Entry) {
        guard let count = lift.plainParameterCount else { throw trap(.cannotEnter) }
        let instance = instance(lift.instance)
        do throws(CanonicalTrap) { try instance.state.enter(from: nil) } catch { throw trap(error) }
        let task = GuestTask(lift: lift, instance: instance, origin: nil)
        let thread = task.implicitThread
        task.add(thread)
        current = thread
        thread.isRunning = true
        task.state = .started
        var arguments = IntegerArguments()
        try withSlots(count) { (slots) throws(Trap) in
            var values = slots
            var context = takeContext(lift.context)
            do throws(CanonicalTrap) {
                try parameters(&values, &context)
                values.position = 0
                for _ in 0..<count { arguments.append(try values.next(UInt32.self)) }
            } catch { throw trap(error) }
            giveBack(consume context, lift.context)
        }
        return (task, .integers(function(lift.coreFunction), arguments))
    }

    fileprivate func endPlainly(
        _ task: GuestTask, _ result: Result<[Value], Trap>
    ) -> Result<Void, Trap> {
        do throws(Trap) {
            _ = try result.get()
            task.state = .resolved
            try end(task.implicitThread)
            current = nil
            task.instance.state.leave(to: nil)
            return .success(())
        } catch {
            fail(error)
            return .failure(error)
        }
    }
}
