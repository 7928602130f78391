public import ComponentModel
public import ComponentRuntime
import WASI
public import WasmEngine

/// A component's `wasi:http/incoming-handler`, looked up once.
public struct Preview2Handler: Sendable {
    private let function: TypedFunction<CanonicalTuple<Own<IncomingRequest>, Own<ResponseWriter>>, NoValue>

    /// The handler that a component exports.
    ///
    /// - Throws: ``ComponentRuntimeError`` where the export is of another type.
    public init(_ plan: ComponentPlan) throws(ComponentRuntimeError) {
        let exports = plan.component.exports
        // Candidates are not compatible with anything by their numbers.
        let candidate = Self.candidates.first { name in exports.contains { $0.name == name } }
        let isFinal = exports.contains { export in
            export.name.hasPrefix(Self.prefix) && !Self.candidates.contains(export.name)
        }
        function = try plan.function(
            isFinal ? Self.name(Preview2HTTP.version) : candidate ?? Self.name(Preview2HTTP.version),
            "handle",
            parameters: CanonicalTuple<Own<IncomingRequest>, Own<ResponseWriter>>.self, result: NoValue.self
        )
    }

    private init(_ original: Preview2Handler) { function = original.function.forOneLoop() }

    /// An equal one for the requests of one event loop; see `ComponentPlan.forOneLoop()`.
    public func forOneLoop() -> Preview2Handler { Preview2Handler(self) }

    /// Whether a component exports a handler of this version.
    public static func isExported(by component: Component) -> Bool {
        component.exports.contains { $0.name.hasPrefix(prefix) }
    }

    private static let prefix = name("0.2.")
    private static let candidates = [Preview2.novemberCandidate, Preview2.octoberCandidate].map { name($0) }
    private static func name(_ version: String) -> String { "wasi:http/incoming-handler@\(version)" }

    /// Calls the handler. `completion` is called once and on the loop; where the guest has returned, `writer` is to be told
    /// then.
    public func start(
        _ exchange: any IncomingExchange, _ writer: ResponseWriter, in instance: ComponentInstance,
        on scheduler: FiberScheduler, limits: FiberLimits,
        completion: @escaping (Result<Void, Trap>) -> Void
    ) {
        let request: Own<IncomingRequest>
        let outparam: Own<ResponseWriter>
        do throws(Trap) {
            let resources = instance.store[ResourceTable.key]
            let limits = instance.store[HTTPHostState.key].limits
            request = try resources.add(IncomingRequest(exchange, limits: limits))
            outparam = try resources.add(writer)
        } catch {
            return completion(.failure(error))
        }
        instance.call(
            function, CanonicalTuple(request, outparam), on: scheduler, limits: limits, completion: completion
        )
    }
}
