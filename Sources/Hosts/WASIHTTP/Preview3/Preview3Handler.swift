public import ComponentModel
public import ComponentRuntime
import WASI
public import WasmEngine

/// A component's `wasi:http/handler`, looked up once.
public struct Preview3Handler: Sendable {
    private let function:
        TypedFunction<CanonicalTuple<Own<HTTPRequest3>>, Result<Own<HTTPResponse3>, HTTPErrorCode>>

    /// The handler that a component exports.
    ///
    /// - Throws: ``ComponentRuntimeError`` where the export is of another type.
    public init(_ plan: ComponentPlan) throws(ComponentRuntimeError) {
        let name = Self.export(of: plan.component) ?? "wasi:http/handler@0.3.0"
        function = try plan.function(
            name, "handle", parameters: CanonicalTuple<Own<HTTPRequest3>>.self,
            result: Result<Own<HTTPResponse3>, HTTPErrorCode>.self)
    }

    private init(_ original: Preview3Handler) { function = original.function.forOneLoop() }

    /// An equal one for the requests of one event loop; see `ComponentPlan.forOneLoop()`.
    public func forOneLoop() -> Preview3Handler { Preview3Handler(self) }

    /// Whether a component exports a handler of this version.
    public static func isExported(by component: Component) -> Bool { export(of: component) != nil }

    private static func export(of component: Component) -> String? {
        component.exports.first { item in
            item.name.hasPrefix("wasi:http/handler@0.3.")
                && (!item.name.contains("-rc-") || item.name == "wasi:http/handler@0.3.0-rc-2026-03-15")
        }?.name
    }

    /// Calls the handler. The response goes to `writer`, its body for as long as the guest writes it.
    ///
    /// - Parameter completion: called once, when the guest has answered, with the trap that came before that otherwise.
    public func start(
        _ exchange: any IncomingExchange, _ writer: ResponseWriter, in instance: ComponentInstance,
        on scheduler: FiberScheduler, limits: CallLimits,
        completion: @escaping (Result<Void, Trap>) -> Void
    ) throws(Trap) -> GuestCall {
        let resources = instance.store[ResourceTable.key]
        let hostLimits = instance.store[HTTPHostState.key].limits
        let request = try resources.add(HTTPRequest3(exchange, limits: hostLimits))
        return instance.start(function, CanonicalTuple(request), on: scheduler, limits: limits) { result in
            switch result {
            case .success(.success(let own)):
                completion(Self.answer(own, writer, resources, hostLimits))
            case .success(.failure(let code)):
                writer.fail("the guest answered with an error: \(code)")
                completion(.success(()))
            case .failure(let trap): completion(.failure(trap))
            }
        }
    }

    private static func answer(
        _ own: Own<HTTPResponse3>, _ writer: ResponseWriter, _ resources: ResourceTable,
        _ limits: HTTPHostLimits
    ) -> Result<Void, Trap> {
        do throws(Trap) {
            let response = try resources.take(own)
            guard let body = response.takeBody() else { throw Trap.host("the response has no body any more") }
            send(response.head, body, to: writer, resources, limits)
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private static func send(
        _ head: ResponseHead, _ body: MessageBody, to writer: ResponseWriter, _ resources: ResourceTable,
        _ limits: HTTPHostLimits
    ) {
        guard let outgoing = OutgoingBody(.response, of: head.fields, limits: limits) else {
            return writer.fail("the guest's response has a content-length that is no length")
        }
        writer.send(head, body: outgoing, endsWithGuest: false)
        switch body {
        case .guest(let contents, let trailers, let received):
            OutgoingByteSink(outgoing, trailers: trailers, received: received, resources: resources).send(
                contents)
        case .network(let incoming): BodyRelay(from: incoming, to: outgoing).run()
        }
    }
}
