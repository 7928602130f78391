public import ComponentModel
public import WasmEngine

/// A call of a component to the host, as the host function sees it.
public struct ComponentCall: ~Copyable {
    // Whoever entered the guest owns the store, and waits for the call's end.
    private let owner: Uncounted<Store>

    /// The store of the component.
    public var store: Store { owner.object }

    /// Who of the components that are linked together calls: 0 where one was linked alone, 1 for the one that was linked,
    /// n + 2 for the n-th of those that were added to the linker.
    public let part: Int

    init(_ owner: Uncounted<Store>, part: Int = 0) {
        self.owner = owner
        self.part = part
    }

    /// The fiber that runs the component. Functions that never wait do not need it.
    ///
    /// - Throws: a trap when the component runs without one: while it is instantiated.
    public var fiber: Fiber {
        get throws(Trap) {
            guard let fiber = owner.with({ $0.fiber }) else {
                throw Trap.host("the component called a function that may wait, from a call that may not")
            }
            return fiber
        }
    }

    /// A host feature's object for this component instance.
    @inline(__always)
    public func state<State: AnyObject>(_ key: StateKey<State>) -> State { owner.with { $0[key] } }

    /// Uses a host feature's object for this component instance. Nothing is counted for it.
    @inline(__always)
    public func with<State: AnyObject, Result, Failure: Error>(
        _ key: StateKey<State>, _ body: (State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try owner.with { (store) throws(Failure) in try store.with(key, body) }
    }
}

/// The values of one call to the host: parameters to lift, and the place of the result. The context that converts them
/// goes beside it, because it is used again for other calls.
@usableFromInline
struct HostFrame {
    // Runs the guest that made the call.
    @usableFromInline let core: Uncounted<ComponentCore>
    // Belongs to what the component is an instance of.
    private let plan: Uncounted<LowerPlan>
    @usableFromInline var slots: FlatValues
    @usableFromInline let outParameter: UInt64?

    @usableFromInline var hasFlatParameters: Bool {
        plan.with { $0.type.parameterFlatCount <= $0.parametersMost }
    }

    init(core: ComponentCore, plan: LowerPlan, slots: FlatValues, outParameter: UInt64?) {
        self.core = Uncounted(core)
        self.plan = Uncounted(plan)
        self.slots = slots
        self.outParameter = outParameter
    }

    // Inlined where host functions are defined: there the types are known.
    @inlinable
    mutating func lift<each Parameter: CanonicalType>(
        _ type: CanonicalTuple<repeat each Parameter>.Type, _ context: inout CanonicalContext
    ) throws(Trap) -> CanonicalTuple<repeat each Parameter> {
        do throws(CanonicalTrap) {
            guard hasFlatParameters else { return try type.loadResult(from: &slots, &context) }
            return try type.lift(from: &slots, &context)
        } catch { throw core.object.trap(error) }
    }

    /// Lifts the next parameter of several that are flat.
    @inlinable
    mutating func next<Parameter: CanonicalType>(
        _ type: Parameter.Type, _ context: inout CanonicalContext
    ) throws(Trap) -> Parameter {
        do throws(CanonicalTrap) {
            return try Parameter.lift(from: &slots, &context)
        } catch { throw core.object.trap(error) }
    }

    @inlinable
    mutating func lower<Result: CanonicalPayload>(
        _ result: Result, _ context: inout CanonicalContext
    ) throws(Trap) {
        slots.position = 0
        do throws(CanonicalTrap) {
            if let outParameter {
                context.refresh()
                try context.checkPlace(outParameter, Result.layout(context.plan.width))
                try result.store(at: outParameter, &context)
            } else {
                // One slot at the most holds no address, so that the memory is not looked at.
                try result.lower(into: &slots, &context)
            }
        } catch { throw core.object.trap(error) }
    }

    mutating func liftValues(_ context: inout CanonicalContext) throws(Trap) -> [ComponentValue] {
        let plan = self.plan.object
        do throws(CanonicalTrap) {
            return try context.liftValues(plan.type.parameters, most: plan.parametersMost, from: &slots)
        } catch { throw core.object.trap(error) }
    }

    mutating func lowerValue(
        _ value: ComponentValue?, _ context: inout CanonicalContext
    ) throws(Trap) {
        context.refresh()
        slots.position = 0
        let plan = self.plan.object
        do throws(CanonicalTrap) {
            try context.lowerValues(
                value.map { [$0] } ?? [], plan.type.result, most: plan.options.isAsync ? 0 : 1, into: &slots,
                outParameter: outParameter)
        } catch { throw core.object.trap(error) }
    }
}
