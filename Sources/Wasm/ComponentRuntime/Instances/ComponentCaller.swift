public import ComponentModel
public import WasmEngine

/// Calls into a component instance in direct style, from host code on the instance's fiber.
public struct ComponentCaller {
    @usableFromInline let core: ComponentCore

    /// The store of the component.
    public var store: Store { core.store }

    /// Calls an exported function, and waits for its result.
    public func call(
        _ function: ExportedFunction, _ arguments: [ComponentValue]
    ) throws(Trap) -> [ComponentValue] {
        let origin = HostOrigin(arguments)
        try finish(try core.invoke(function.lift, origin, from: nil), origin)
        return origin.results
    }

    // Inlined into its users: there the types are known, and conversions become loads and stores.
    /// Calls an exported function of known types, and waits for its result.
    @inlinable
    public func call<Parameters: ParameterList, Result: CanonicalPayload>(
        _ function: TypedFunction<Parameters, Result>, _ arguments: Parameters
    ) throws(Trap) -> Result {
        let lift = function.function.lift
        guard lift.isDirect else { return try callTask(function, arguments) }
        var value: Result?
        try core.callDirectly(lift) { (slots, context) throws(CanonicalTrap) in
            if lift.hasFlatParameters {
                try arguments.lower(into: &slots, &context)
            } else {
                try arguments.lowerParameters(into: &slots, &context)
            }
        } result: { (slots, context) throws(CanonicalTrap) in
            value =
                lift.hasFlatResult
                ? try Result.lift(from: &slots, &context) : try Result.loadResult(from: &slots, &context)
        }
        guard let value else { preconditionFailure("a call that returns has a result") }
        return value
    }

    @usableFromInline
    func callTask<Parameters: ParameterList, Result: CanonicalPayload>(
        _ function: TypedFunction<Parameters, Result>, _ arguments: Parameters
    ) throws(Trap) -> Result {
        let origin = TypedOrigin<Parameters, Result>(arguments)
        try finish(try core.invoke(function.function.lift, origin, from: nil), origin)
        guard let result = origin.result else { throw Trap.host("the call was cancelled") }
        return result
    }

    private func finish(_ task: GuestTask, _ origin: CallOrigin) throws(Trap) {
        if !origin.isResolved { try core.drive { origin.isResolved } }
    }

    /// Runs what is left of calls that have returned their results: until nothing of the component can go on any more.
    public func runToEnd() throws(Trap) {
        try core.drive { core.stacks.isEmpty }
    }
}

/// A list of parameters that can be lowered: a ``CanonicalTuple``.
public protocol ParameterList: CanonicalType {
    /// Lowers parameters of a call into a guest.
    func lowerParameters(
        into slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap)
    /// Whether a list of component types is that of the elements.
    static func matches(_ list: [ComponentValueType?], _ types: TypeMatcher) -> Bool
}

extension CanonicalTuple: ParameterList {}

/// An exported function whose types were compared with Swift's once.
public struct TypedFunction<Parameters: ParameterList, Result: CanonicalPayload>: Sendable {
    @usableFromInline let function: ExportedFunction

    init(_ function: ExportedFunction) { self.function = function }

    /// An equal one for calls on one event loop; see ``ComponentPlan/forOneLoop()``.
    public func forOneLoop() -> TypedFunction {
        // A name made anew, which shares no memory with the other one.
        let name = String(decoding: Array(function.name.utf8), as: UTF8.self)
        return TypedFunction(ExportedFunction(lift: function.lift.forOneLoop(), name: name))
    }
}

extension ComponentPlan {
    /// Finds an exported function and compares its types with Swift's.
    ///
    /// - Throws: ``ComponentRuntimeError`` that names the function and both types.
    public func function<Parameters: ParameterList, Result: CanonicalPayload>(
        _ path: String..., parameters: Parameters.Type, result: Result.Type
    ) throws(ComponentRuntimeError) -> TypedFunction<Parameters, Result> {
        let function = try function(at: path)
        guard let id = functionType(at: path) else {
            throw ComponentRuntimeError("The component's type has no function \"\(function.name)\".")
        }
        let type = component.types[id]
        let matcher = TypeMatcher(types: component.types, names: component.names, resources: resourceNumbers)
        guard Parameters.matches(component.types[type.parameters].map(\.type), matcher),
            Result.matches(type.result, matcher)
        else {
            throw ComponentRuntimeError(
                "\"\(function.name)\" is \(TypeDescription(component).text(id)), but is called as "
                    + "\(Parameters.self) -> \(Result.self).")
        }
        return TypedFunction(function)
    }

    private func functionType(at path: [String]) -> FunctionTypeID? {
        var map = component.type.exports
        for (depth, name) in path.enumerated() {
            let names = component.items(map)
            let wanted = InterfaceName(name)?.key
            guard
                let item = names.first(where: { $0.name == name })
                    ?? names.first(where: { wanted != nil && InterfaceName($0.name)?.key == wanted })
            else { return nil }
            switch item.entity {
            case .function(let id): return depth == path.count - 1 ? id : nil
            case .instance(let id): map = component.types[id].exports
            default: return nil
            }
        }
        return nil
    }

    /// The runtime's numbers of the outermost component's resource types.
    private var resourceNumbers: [ResourceID: RuntimeResourceType] { rootResources }
}
