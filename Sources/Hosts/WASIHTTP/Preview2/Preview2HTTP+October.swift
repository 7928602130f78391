import ComponentModel
import ComponentRuntime
import HostSystem
import WASI
import WasmEngine

/// `wasi:http` of 2023-10-18: heads are complete when they are made, a guest's mistakes end it, and errors are texts.
extension Preview2HTTP {
    static func defineOctober(in linker: ComponentLinker) {
        let types = linker.interface("wasi:http/types@\(Preview2.octoberCandidate)")
        defineOctoberFields(in: types)
        defineIncomingRequest(in: types)
        defineIncomingBody(in: types)
        defineOctoberRequest(in: types)
        defineOctoberResponses(in: types)
        defineOctoberBody(in: types)
        let handler = linker.interface("wasi:http/outgoing-handler@\(Preview2.octoberCandidate)")
        handler.function("handle") {
            (call: borrowing ComponentCall, request: Own<OutgoingRequest>, options: OctoberOptions?)
                throws(Trap) -> Result<Own<FutureIncomingResponse>, OctoberError> in
            try send(request, options?.timeouts ?? RequestTimeouts(), call).mapError { OctoberError($0) }
        }
    }

    // MARK: - Fields

    private static func defineOctoberFields(in types: HostInterface) {
        HTTPTypes.defineFieldReading(in: types, .preview2)
        types.function("[constructor]fields") {
            (call: borrowing ComponentCall, entries: [CanonicalTuple<String, HTTPFieldValue>]) throws(Trap)
                -> Own<FieldsResource> in
            let resource = FieldsResource(HTTPFields(limits: call.state(HTTPHostState.key).limits))
            for entry in entries {
                try change(resource, call) { (fields) throws(HTTPFieldError) in
                    try fields.append(entry.elements.0, entry.elements.1)
                }
            }
            return try call.add(resource)
        }
        types.function("[method]fields.set") {
            (
                call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String,
                values: [HTTPFieldValue]
            ) throws(Trap) in
            try change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                try fields.set(name, values)
            }
        }
        types.function("[method]fields.delete") {
            (call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String) throws(Trap) in
            try change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                try fields.delete(name)
            }
        }
        types.function("[method]fields.append") {
            (
                call: borrowing ComponentCall, fields: Borrow<FieldsResource>, name: String,
                value: HTTPFieldValue
            ) throws(Trap) in
            try change(try call.object(fields), call) { (fields) throws(HTTPFieldError) in
                try fields.append(name, value)
            }
        }
    }

    private static func change(
        _ resource: FieldsResource, _ call: borrowing ComponentCall,
        _ body: (inout HTTPFields) throws(HTTPFieldError) -> Void
    ) throws(Trap) {
        let outcome: Result<NoValue, HeaderError2> = try HTTPTypes.change(resource, call) {
            (fields) throws(HTTPFieldError) in
            try body(&fields)
            return NoValue()
        }
        if case .failure(let error) = outcome {
            throw Trap.host("a guest makes header fields that are not allowed (\(error))")
        }
    }

    // MARK: - Messages

    private static func defineOctoberRequest(in types: HostInterface) {
        types.resource("outgoing-request", OutgoingRequest.self)
        types.function("[constructor]outgoing-request") {
            (
                call: borrowing ComponentCall, method: RequestMethod, path: String?, scheme: RequestScheme?,
                authority: String?, headers: Borrow<FieldsResource>
            ) throws(Trap) -> Own<OutgoingRequest> in
            let request = OutgoingRequest(try call.object(headers).fields.mutableCopy)
            guard request.head.setMethod(method), request.head.setPathWithQuery(path),
                request.head.setScheme(scheme), request.head.setAuthority(authority)
            else {
                throw Trap.host("a guest makes a request whose method, path, scheme or authority is none")
            }
            return try call.add(request)
        }
        types.function("[method]outgoing-request.write") {
            (call: borrowing ComponentCall, request: Borrow<OutgoingRequest>) throws(Trap)
                -> Result<Own<OutgoingBody>, NoValue> in
            let limits = call.state(HTTPHostState.key).limits
            guard let body = try call.object(request).makeBody(limits) else { return .failure(NoValue()) }
            return .success(try call.add(body))
        }
    }

    private static func defineOctoberResponses(in types: HostInterface) {
        types.resource("outgoing-response", OutgoingResponse.self)
        types.function("[constructor]outgoing-response") {
            (call: borrowing ComponentCall, status: UInt16, headers: Borrow<FieldsResource>) throws(Trap)
                -> Own<OutgoingResponse> in
            let response = OutgoingResponse(try call.object(headers).fields.mutableCopy)
            guard response.head.setStatus(status) else {
                throw Trap.host("a guest makes a response with the impossible status \(status)")
            }
            return try call.add(response)
        }
        types.function("[method]outgoing-response.write") {
            (call: borrowing ComponentCall, response: Borrow<OutgoingResponse>) throws(Trap)
                -> Result<Own<OutgoingBody>, NoValue> in
            let limits = call.state(HTTPHostState.key).limits
            guard let body = try call.object(response).makeBody(limits) else { return .failure(NoValue()) }
            return .success(try call.add(body))
        }
        types.resource("response-outparam", ResponseWriter.self)
        types.function("[static]response-outparam.set") {
            (
                call: borrowing ComponentCall, outparam: Own<ResponseWriter>,
                response: Result<Own<OutgoingResponse>, OctoberError>
            ) throws(Trap) in
            let writer = try call.take(outparam)
            switch response {
            case .success(let response):
                let response = try call.take(response)
                writer.send(response.head, body: response.body)
            case .failure(let error): writer.fail("the guest answered with an error: \(error)")
            }
        }
        defineIncomingResponse(in: types)
        types.function("[method]future-incoming-response.get") {
            (call: borrowing ComponentCall, future: Borrow<FutureIncomingResponse>) throws(Trap)
                -> Result<Result<Own<IncomingResponse>, OctoberError>, NoValue>? in
            switch try call.object(future).take() {
            case nil: return .none
            case .failure(let none): return .failure(none)
            case .success(.success(let response)):
                return .success(.success(try call.add(response)))
            case .success(.failure(let code)): return .success(.failure(OctoberError(code)))
            }
        }
    }

    // MARK: - Bodies

    private static func defineOctoberBody(in types: HostInterface) {
        defineOutgoingBody(in: types)
        types.function("[static]outgoing-body.finish") {
            (call: borrowing ComponentCall, body: Own<OutgoingBody>, trailers: Own<FieldsResource>?)
                throws(Trap) in
            if case .failure(let code) = try finish(body, trailers, call) {
                throw Trap.host("a guest finishes a body that cannot be sent: \(code)")
            }
        }
        types.function("[method]future-trailers.get") {
            (call: borrowing ComponentCall, trailers: Borrow<FutureTrailers>) throws(Trap)
                -> Result<Own<FieldsResource>, OctoberError>? in
            switch try call.object(trailers).takeOnce() {
            case nil: return .none
            // There is no word for a body without trailers.
            case .success(let fields):
                return .success(
                    try call.add(FieldsResource(fields ?? HTTPFields(isMutable: false))))
            case .failure(let code): return .failure(OctoberError(code))
            }
        }
    }
}
