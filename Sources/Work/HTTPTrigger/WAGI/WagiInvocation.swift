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
    private let exchange: HTTPExchange
    private let program: WagiProgram
    private let route: RouteTable.Entry
    private let match: RouteMatch
    private let path: String
    private let output: CGIOutput
    // Made when the program first reads, or writes to its standard error: many do neither.
    private var input: RequestBodyInput?
    private var errorOutput: LogOutput?

    init(
        exchange: HTTPExchange, program: WagiProgram, route: RouteTable.Entry, match: RouteMatch, path: String
    ) {
        self.exchange = exchange
        self.program = program
        self.route = route
        self.match = match
        self.path = path
        let limits = program.component.limits
        output = CGIOutput(
            exchange: exchange, headBytesMax: limits.responseHeaderBytesMax,
            bodyBytesMax: limits.responseBodyBytesMax)
    }

    func arguments() -> EncodedStrings {
        CGIEnvironment.arguments(template: program.options.argv, head: exchange.head)
    }

    func environment() -> EncodedStrings {
        CGIEnvironment.variables(
            exchange, texts: route.texts, parameters: route.parameters(in: path),
            pathInfo: match.pathInfo(in: path))
    }

    func start(scheduler: FiberScheduler) {
        let component = program.component
        let system = GuestSystem(component.plan, input: self, output: output, errorOutput: self, texts: self)
        let fiber: Fiber
        do {
            fiber = try component.makeFiber(of: program.command, system: system, scheduler: scheduler) {
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
        errorOutput?.finish()
        if case .failure(let trap) = result, trap.reason != .exit(0) { return failed(trap) }
        if let failure = output.finish() { fail(.internalServerError, "\(failure)") }
    }

    private func failed(_ trap: Trap) {
        if let failure = output.failure { return fail(.internalServerError, "\(failure)") }
        if let failure = input?.failure {
            return fail(failure.status, "the request body could not be read: \(failure)")
        }
        guard let answer = TrapAnswer(trap, clientIsGone: exchange.isEnded) else {
            return note("\(trap)", .info)
        }
        fail(answer.status, "\(trap)", answer.headers)
    }

    /// Answers for the program where the client has got nothing yet, and else lets the client see that the response is cut.
    private func fail(_ status: HTTPResponseStatus, _ reason: String, _ headers: HTTPHeaders = [:]) {
        note(reason, .error)
        guard !output.isStreaming else { return exchange.abort() }
        exchange.respond(status, headers)
    }

    private func note(_ reason: String, _ level: Logger.Level) {
        program.logger.log(
            level: level, "\(reason)",
            metadata: [
                "component": "\(program.component.component.id)", "request-id": "\(exchange.requestID)",
            ])
    }
}

/// Standard input and standard error.
extension WagiInvocation: GuestInput, GuestOutput {
    var type: HostFileType { .unknown }
    var cause: (any Error)? { nil }

    private var body: RequestBodyInput {
        if let input { return input }
        let made = RequestBodyInput(
            exchange: exchange, bytesMax: program.component.limits.requestBodyBytesMax)
        input = made
        return made
    }

    func read(into bytes: inout MutableRawSpan) throws(HostError) -> GuestRead {
        try body.read(into: &bytes)
    }

    var readableBytes: Int? {
        get throws(HostError) { try body.readableBytes }
    }

    func wakeWhenReadable(_ token: WakeToken) { body.wakeWhenReadable(token) }

    private var lines: LogOutput {
        if let errorOutput { return errorOutput }
        let component = program.component
        let made = LogOutput(
            log: program.log, component: component.component.id.text, requestID: exchange.requestID,
            bytesMax: component.limits.logBytesMax)
        errorOutput = made
        return made
    }

    func write(_ bytes: RawSpan) throws(HostError) -> Int { lines.write(bytes) }

    var isWritable: Bool { true }

    func wakeWhenWritable(_ token: WakeToken) { token.wake() }
}
