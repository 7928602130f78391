import ComponentModel
import ComponentRuntime
import HostSystem
import WASI
import WasmEngine

/// `wasi:http/outgoing-handler`.
extension Preview2HTTP {
    static func defineOutgoingHandler(in linker: ComponentLinker, _ version: String) {
        let handler = linker.interface("wasi:http/outgoing-handler@\(version)")
        handler.function("handle") {
            (call: borrowing ComponentCall, request: Own<OutgoingRequest>, options: Own<RequestOptions>?)
                throws(Trap) -> Result<Own<FutureIncomingResponse>, HTTPErrorCode> in
            var timeouts = RequestTimeouts()
            if let options { timeouts = try call.take(options).timeouts }
            return try send(request, timeouts, call)
        }
    }

    /// Sends a guest's request.
    static func send(
        _ request: Own<OutgoingRequest>, _ timeouts: RequestTimeouts, _ call: borrowing ComponentCall
    ) throws(Trap) -> Result<Own<FutureIncomingResponse>, HTTPErrorCode> {
        let request = try call.take(request)
        let outbound = OutboundRequest(request.head, timeouts: timeouts)
        let loop = try call.fiber.eventLoop
        let exchange: any OutboundExchange
        do throws(HTTPErrorCode) {
            exchange = try call.state(HTTPHostState.key).send(
                outbound, body: request.body, of: call.system, on: loop)
        } catch {
            return .failure(error)
        }
        return .success(try call.add(FutureIncomingResponse(of: exchange)))
    }
}

extension FutureIncomingResponse {
    /// The response of an exchange, which lives as long as this or the response's body.
    convenience init(of exchange: any OutboundExchange) {
        self.init()
        onAbandoned = { exchange.cancel() }
        exchange.whenResponded { [weak self, unowned exchange] in
            guard let response = exchange.response else { return }
            self?.resolve(
                response.map { head in
                    IncomingResponse(
                        status: head.status, fields: head.fields,
                        // The client has a limit of its own.
                        body: IncomingBody(exchange, bytesMax: .max))
                })
        }
    }
}
