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
    private let program: LoopHTTPProgram
    private var completion: ((Result<Void, Trap>) -> Void)?
    private var guestCall: GuestCall?
    /// Whether nothing goes on for the request any more.
    public private(set) var isOver = false

    /// Runs the program's handler, in a fresh instance or in one that may be used again.
    ///
    /// - Parameter completion: called once, on the scheduler's loop, when the guest does nothing for the request any more,
    ///   or when its time is over. What it has answered is in `writer`.
    /// - Throws: ``EngineError`` with code `exhausted` when the engine's slots are all in use.
    public init(
        _ program: LoopHTTPProgram, exchange: any IncomingExchange, writer: ResponseWriter, requestID: String,
        completion: @escaping (Result<Void, Trap>) -> Void
    ) throws {
        self.program = program
        if let instance = program.pool?.take(depth: exchange.depth) {
            self.instance = instance
        } else {
            instance = try HTTPInstance(program, requestID: requestID)
            program.pool?.add(instance)
        }
        self.writer = writer
        self.completion = completion
        instance.begin(writer, requestID: requestID, depth: exchange.depth)
        start(exchange)
    }

    private func start(_ exchange: any IncomingExchange) {
        let scheduler = program.scheduler
        switch program.program.handler {
        case .preview2(let handler):
            handler.start(
                exchange, writer, in: instance.instance, on: scheduler, limits: program.component.fiberLimits
            ) {
                if case .success = $0 { self.writer.guestReturned() }
                self.settled($0)
            }
        case .preview3(let handler):
            do throws(Trap) {
                let call = try handler.start(
                    exchange, writer, in: instance.instance, on: scheduler,
                    limits: program.component.callLimits
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
        if let guestCall, instance.active > 1 || program.pool != nil {
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
        program.pool?.ended(instance)
    }
}
