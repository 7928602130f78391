import AppModel
import AppRuntime
import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import WASIHTTP
import WasmEngine

/// One request to a component that speaks `wasi:http`, and what the guest's end means for the client.
final class ComponentInvocation {
    private let exchange: HTTPExchange
    private let program: ComponentProgram
    private let writer: ResponseWriter
    private let adapter: ServerExchange
    private var call: HTTPCall?

    init(exchange: HTTPExchange, program: ComponentProgram, route: RouteFields) {
        let limits = program.program.limits
        self.exchange = exchange
        self.program = program
        adapter = ServerExchange(exchange, route: route, limits: limits)
        writer = ResponseWriter(adapter, limits: limits)
    }

    func start() {
        let call: HTTPCall
        do {
            call = try HTTPCall(
                program.program, exchange: adapter, writer: writer, requestID: exchange.requestID
            ) {
                self.ended($0)
            }
        } catch {
            return fail(.serviceUnavailable, "no instance could be made: \(error)", ["retry-after": "1"])
        }
        guard !exchange.isEnded else { return }
        if !call.isOver { self.call = call }
        // The exchange lets go of this when it ends.
        exchange.onCancelled = { reason in self.call?.cancel("the exchange ended early: \(reason)") }
    }

    private func ended(_ result: Result<Void, Trap>) {
        switch result {
        case .failure(let trap) where trap.reason != .exit(0): failed(trap)
        default: returned()
        }
        writer.close()
        call = nil
    }

    private func returned() {
        if let failure = writer.failure {
            fail(.internalServerError, failure)
        } else if !writer.isSet {
            fail(.internalServerError, "the guest returned without a response")
        } else if !writer.isComplete {
            // The rest of the body needs no guest, or will fail for want of one.
            let answer = self.answer
            writer.onLateFailure = { answer.fail(.internalServerError, $0) }
            writer.flush()
        }
    }

    private func failed(_ trap: Trap) {
        // The client has the whole answer already.
        if writer.isComplete { return note("\(trap)", .error) }
        guard let answer = TrapAnswer(trap, clientIsGone: exchange.isEnded) else {
            return note("\(trap)", .info)
        }
        fail(answer.status, "\(trap)", answer.headers)
    }

    private func fail(_ status: HTTPResponseStatus, _ reason: String, _ headers: HTTPHeaders = [:]) {
        answer.fail(status, reason, headers)
    }

    private func note(_ reason: String, _ level: Logger.Level) { answer.note(reason, level) }

    private var answer: Answer { Answer(exchange: exchange, program: program) }

    /// What Martlet itself tells client and operator.
    private struct Answer {
        let exchange: HTTPExchange
        let program: ComponentProgram

        /// Answers for the guest where the client has got nothing yet, and else lets the client see that the response is
        /// cut.
        func fail(_ status: HTTPResponseStatus, _ reason: String, _ headers: HTTPHeaders = [:]) {
            note(reason, .error)
            guard exchange.status == nil else { return exchange.abort() }
            exchange.respond(status, headers)
        }

        func note(_ reason: String, _ level: Logger.Level) {
            program.logger.log(
                level: level, "\(reason)",
                metadata: [
                    "component": "\(program.program.component.component.id)",
                    "request-id": "\(exchange.requestID)",
                ])
        }
    }
}
