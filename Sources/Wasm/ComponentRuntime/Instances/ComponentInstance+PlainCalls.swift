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
        guard let type = function.plainType, mayCallPlainly else {
            return run(on: scheduler, limits: limits) { caller throws(Trap) in
                _ = try caller.call(function, arguments)
            } completion: {
                completion($0)
            }
        }
        callPlainly(function.function.lift, type, on: scheduler, limits: limits) {
            (slots, context) throws(CanonicalTrap) in
            try arguments.lower(into: &slots, &context)
        } completion: {
            completion($0)
        }
    }

    @usableFromInline
    var mayCallPlainly: Bool { store.fiber == nil && !plan.core.hasStartFunctions }

    @usableFromInline
    func callPlainly(
        _ lift: LiftPlan, _ type: FunctionType, on scheduler: FiberScheduler, limits: FiberLimits,
        _ parameters: ComponentCore.Conversion, completion: @escaping (Result<Void, Trap>) -> Void
    ) {
        let frame: DirectFrame
        do throws(Trap) {
            // Makes the core instances; there are no start functions to be run.
            _ = try core.nextStart()
            frame = try core.begin(lift, parameters)
        } catch {
            core.fail(error)
            return completion(.failure(error))
        }
        let function = Function(core.function(lift.coreFunction), in: store)
        let fiber = Fiber(
            store: store, scheduler: scheduler, limits: limits,
            entry: .function(function, type, core.arguments(of: frame, count: type.parameters.count))
        ) { result in
            // The completion keeps the instance for as long as something runs in it.
            completion(self.core.end(frame, result))
            if !self.core.calls.isEmpty { self.core.driveCalls(on: scheduler) }
        }
        fiber.onPark = core.onPark
        fiber.start()
    }
}

extension ComponentCore {
    fileprivate func end(_ frame: DirectFrame, _ result: Result<[Value], Trap>) -> Result<Void, Trap> {
        do throws(Trap) {
            _ = try result.get()
            try end(frame)
            return .success(())
        } catch {
            fail(error)
            return .failure(error)
        }
    }
}
