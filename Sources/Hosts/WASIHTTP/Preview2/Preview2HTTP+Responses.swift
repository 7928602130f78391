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
            try call.resources.add(OutgoingResponse(try call.resources.take(headers).fields))
        }
        types.function("[method]outgoing-response.body") {
            (call: borrowing ComponentCall, response: Borrow<OutgoingResponse>) throws(Trap)
                -> Result<Own<OutgoingBodyResource>, NoValue> in
            let limits = call.state(HTTPHostState.key).limits
            guard let body = try call.object(response).makeBody(limits) else { return .failure(NoValue()) }
            return .success(try call.resources.add(OutgoingBodyResource(body)))
        }
        defineOutparam(in: types)
    }

    private static func defineOutparam(in types: HostInterface) {
        types.resource("response-outparam", ResponseOutparam.self)
        types.function("[static]response-outparam.set") {
            (
                call: borrowing ComponentCall, outparam: Own<ResponseOutparam>,
                response: Result<Own<OutgoingResponse>, HTTPErrorCode>
            ) throws(Trap) in
            let writer = try call.resources.take(outparam).writer
            switch response {
            case .success(let response):
                let response = try call.resources.take(response)
                writer.send(response.head, body: response.body)
            case .failure(let code): writer.fail("the guest answered with an error: \(code)")
            }
        }
        types.function("[method]response-outparam.send-informational") {
            (
                call: borrowing ComponentCall, outparam: Borrow<ResponseOutparam>, status: UInt16,
                headers: Own<FieldsResource>
            ) throws(Trap) -> Result<NoValue, HTTPErrorCode> in
            let fields = try call.resources.take(headers).fields
            let writer = try call.object(outparam).writer
            do throws(HTTPErrorCode) {
                try writer.sendInformational(status, fields)
                return .success(NoValue())
            } catch {
                return .failure(error)
            }
        }
    }

    static func defineOutgoingBody(in types: HostInterface) {
        types.resource("outgoing-body", OutgoingBodyResource.self) { (call, representation) throws(Trap) in
            // Dropped without `finish`: the body is not what the guest wanted it to be.
            let own = Own<OutgoingBodyResource>(representation: representation)
            try call.resources.take(own).body.abort(.httpProtocolError)
        }
        types.function("[method]outgoing-body.write") {
            (call: borrowing ComponentCall, body: Borrow<OutgoingBodyResource>) throws(Trap)
                -> Result<Own<OutputStream>, NoValue> in
            guard let stream = try call.object(body).takeStream(on: try call.fiber.eventLoop) else {
                return .failure(NoValue())
            }
            return .success(try call.resources.add(stream, under: body))
        }
        types.function("[static]outgoing-body.finish") {
            (call: borrowing ComponentCall, body: Own<OutgoingBodyResource>, trailers: Own<FieldsResource>?)
                throws(Trap) -> Result<NoValue, HTTPErrorCode> in
            try finish(body, trailers, call)
        }
    }

    /// Ends a body, with or without trailers.
    static func finish(
        _ body: Own<OutgoingBodyResource>, _ trailers: Own<FieldsResource>?, _ call: borrowing ComponentCall
    ) throws(Trap) -> Result<NoValue, HTTPErrorCode> {
        let body = try call.resources.take(body).body
        var fields: HTTPFields?
        if let trailers { fields = try call.resources.take(trailers).fields }
        do throws(HTTPErrorCode) {
            try body.finish(trailers: fields)
            return .success(NoValue())
        } catch {
            return .failure(error)
        }
    }
}
