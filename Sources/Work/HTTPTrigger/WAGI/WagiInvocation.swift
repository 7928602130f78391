import AppModel
import AppRuntime
import HTTPServer
import HostSystem
import Logging
import NIOCore
import NIOHTTP1
import WasmEngine

/// One request to a CGI program: a fresh instance, its streams tied to the exchange, and what its end means.
final class WagiInvocation: GuestTexts {
    /// What the program is told about its request.
    struct Request {
        let options: WagiOptions
        let route: RouteTable.Entry
        let match: RouteMatch
        let path: String
    }

    private let exchange: HTTPExchange
    private let request: Request
    private let component: LoadedComponent
    private let logger: Logger
    private let input: RequestBodyInput
    private let output: CGIOutput
    private let errorOutput: LogOutput

    init(
        exchange: HTTPExchange, component: LoadedComponent, request: Request, log: any GuestLog,
        logger: Logger
    ) {
        let limits = component.limits
        self.exchange = exchange
        self.component = component
        self.request = request
        self.logger = logger
        input = RequestBodyInput(exchange: exchange, bytesMax: limits.requestBodyBytesMax)
        output = CGIOutput(
            exchange: exchange, headBytesMax: limits.responseHeaderBytesMax,
            bodyBytesMax: limits.responseBodyBytesMax)
        errorOutput = LogOutput(
            log: log, component: component.component.id.text, requestID: exchange.requestID,
            bytesMax: limits.logBytesMax)
    }

    func arguments() -> EncodedStrings {
        CGIEnvironment.arguments(template: request.options.argv, head: exchange.head)
    }

    func environment() -> EncodedStrings {
        CGIEnvironment.variables(
            exchange, texts: request.route.texts, parameters: request.route.parameters(in: request.path),
            pathInfo: request.match.pathInfo(in: request.path))
    }

    func start(_ command: EntryPoint, scheduler: FiberScheduler) {
        let system = GuestSystem(
            component.plan, input: input, output: output, errorOutput: errorOutput, texts: self)
        let fiber: Fiber
        do {
            fiber = try component.makeFiber(of: command, system: system, scheduler: scheduler) {
                self.ended($0)
            }
        } catch {
            return fail(.serviceUnavailable, "no instance could be made: \(error)", ["retry-after": "1"])
        }
        // Not for ever: an exchange that ends lets go of it.
        exchange.onCancelled = { reason in fiber.cancel("the exchange ended early: \(reason)") }
        fiber.onPark = { [output] isWaiting in output.flush(beforeWaiting: isWaiting) }
        fiber.start()
    }

    private func ended(_ result: Result<[Value], Trap>) {
        errorOutput.finish()
        if case .failure(let trap) = result, trap.reason != .exit(0) { return failed(trap) }
        if let failure = output.finish() { fail(.internalServerError, "\(failure)") }
    }

    private func failed(_ trap: Trap) {
        if let failure = output.failure { return fail(.internalServerError, "\(failure)") }
        if let failure = input.failure {
            return fail(failure.status, "the request body could not be read: \(failure)")
        }
        switch trap.reason {
        case .deadline, .cpuBudget: fail(.gatewayTimeout, "\(trap)")
        case .cancelled where exchange.isEnded: note("\(trap)", .info)
        case .cancelled: fail(.serviceUnavailable, "\(trap)")
        case .exhausted: fail(.serviceUnavailable, "\(trap)", ["retry-after": "1"])
        default: fail(.internalServerError, "\(trap)")
        }
    }

    /// Answers for the program where the client has got nothing yet, and else lets the client see that the response is cut.
    private func fail(_ status: HTTPResponseStatus, _ reason: String, _ headers: HTTPHeaders = [:]) {
        note(reason, .error)
        guard !output.isStreaming else { return exchange.abort() }
        exchange.respond(status, headers)
    }

    private func note(_ reason: String, _ level: Logger.Level) {
        logger.log(
            level: level, "\(reason)",
            metadata: ["component": "\(component.component.id)", "request-id": "\(exchange.requestID)"])
    }
}
