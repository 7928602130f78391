import AppModel
import AppRuntime
import HTTPServer
import HostSystem
import Logging
import NIOCore
import NIOHTTP1
import WASIHTTP
import WasmEngine

/// One request to a component that speaks `wasi:http`, and what the guest's end means for the client.
final class ComponentInvocation {
    private let exchange: HTTPExchange
    private let component: LoadedComponent
    private let logger: Logger
    private let writer: ResponseWriter
    private let log: LogOutput
    private let adapter: ServerExchange
    private var call: HTTPCall?

    init(
        exchange: HTTPExchange, component: LoadedComponent, route: RouteFields, log: any GuestLog,
        logger: Logger
    ) {
        let limits = HTTPHostLimits(component.limits)
        self.exchange = exchange
        self.component = component
        self.logger = logger
        adapter = ServerExchange(exchange, route: route, limits: limits)
        writer = ResponseWriter(adapter, limits: limits)
        self.log = LogOutput(
            log: log, component: component.component.id.text, requestID: exchange.requestID,
            bytesMax: component.limits.logBytesMax)
    }

    func start(_ program: HTTPProgram, scheduler: FiberScheduler) {
        let system = GuestSystem(component.plan, output: log, errorOutput: log)
        let call: HTTPCall
        do {
            call = try HTTPCall(
                program, of: component, system: system, exchange: adapter, writer: writer, on: scheduler
            ) {
                self.ended($0)
            }
        } catch {
            return fail(.serviceUnavailable, "no instance could be made: \(error)", ["retry-after": "1"])
        }
        guard !exchange.isEnded else { return }
        self.call = call
        exchange.onCancelled = { [weak call] reason in call?.cancel("the exchange ended early: \(reason)") }
    }

    private func ended(_ result: Result<Void, Trap>) {
        log.finish()
        switch result {
        case .failure(let trap) where trap.reason != .exit(0): failed(trap)
        default: returned()
        }
        writer.close()
        call = nil
    }

    private func returned() {
        writer.guestReturned()
        if let failure = writer.failure {
            fail(.internalServerError, failure)
        } else if !writer.isSet {
            fail(.internalServerError, "the guest returned without a response")
        }
    }

    private func failed(_ trap: Trap) {
        // The client has the whole answer already.
        if writer.isComplete { return note("\(trap)", .error) }
        switch trap.reason {
        case .deadline, .cpuBudget: fail(.gatewayTimeout, "\(trap)")
        case .cancelled where exchange.isEnded: note("\(trap)", .info)
        case .cancelled: fail(.serviceUnavailable, "\(trap)")
        case .exhausted: fail(.serviceUnavailable, "\(trap)", ["retry-after": "1"])
        default: fail(.internalServerError, "\(trap)")
        }
    }

    /// Answers for the guest where the client has got nothing yet, and else lets the client see that the response is cut.
    private func fail(_ status: HTTPResponseStatus, _ reason: String, _ headers: HTTPHeaders = [:]) {
        note(reason, .error)
        guard exchange.status == nil else { return exchange.abort() }
        exchange.respond(status, headers)
    }

    private func note(_ reason: String, _ level: Logger.Level) {
        logger.log(
            level: level, "\(reason)",
            metadata: ["component": "\(component.component.id)", "request-id": "\(exchange.requestID)"])
    }
}
