import AppModel
import ComponentRuntime
import NIOCore
public import WASIHTTP
public import WasmEngine

/// One request to a component: the instance that answers it, and what ends it.
///
/// Confined to the exchange's event loop.
public final class HTTPCall {
    private let instance: HTTPInstance
    private let writer: ResponseWriter
    private let pool: HTTPInstancePool?
    private var completion: ((Result<Void, Trap>) -> Void)?
    private var guestCall: GuestCall?
    /// Whether nothing goes on for the request any more.
    public private(set) var isOver = false

    /// Runs the handler of `program`, in a fresh instance or in one that may be used again.
    ///
    /// - Parameter completion: called once, on the scheduler's loop, when the guest does nothing for the request any more,
    ///   or when its time is over. What it has answered is in `writer`.
    /// - Throws: ``EngineError`` with code `exhausted` when the engine's slots are all in use.
    public init(
        _ program: HTTPProgram, of component: LoadedComponent, exchange: any IncomingExchange,
        writer: ResponseWriter, requestID: String, log: any GuestLog, on scheduler: FiberScheduler,
        completion: @escaping (Result<Void, Trap>) -> Void
    ) throws {
        pool = program.reuse.isFresh ? nil : program.pool(on: scheduler.eventLoop)
        if let instance = pool?.take(depth: exchange.depth) {
            self.instance = instance
        } else {
            instance = try HTTPInstance(program, of: component, log: log, requestID: requestID)
            pool?.add(instance)
        }
        self.writer = writer
        self.completion = completion
        instance.begin(writer, requestID: requestID, depth: exchange.depth)
        start(program, component, exchange, scheduler)
    }

    private func start(
        _ program: HTTPProgram, _ component: LoadedComponent, _ exchange: any IncomingExchange,
        _ scheduler: FiberScheduler
    ) {
        let writer = self.writer
        switch program.handler {
        case .preview2(let handler):
            handler.start(
                exchange, writer, in: instance.instance, on: scheduler, limits: component.fiberLimits
            ) {
                self.settled($0)
            }
        case .preview3(let handler):
            do throws(Trap) {
                let call = try handler.start(
                    exchange, writer, in: instance.instance, on: scheduler, limits: component.callLimits
                ) {
                    if case .failure(let trap) = $0 { self.report(.failure(trap)) }
                }
                if call.isSettled { return settled(.success(())) }
                guestCall = call
                call.onSettled = { trap in self.settled(trap.map { .failure($0) } ?? .success(())) }
            } catch {
                settled(.failure(error))
            }
        }
    }

    /// Nobody wants the answer any more. An instance that answers others goes on.
    public func cancel(_ message: String) {
        if let guestCall, instance.active > 1 || pool != nil {
            guestCall.cancel()
        } else if guestCall != nil {
            instance.instance.end()
        } else {
            instance.instance.cancel(message)
        }
    }

    private func report(_ result: Result<Void, Trap>) {
        let completion = self.completion
        self.completion = nil
        completion?(result)
    }

    /// Nothing goes on for the request any more.
    private func settled(_ result: Result<Void, Trap>) {
        guard !isOver else { return }
        isOver = true
        guestCall = nil
        report(result)
        instance.end(writer)
        pool?.ended(instance)
    }
}
