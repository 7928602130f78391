import ComponentModel
import ComponentRuntime
import WASI
import WasmEngine

/// `wasi:http/types.incoming-request`, `incoming-body` and `future-trailers`.
extension Preview2HTTP {
    static func defineIncomingRequest(in types: HostInterface) {
        HTTPTypes.defineRequest("incoming-request", IncomingRequest.self, in: types, .preview2)
        types.function("[method]incoming-request.consume") {
            (call: borrowing ComponentCall, request: Borrow<IncomingRequest>) throws(Trap)
                -> Result<Own<IncomingBody>, NoValue> in
            guard let body = try call.object(request).consume() else { return .failure(NoValue()) }
            return .success(try call.add(body))
        }
    }

    static func defineIncomingBody(in types: HostInterface) {
        types.resource("incoming-body", IncomingBody.self)
        types.function("[method]incoming-body.stream") {
            (call: borrowing ComponentCall, body: Borrow<IncomingBody>) throws(Trap)
                -> Result<Own<InputStream>, NoValue> in
            let resource = try call.object(body)
            guard resource.takeStream() else { return .failure(NoValue()) }
            return .success(try call.add(InputStream(resource), under: body))
        }
        types.function("[static]incoming-body.finish") {
            (call: borrowing ComponentCall, body: Own<IncomingBody>) throws(Trap)
                -> Own<FutureTrailers> in
            try call.add(FutureTrailers(try call.take(body)))
        }
        types.resource("future-trailers", FutureTrailers.self)
        types.function("[method]future-trailers.subscribe") {
            (call: borrowing ComponentCall, trailers: Borrow<FutureTrailers>) throws(Trap) -> Own<Pollable> in
            let body = try call.object(trailers).body
            return try call.add(FutureTrailers.Ready(body) as Pollable, under: trailers)
        }
    }

    static func defineFutureTrailers(in types: HostInterface) {
        types.function("[method]future-trailers.get") {
            (call: borrowing ComponentCall, trailers: Borrow<FutureTrailers>) throws(Trap)
                -> Result<Result<Own<FieldsResource>?, HTTPErrorCode>, NoValue>? in
            let trailers = try call.object(trailers)
            if trailers.isConsumed { return .failure(NoValue()) }
            guard let outcome = trailers.take() else { return .none }
            switch outcome {
            case .success(let fields?):
                return .success(.success(try call.add(FieldsResource(fields))))
            case .success(nil): return .success(.success(nil))
            case .failure(let code): return .success(.failure(code))
            }
        }
    }

    /// The same of 2023-11-10, which has no word for trailers that were taken before.
    static func defineNovemberTrailers(in types: HostInterface) {
        types.function("[method]future-trailers.get") {
            (call: borrowing ComponentCall, trailers: Borrow<FutureTrailers>) throws(Trap)
                -> Result<Own<FieldsResource>?, HTTPErrorCode>? in
            switch try call.object(trailers).takeOnce() {
            case nil: return .none
            case .success(let fields?): return .success(try call.add(FieldsResource(fields)))
            case .success(nil): return .success(nil)
            case .failure(let code): return .failure(code)
            }
        }
    }
}
