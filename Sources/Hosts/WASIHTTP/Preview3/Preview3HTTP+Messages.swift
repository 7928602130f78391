import ComponentModel
import ComponentRuntime
import NIOCore
import WASI
import WasmEngine

/// `wasi:http/types.request` and `response`.
extension Preview3HTTP {
    typealias Contents = CanonicalTuple<BodyStream, TrailersFuture>

    static func defineRequest(in types: HostInterface) {
        HTTPTypes.defineOpenRequest("request", HTTPRequest3.self, in: types, .preview3)
        types.function("[static]request.new") {
            (
                call: borrowing ComponentCall, headers: Own<FieldsResource>, contents: GuestByteStream?,
                trailers: GuestFuture<TrailersResult>, options: Own<RequestOptions>?
            ) throws(Trap) -> CanonicalTuple<Own<HTTPRequest3>, HostFuture<TransmissionResult>> in
            let fields = try call.take(headers).fields
            var timeouts: RequestTimeouts?
            if let options { timeouts = try call.take(options).timeouts }
            let received = HostFuture<TransmissionResult>()
            let body = MessageBody.guest(contents, trailers: trailers, received: received)
            let request = HTTPRequest3(fields, body: body, timeouts: timeouts)
            return CanonicalTuple(try call.add(request), received)
        }
        types.function("[method]request.get-options") {
            (call: borrowing ComponentCall, request: Borrow<HTTPRequest3>) throws(Trap)
                -> Own<RequestOptions>? in
            guard let timeouts = try call.object(request).timeouts else { return nil }
            let options = RequestOptions(timeouts)
            options.isMutable = false
            return try call.add(options)
        }
        types.function("[static]request.consume-body") {
            (
                call: borrowing ComponentCall, request: Own<HTTPRequest3>,
                outcome: GuestFuture<TransmissionResult>
            )
                throws(Trap) -> Contents in
            try contents(of: try call.take(request).takeBody(), outcome, call)
        }
    }

    static func defineResponse(in types: HostInterface) {
        HTTPTypes.defineOpenResponse("response", HTTPResponse3.self, in: types, .preview3)
        types.function("[static]response.new") {
            (
                call: borrowing ComponentCall, headers: Own<FieldsResource>, contents: GuestByteStream?,
                trailers: GuestFuture<TrailersResult>
            ) throws(Trap) -> CanonicalTuple<Own<HTTPResponse3>, HostFuture<TransmissionResult>> in
            let head = ResponseHead(fields: try call.take(headers).fields)
            let received = HostFuture<TransmissionResult>()
            let body = MessageBody.guest(contents, trailers: trailers, received: received)
            return CanonicalTuple(try call.add(HTTPResponse3(head, body: body)), received)
        }
        types.function("[static]response.consume-body") {
            (
                call: borrowing ComponentCall, response: Own<HTTPResponse3>,
                outcome: GuestFuture<TransmissionResult>
            ) throws(Trap) -> Contents in
            try contents(of: try call.take(response).takeBody(), outcome, call)
        }
    }

    /// Hands a body to a guest, and what becomes of it there to whoever sent it.
    private static func contents(
        of body: MessageBody?, _ outcome: GuestFuture<TransmissionResult>, _ call: borrowing ComponentCall
    ) throws(Trap) -> Contents {
        switch body {
        case .network(let body):
            // The network is not told.
            outcome.drop()
            let source = IncomingByteSource(body, resources: call.resources)
            return CanonicalTuple(.host(HostByteStream(source)), .host(source.trailers))
        case .guest(let contents, let trailers, let received):
            outcome.onValue { received.resolve($0 ?? .failure(.connectionTerminated)) }
            let stream = contents.map { BodyStream.guest($0) } ?? .host(HostByteStream(ByteBuffer()))
            return CanonicalTuple(stream, .guest(trailers))
        case nil: throw Trap.host("the body of a message is taken twice")
        }
    }
}
