public import ComponentModel
public import WasmEngine

/// A call of a component to the host, as the host function sees it.
public struct ComponentCall: ~Copyable {
    /// The store of the component.
    public let store: Store

    /// Who of the components that are linked together calls: 0 where one was linked alone, 1 for the one that was linked,
    /// n + 2 for the n-th of those that were added to the linker.
    public let part: Int

    init(store: Store, part: Int = 0) {
        self.store = store
        self.part = part
    }

    /// The fiber that runs the component. Functions that never wait do not need it.
    ///
    /// - Throws: a trap when the component runs without one: while it is instantiated.
    public var fiber: Fiber {
        get throws(Trap) {
            guard let fiber = store.fiber else {
                throw Trap.host("the component called a function that may wait, from a call that may not")
            }
            return fiber
        }
    }

    /// A host feature's object for this component instance.
    @inline(__always)
    public func state<State: AnyObject>(_ key: StateKey<State>) -> State { store[key] }
}

/// The values of one call to the host: parameters to lift, and the place of the result.
@usableFromInline
struct HostFrame {
    // Runs the guest that made the call.
    @usableFromInline let core: Uncounted<ComponentCore>
    let type: FunctionPlan
    let isAsync: Bool
    @usableFromInline var context: CanonicalContext
    @usableFromInline var slots: FlatValues
    @usableFromInline let outParameter: UInt64?

    private var parametersMost: Int { isAsync ? FunctionPlan.asyncParametersMax : FunctionPlan.parametersMax }
    private var resultsMost: Int { isAsync ? 0 : 1 }
    @usableFromInline var hasFlatParameters: Bool { type.parameterFlatCount <= parametersMost }

    init(
        core: ComponentCore, type: FunctionPlan, isAsync: Bool, context: CanonicalContext, slots: FlatValues,
        outParameter: UInt64?
    ) {
        self.core = Uncounted(core)
        self.type = type
        self.isAsync = isAsync
        self.context = context
        self.slots = slots
        self.outParameter = outParameter
    }

    // Inlined where host functions are defined: there the types are known.
    @inlinable
    mutating func lift<each Parameter: CanonicalType>(
        _ type: CanonicalTuple<repeat each Parameter>.Type
    ) throws(Trap) -> CanonicalTuple<repeat each Parameter> {
        do throws(CanonicalTrap) {
            guard hasFlatParameters else { return try type.loadResult(from: &slots, &context) }
            return try type.lift(from: &slots, &context)
        } catch { throw core.object.trap(error) }
    }

    @inlinable
    mutating func lower<Result: CanonicalPayload>(_ result: Result) throws(Trap) {
        context.refresh()
        slots.position = 0
        do throws(CanonicalTrap) {
            if let outParameter {
                try context.checkPlace(outParameter, Result.layout(context.plan.width))
                try result.store(at: outParameter, &context)
            } else {
                try result.lower(into: &slots, &context)
            }
        } catch { throw core.object.trap(error) }
    }

    mutating func liftValues() throws(Trap) -> [ComponentValue] {
        do throws(CanonicalTrap) {
            return try context.liftValues(type.parameters, most: parametersMost, from: &slots)
        } catch { throw core.object.trap(error) }
    }

    mutating func lowerValue(_ value: ComponentValue?) throws(Trap) {
        context.refresh()
        slots.position = 0
        do throws(CanonicalTrap) {
            try context.lowerValues(
                value.map { [$0] } ?? [], type.result, most: resultsMost, into: &slots,
                outParameter: outParameter)
        } catch { throw core.object.trap(error) }
    }
}
