import ComponentModel
import ComponentRuntime
import WASI
import WasmEngine

/// `wasi:http/types.outgoing-response`, `outgoing-body` and `response-outparam`.
extension Preview2HTTP {
    static func defineOutgoingResponse(in types: HostInterface) {
        HTTPTypes.defineOpenResponse("outgoing-response", OutgoingResponse.self, in: types, .preview2)
        types.function("[constructor]outgoing-response") {
            (call: borrowing ComponentCall, headers: Own<FieldsResource>) throws(Trap)
                -> Own<OutgoingResponse> in
            try call.add(OutgoingResponse(try call.take(headers).fields))
        }
        types.function("[method]outgoing-response.body") {
            (call: borrowing ComponentCall, response: Borrow<OutgoingResponse>) throws(Trap)
                -> Result<Own<OutgoingBody>, NoValue> in
            let limits = call.state(HTTPHostState.key).limits
            guard let body = try call.object(response).makeBody(limits) else { return .failure(NoValue()) }
            return .success(try call.add(body))
        }
        defineOutparam(in: types)
    }

    private static func defineOutparam(in types: HostInterface) {
        types.resource("response-outparam", ResponseWriter.self)
        types.function("[static]response-outparam.set") {
            (
                call: borrowing ComponentCall, outparam: Own<ResponseWriter>,
                response: Result<Own<OutgoingResponse>, HTTPErrorCode>
            ) throws(Trap) in
            let writer = try call.take(outparam)
            switch response {
            case .success(let response):
                let response = try call.take(response)
                writer.send(response.head, body: response.body)
            case .failure(let code): writer.fail("the guest answered with an error: \(code)")
            }
        }
        types.function("[method]response-outparam.send-informational") {
            (
                call: borrowing ComponentCall, outparam: Borrow<ResponseWriter>, status: UInt16,
                headers: Own<FieldsResource>
            ) throws(Trap) -> Result<NoValue, HTTPErrorCode> in
            let fields = try call.take(headers).fields
            let writer = try call.object(outparam)
            do throws(HTTPErrorCode) {
                try writer.sendInformational(status, fields)
                return .success(NoValue())
            } catch {
                return .failure(error)
            }
        }
    }

    static func defineOutgoingBody(in types: HostInterface) {
        types.resource("outgoing-body", OutgoingBody.self) { (call, representation) throws(Trap) in
            // Dropped without `finish`: the body is not what the guest wanted it to be.
            let own = Own<OutgoingBody>(representation: representation)
            try call.take(own).abort(.httpProtocolError)
        }
        types.function("[method]outgoing-body.write") {
            (call: borrowing ComponentCall, body: Borrow<OutgoingBody>) throws(Trap)
                -> Result<Own<OutputStream>, NoValue> in
            guard let stream = try call.object(body).takeStream(on: try call.fiber.eventLoop) else {
                return .failure(NoValue())
            }
            return .success(try call.add(stream, under: body))
        }
        types.function("[static]outgoing-body.finish") {
            (call: borrowing ComponentCall, body: Own<OutgoingBody>, trailers: Own<FieldsResource>?)
                throws(Trap) -> Result<NoValue, HTTPErrorCode> in
            try finish(body, trailers, call)
        }
    }

    /// Ends a body, with or without trailers.
    static func finish(
        _ body: Own<OutgoingBody>, _ trailers: Own<FieldsResource>?, _ call: borrowing ComponentCall
    ) throws(Trap) -> Result<NoValue, HTTPErrorCode> {
        let body = try call.take(body)
        var fields: HTTPFields?
        if let trailers { fields = try call.take(trailers).fields }
        do throws(HTTPErrorCode) {
            try body.finish(trailers: fields)
            return .success(NoValue())
        } catch {
            return .failure(error)
        }
    }
}
