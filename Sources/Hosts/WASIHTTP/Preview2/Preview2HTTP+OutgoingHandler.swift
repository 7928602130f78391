import ComponentModel
import ComponentRuntime
import HostSystem
import WASI
import WasmEngine

/// `wasi:http/outgoing-handler`.
extension Preview2HTTP {
    static func defineOutgoingHandler(in linker: ComponentLinker) {
        let handler = linker.interface("wasi:http/outgoing-handler@\(version)")
        handler.function("handle") {
            (call: borrowing ComponentCall, request: Own<OutgoingRequest>, options: Own<RequestOptions>?)
                throws(Trap) -> Result<Own<FutureIncomingResponse>, HTTPErrorCode> in
            let request = try call.resources.take(request)
            var outbound = OutboundRequest(request.head)
            if let options { outbound.timeouts = try call.resources.take(options).timeouts }
            let loop = try call.fiber.eventLoop
            let exchange: any OutboundExchange
            do throws(HTTPErrorCode) {
                exchange = try call.state(HTTPHostState.key).send(
                    outbound, body: request.body, of: call.state(GuestSystem.key),
                    on: loop)
            } catch {
                return .failure(error)
            }
            return .success(try call.resources.add(FutureIncomingResponse(of: exchange)))
        }
    }
}

extension FutureIncomingResponse {
    /// The response of an exchange, which lives as long as this or the response's body.
    convenience init(of exchange: any OutboundExchange) {
        self.init()
        onAbandoned = { exchange.cancel() }
        exchange.onResponse = { [weak self, unowned exchange] in
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
