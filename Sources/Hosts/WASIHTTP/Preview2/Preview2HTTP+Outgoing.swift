import ComponentModel
import ComponentRuntime
import WASI
import WasmEngine

/// `wasi:http/types.outgoing-request`, `request-options`, `incoming-response` and `future-incoming-response`.
extension Preview2HTTP {
    static func defineOutgoingRequest(in types: HostInterface) {
        types.resource("outgoing-request", OutgoingRequest.self)
        types.function("[constructor]outgoing-request") {
            (call: borrowing ComponentCall, headers: Own<FieldsResource>) throws(Trap)
                -> Own<OutgoingRequest> in
            try call.resources.add(OutgoingRequest(try call.resources.take(headers).fields))
        }
        types.function("[method]outgoing-request.body") {
            (call: borrowing ComponentCall, request: Borrow<OutgoingRequest>) throws(Trap)
                -> Result<Own<OutgoingBodyResource>, NoValue> in
            let limits = call.state(HTTPHostState.key).limits
            guard let body = try call.object(request).makeBody(limits) else { return .failure(NoValue()) }
            return .success(try call.resources.add(OutgoingBodyResource(body)))
        }
        types.function("[method]outgoing-request.headers") {
            (call: borrowing ComponentCall, request: Borrow<OutgoingRequest>) throws(Trap)
                -> Own<FieldsResource> in
            try call.resources.add(FieldsResource(try call.object(request).head.fields))
        }
        defineRequestLine(in: types)
        defineRequestOptions(in: types)
    }

    private static func defineRequestLine(in types: HostInterface) {
        types.function("[method]outgoing-request.method") {
            (call: borrowing ComponentCall, request: Borrow<OutgoingRequest>) throws(Trap) -> RequestMethod in
            try call.object(request).head.method
        }
        types.function("[method]outgoing-request.set-method") {
            (call: borrowing ComponentCall, request: Borrow<OutgoingRequest>, method: RequestMethod)
                throws(Trap)
                -> Result<NoValue, NoValue> in
            outcome(
                try call.object(request).head.setMethod(method), call, "the method is not a token")
        }
        types.function("[method]outgoing-request.path-with-query") {
            (call: borrowing ComponentCall, request: Borrow<OutgoingRequest>) throws(Trap) -> String? in
            try call.object(request).head.pathWithQuery
        }
        types.function("[method]outgoing-request.set-path-with-query") {
            (call: borrowing ComponentCall, request: Borrow<OutgoingRequest>, path: String?) throws(Trap)
                -> Result<NoValue, NoValue> in
            outcome(
                try call.object(request).head.setPathWithQuery(path), call,
                "the path has a character that none has")
        }
        types.function("[method]outgoing-request.scheme") {
            (call: borrowing ComponentCall, request: Borrow<OutgoingRequest>) throws(Trap) -> RequestScheme?
            in try call.object(request).head.scheme
        }
        types.function("[method]outgoing-request.set-scheme") {
            (call: borrowing ComponentCall, request: Borrow<OutgoingRequest>, scheme: RequestScheme?)
                throws(Trap) -> Result<NoValue, NoValue> in
            outcome(
                try call.object(request).head.setScheme(scheme), call, "the scheme is none")
        }
        types.function("[method]outgoing-request.authority") {
            (call: borrowing ComponentCall, request: Borrow<OutgoingRequest>) throws(Trap) -> String? in
            try call.object(request).head.authority
        }
        types.function("[method]outgoing-request.set-authority") {
            (call: borrowing ComponentCall, request: Borrow<OutgoingRequest>, authority: String?) throws(Trap)
                -> Result<NoValue, NoValue> in
            outcome(
                try call.object(request).head.setAuthority(authority), call, "the authority is none")
        }
    }

    private static func defineRequestOptions(in types: HostInterface) {
        types.resource("request-options", RequestOptions.self)
        types.function("[constructor]request-options") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<RequestOptions> in
            try call.resources.add(RequestOptions())
        }
        defineTimeout("connect-timeout", { $0.connect }, { $0.connect = $1 }, in: types)
        defineTimeout("first-byte-timeout", { $0.firstByte }, { $0.firstByte = $1 }, in: types)
        defineTimeout("between-bytes-timeout", { $0.betweenBytes }, { $0.betweenBytes = $1 }, in: types)
    }

    private static func defineTimeout(
        _ name: String, _ get: @escaping @Sendable (RequestTimeouts) -> UInt64?,
        _ set: @escaping @Sendable (inout RequestTimeouts, UInt64?) -> Void, in types: HostInterface
    ) {
        types.function("[method]request-options.\(name)") {
            (call: borrowing ComponentCall, options: Borrow<RequestOptions>) throws(Trap) -> UInt64? in
            get(try call.object(options).timeouts)
        }
        types.function("[method]request-options.set-\(name)") {
            (call: borrowing ComponentCall, options: Borrow<RequestOptions>, duration: UInt64?) throws(Trap)
                -> Result<NoValue, NoValue> in
            set(&(try call.object(options)).timeouts, duration)
            return outcome(true)
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
            try call.resources.add(FieldsResource(try call.object(response).fields))
        }
        types.function("[method]incoming-response.consume") {
            (call: borrowing ComponentCall, response: Borrow<IncomingResponse>) throws(Trap)
                -> Result<Own<IncomingBodyResource>, NoValue> in
            guard let body = try call.object(response).consume() else { return .failure(NoValue()) }
            return .success(try call.resources.add(IncomingBodyResource(body)))
        }
        types.resource("future-incoming-response", FutureIncomingResponse.self)
        types.function("[method]future-incoming-response.subscribe") {
            (call: borrowing ComponentCall, future: Borrow<FutureIncomingResponse>) throws(Trap)
                -> Own<Pollable> in
            let ready = FutureIncomingResponse.Ready(try call.object(future))
            return try call.resources.add(ready as Pollable, under: future)
        }
        types.function("[method]future-incoming-response.get") {
            (call: borrowing ComponentCall, future: Borrow<FutureIncomingResponse>) throws(Trap)
                -> Result<Result<Own<IncomingResponse>, HTTPErrorCode>, NoValue>? in
            switch try call.object(future).take() {
            case nil: return .none
            case .failure(let none): return .failure(none)
            case .success(.success(let response)):
                return .success(.success(try call.resources.add(response)))
            case .success(.failure(let code)): return .success(.failure(code))
            }
        }
    }
}
