import ComponentModel
import ComponentRuntime
import WASI
import WasmEngine

/// `wasi:http/types.outgoing-request`, `incoming-response` and `future-incoming-response`.
extension Preview2HTTP {
    static func defineOutgoingRequest(in types: HostInterface) {
        HTTPTypes.defineOpenRequest("outgoing-request", OutgoingRequest.self, in: types, .preview2)
        types.function("[constructor]outgoing-request") {
            (call: borrowing ComponentCall, headers: Own<FieldsResource>) throws(Trap)
                -> Own<OutgoingRequest> in
            try call.add(OutgoingRequest(try call.take(headers).fields))
        }
        types.function("[method]outgoing-request.body") {
            (call: borrowing ComponentCall, request: Borrow<OutgoingRequest>) throws(Trap)
                -> Result<Own<OutgoingBody>, NoValue> in
            let limits = call.state(HTTPHostState.key).limits
            guard let body = try call.object(request).makeBody(limits) else { return .failure(NoValue()) }
            return .success(try call.add(body))
        }
    }

    static func defineIncomingResponse(in types: HostInterface) {
        types.resource("incoming-response", IncomingResponse.self)
        types.function("[method]incoming-response.status") {
            (call: borrowing ComponentCall, response: Borrow<IncomingResponse>) throws(Trap) -> UInt16 in
            try call.object(response).status
        }
        types.function("[method]incoming-response.headers") {
            (call: borrowing ComponentCall, response: Borrow<IncomingResponse>) throws(Trap)
                -> Own<FieldsResource> in
            try call.add(FieldsResource(try call.object(response).fields))
        }
        types.function("[method]incoming-response.consume") {
            (call: borrowing ComponentCall, response: Borrow<IncomingResponse>) throws(Trap)
                -> Result<Own<IncomingBody>, NoValue> in
            guard let body = try call.object(response).consume() else { return .failure(NoValue()) }
            return .success(try call.add(body))
        }
        types.resource("future-incoming-response", FutureIncomingResponse.self)
        types.function("[method]future-incoming-response.subscribe") {
            (call: borrowing ComponentCall, future: Borrow<FutureIncomingResponse>) throws(Trap)
                -> Own<Pollable> in
            let ready = FutureIncomingResponse.Ready(try call.object(future))
            return try call.add(ready as Pollable, under: future)
        }
        types.function("[method]future-incoming-response.get") {
            (call: borrowing ComponentCall, future: Borrow<FutureIncomingResponse>) throws(Trap)
                -> Result<Result<Own<IncomingResponse>, HTTPErrorCode>, NoValue>? in
            switch try call.object(future).take() {
            case nil: return .none
            case .failure(let none): return .failure(none)
            case .success(.success(let response)):
                return .success(.success(try call.add(response)))
            case .success(.failure(let code)): return .success(.failure(code))
            }
        }
    }
}
