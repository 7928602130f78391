import ComponentModel
import WasmEngine

/// Who called a lifted function: where parameters come from, and where the result goes.
class CallOrigin {
    fileprivate(set) final var isResolved = false

    /// Puts the parameters into the callee, in whose context and slots.
    func start(
        _ core: ComponentCore, into target: inout CanonicalContext, _ type: FunctionPlan,
        _ slots: inout FlatValues
    ) throws(Trap) {}

    /// Takes the result from the callee.
    func resolve(
        _ core: ComponentCore, from source: inout CanonicalContext, _ type: FunctionPlan, most: Int,
        _ slots: inout FlatValues
    ) throws(Trap) { isResolved = true }

    /// The call ends without a result.
    func cancel(_ core: ComponentCore) { isResolved = true }
}

/// A call by another guest instance, or by another function of the same one: values are copied from it and to it.
final class GuestOrigin: CallOrigin {
    private let lower: LowerPlan
    /// The caller's side; loans of the call are kept in it.
    var context: CanonicalContext
    private var parameters: FlatValues
    private let outParameter: UInt64?
    private let subtask: SubtaskID?
    private let storage: FlatStorage?

    init(
        _ lower: LowerPlan, _ context: CanonicalContext, _ parameters: FlatValues, outParameter: UInt64?,
        subtask: SubtaskID? = nil, storage: FlatStorage? = nil
    ) {
        self.lower = lower
        self.context = context
        self.parameters = parameters
        self.outParameter = outParameter
        self.subtask = subtask
        self.storage = storage
    }

    override func start(
        _ core: ComponentCore, into target: inout CanonicalContext, _ type: FunctionPlan,
        _ slots: inout FlatValues
    ) throws(Trap) {
        context.refresh()
        target.refresh()
        var transfer = CanonicalTransfer(source: context, target: target)
        let most = subtask == nil ? FunctionPlan.parametersMax : FunctionPlan.asyncParametersMax
        do throws(CanonicalTrap) {
            try transfer.copy(
                from: (lower.type.parameters, most), &parameters,
                to: (type.parameters, FunctionPlan.parametersMax), &slots)
        } catch { throw core.trap(error) }
        context = transfer.source
        target = transfer.target
        if let subtask { core.async.start(subtask, loans: context.loans) }
    }

    override func resolve(
        _ core: ComponentCore, from source: inout CanonicalContext, _ type: FunctionPlan, most: Int,
        _ slots: inout FlatValues
    ) throws(Trap) {
        context.refresh()
        source.refresh()
        var transfer = CanonicalTransfer(source: source, target: context)
        parameters.position = 0
        do throws(CanonicalTrap) {
            try transfer.copy(
                from: (type.result, most), &slots, to: (lower.type.result, subtask == nil ? 1 : 0),
                &parameters, outParameter: outParameter)
        } catch { throw core.trap(error) }
        context = transfer.target
        isResolved = true
        if let subtask { core.async.resolve(subtask, isCancelled: false) }
    }

    override func cancel(_ core: ComponentCore) {
        isResolved = true
        if let subtask { core.async.resolve(subtask, isCancelled: true) }
    }
}

/// A call by the host, with values.
final class HostOrigin: CallOrigin {
    private let arguments: [ComponentValue]
    private(set) var results: [ComponentValue] = []

    init(_ arguments: [ComponentValue]) { self.arguments = arguments }

    override func start(
        _ core: ComponentCore, into target: inout CanonicalContext, _ type: FunctionPlan,
        _ slots: inout FlatValues
    ) throws(Trap) {
        do throws(CanonicalTrap) {
            try target.lowerValues(
                arguments, type.parameters, most: FunctionPlan.parametersMax, into: &slots)
        } catch { throw core.trap(error) }
    }

    override func resolve(
        _ core: ComponentCore, from source: inout CanonicalContext, _ type: FunctionPlan, most: Int,
        _ slots: inout FlatValues
    ) throws(Trap) {
        do throws(CanonicalTrap) {
            results = try source.liftValues(type.result, most: most, from: &slots)
        } catch { throw core.trap(error) }
        isResolved = true
    }
}

/// A call by the host, with Swift values of known types.
final class TypedOrigin<Parameters: ParameterList, Result: CanonicalPayload>: CallOrigin {
    private let arguments: Parameters
    private(set) var result: Result?

    init(_ arguments: Parameters) { self.arguments = arguments }

    override func start(
        _ core: ComponentCore, into target: inout CanonicalContext, _ type: FunctionPlan,
        _ slots: inout FlatValues
    ) throws(Trap) {
        do throws(CanonicalTrap) {
            try arguments.lowerParameters(into: &slots, &target)
        } catch { throw core.trap(error) }
    }

    override func resolve(
        _ core: ComponentCore, from source: inout CanonicalContext, _ type: FunctionPlan, most: Int,
        _ slots: inout FlatValues
    ) throws(Trap) {
        do throws(CanonicalTrap) {
            result = try Result.liftResult(from: &slots, most: most, &source)
        } catch { throw core.trap(error) }
        isResolved = true
    }
}
