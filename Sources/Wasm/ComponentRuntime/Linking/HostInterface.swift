public import ComponentModel
public import WasmEngine

/// An interface that the host implements.
public final class HostInterface {
    /// Its name, with version.
    public let name: String
    var functions: [String: HostFunctionDefinition] = [:]
    var resources: [String: RuntimeResourceType] = [:]
    var destructors: [RuntimeResourceType: HostDestructor] = [:]

    init(_ name: String) { self.name = name }

    /// Offers a resource type. `destroy` is called when the last handle that owns a resource is dropped.
    public func resource<Resource: CanonicalResource>(
        _ name: String, _ type: Resource.Type, destroy: @escaping HostDestructor = { _, _ in }
    ) {
        resources[name] = Resource.resourceType
        destructors[Resource.resourceType] = destroy
    }

    // Inlined into its users: there the types are known, and conversions become loads and stores.
    /// Offers a function of known types, which may wait on its caller's fiber.
    @inlinable
    public func function<
        each Parameter: CanonicalType & SendableMetatype, Result: CanonicalPayload & SendableMetatype
    >(
        _ name: String,
        _ body: @escaping @Sendable (borrowing ComponentCall, repeat each Parameter) throws(Trap) -> Result
    ) {
        define(name, (repeat (each Parameter).self), Result.self) { call, frame, context throws(Trap) in
            let parameters = try frame.lift(CanonicalTuple<repeat each Parameter>.self, &context)
            let result = try body(call, repeat each parameters.elements)
            try frame.lower(result, &context)
        }
    }

    @usableFromInline
    typealias HostBody =
        @Sendable (borrowing ComponentCall, inout HostFrame, inout CanonicalContext) throws(Trap) -> Void

    @usableFromInline
    func define<
        each Parameter: CanonicalType & SendableMetatype, Result: CanonicalPayload & SendableMetatype
    >(
        _ name: String, _ parameters: (repeat (each Parameter).Type), _ result: Result.Type,
        _ body: @escaping HostBody
    ) {
        functions[name] = HostFunctionDefinition(
            description: Self.description((repeat (each Parameter).self), Result.self),
            matches: { type, matcher in
                CanonicalTuple<repeat each Parameter>.matches(
                    matcher.types[type.parameters].map(\.type), matcher)
                    && Result.matches(type.result, matcher)
            },
            body: .sync(body))
    }

    /// Offers a function without a result.
    @inlinable
    public func function<each Parameter: CanonicalType & SendableMetatype>(
        _ name: String,
        _ body: @escaping @Sendable (borrowing ComponentCall, repeat each Parameter) throws(Trap) -> Void
    ) {
        function(name) {
            (call: borrowing ComponentCall, parameter: repeat each Parameter) throws(Trap) -> NoValue in
            try body(call, repeat each parameter)
            return NoValue()
        }
    }

    /// Offers a function of an `async` type: it returns at once and completes whenever it likes, on the component's
    /// event loop.
    public func asyncFunction<
        each Parameter: CanonicalType & SendableMetatype, Result: CanonicalPayload & SendableMetatype
    >(
        _ name: String,
        _ body:
            @escaping @Sendable (borrowing ComponentCall, HostCompletion<Result>, repeat each Parameter)
            throws(Trap) -> Void
    ) {
        functions[name] = HostFunctionDefinition(
            description: "async " + Self.description((repeat (each Parameter).self), Result.self),
            matches: { type, matcher in
                CanonicalTuple<repeat each Parameter>.matches(
                    matcher.types[type.parameters].map(\.type), matcher)
                    && Result.matches(type.result, matcher)
            },
            body: .async { call, frame, context, task throws(Trap) in
                let parameters = try frame.lift(CanonicalTuple<repeat each Parameter>.self, &context)
                try body(call, HostCompletion(task), repeat each parameters.elements)
            })
    }

    /// Offers a function whose types are only known when it is linked. Its parameters and result come as values.
    public func dynamicFunction(
        _ name: String,
        _ body:
            @escaping @Sendable (borrowing ComponentCall, [ComponentValue]) throws(Trap) -> ComponentValue?
    ) {
        functions[name] = HostFunctionDefinition(
            description: "(any)", matches: { _, _ in true },
            body: .sync { call, frame, context throws(Trap) in
                let parameters = try frame.liftValues(&context)
                try frame.lowerValue(try body(call, parameters), &context)
            })
    }

    private static func description<each Parameter, Result>(
        _ parameters: (repeat (each Parameter).Type), _ result: Result.Type
    ) -> String {
        var names: [String] = []
        for parameter in repeat each parameters { names.append("\(parameter)") }
        return "func(\(names.joined(separator: ", ")))" + (result == NoValue.self ? "" : " -> \(result)")
    }
}

/// A function of the host, before it is linked.
final class HostFunctionDefinition: Sendable {
    enum Body: Sendable {
        case sync(HostInterface.HostBody)
        case async(AsyncBody)
    }

    typealias AsyncBody =
        @Sendable (borrowing ComponentCall, inout HostFrame, inout CanonicalContext, HostTask)
        throws(Trap) -> Void

    /// Its Swift type, for messages.
    let description: String
    let matches: @Sendable (ComponentFunctionType, TypeMatcher) -> Bool
    let body: Body

    init(
        description: String, matches: @escaping @Sendable (ComponentFunctionType, TypeMatcher) -> Bool,
        body: Body
    ) {
        self.description = description
        self.matches = matches
        self.body = body
    }
}
