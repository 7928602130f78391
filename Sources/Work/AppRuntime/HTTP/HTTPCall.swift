import ComponentRuntime
public import HostSystem
import WASI
public import WASIHTTP
public import WasmEngine

/// One request to a component: an instance of it, and what ends its run.
///
/// Confined to the exchange's event loop.
public final class HTTPCall {
    private let instance: ComponentInstance
    private let writer: ResponseWriter

    /// Runs the handler of `program` in a fresh instance.
    ///
    /// - Parameter completion: called once, on the scheduler's loop, when the guest has ended.
    /// - Throws: ``EngineError`` with code `exhausted` when the engine's slots are all in use.
    public init(
        _ program: HTTPProgram, of component: LoadedComponent, system: GuestSystem,
        exchange: any IncomingExchange, writer: ResponseWriter, on scheduler: FiberScheduler,
        completion: @escaping (Result<Void, Trap>) -> Void
    ) throws {
        instance = try ComponentInstance(program.plan, instanceLimits: component.instanceLimits)
        self.writer = writer
        Preview2.install(system, in: instance.store)
        instance.store[HTTPHostState.key] = program.state
        instance.onPark = { isWaiting in if isWaiting { writer.flush() } }
        switch program.handler {
        case .preview2(let handler):
            instance.run(on: scheduler, limits: component.fiberLimits) { (caller) throws(Trap) in
                try handler.call(exchange, writer, in: caller)
            } completion: {
                completion($0)
            }
        }
    }

    /// Ends the guest early.
    public func cancel(_ message: String) { instance.cancel(message) }
}
