import ComponentModel
import ComponentRuntime
import NIOCore
import WASI
import WasmEngine

/// `wasi:http/types.request` and `response`.
extension Preview3HTTP {
    typealias Contents = CanonicalTuple<BodyStream, TrailersFuture>

    static func defineRequest(in types: HostInterface) {
        types.resource("request", HTTPRequest3.self)
        types.function("[static]request.new") {
            (
                call: borrowing ComponentCall, headers: Own<FieldsResource>, contents: GuestByteStream?,
                trailers: GuestFuture<TrailersResult>, options: Own<RequestOptions>?
            ) throws(Trap) -> CanonicalTuple<Own<HTTPRequest3>, HostFuture<TransmissionResult>> in
            let fields = try call.resources.take(headers).fields
            var timeouts: RequestTimeouts?
            if let options { timeouts = try call.resources.take(options).timeouts }
            let received = HostFuture<TransmissionResult>()
            let body = MessageBody.guest(contents, trailers: trailers, received: received)
            let request = HTTPRequest3(fields, body: body, timeouts: timeouts)
            return CanonicalTuple(try call.resources.add(request), received)
        }
        types.function("[method]request.get-options") {
            (call: borrowing ComponentCall, request: Borrow<HTTPRequest3>) throws(Trap)
                -> Own<RequestOptions>? in
            guard let timeouts = try call.object(request).timeouts else { return nil }
            let options = RequestOptions(timeouts)
            options.isMutable = false
            return try call.resources.add(options)
        }
        types.function("[method]request.get-headers") {
            (call: borrowing ComponentCall, request: Borrow<HTTPRequest3>) throws(Trap)
                -> Own<FieldsResource> in
            try call.resources.add(FieldsResource(try call.object(request).head.fields))
        }
        types.function("[static]request.consume-body") {
            (
                call: borrowing ComponentCall, request: Own<HTTPRequest3>,
                outcome: GuestFuture<TransmissionResult>
            )
                throws(Trap) -> Contents in
            try contents(of: try call.resources.take(request).takeBody(), outcome, call)
        }
        defineRequestLine(in: types)
    }

    private static func defineRequestLine(in types: HostInterface) {
        types.function("[method]request.get-method") {
            (call: borrowing ComponentCall, request: Borrow<HTTPRequest3>) throws(Trap) -> RequestMethod in
            try call.object(request).head.method
        }
        types.function("[method]request.set-method") {
            (call: borrowing ComponentCall, request: Borrow<HTTPRequest3>, method: RequestMethod)
                throws(Trap) -> Result<NoValue, NoValue> in
            outcome(
                try call.object(request).head.setMethod(method), call, "the method is not a token")
        }
        types.function("[method]request.get-path-with-query") {
            (call: borrowing ComponentCall, request: Borrow<HTTPRequest3>) throws(Trap) -> String? in
            try call.object(request).head.pathWithQuery
        }
        types.function("[method]request.set-path-with-query") {
            (call: borrowing ComponentCall, request: Borrow<HTTPRequest3>, path: String?) throws(Trap)
                -> Result<NoValue, NoValue> in
            outcome(
                try call.object(request).head.setPathWithQuery(path), call,
                "the path has a character that none has")
        }
        types.function("[method]request.get-scheme") {
            (call: borrowing ComponentCall, request: Borrow<HTTPRequest3>) throws(Trap) -> RequestScheme? in
            try call.object(request).head.scheme
        }
        types.function("[method]request.set-scheme") {
            (call: borrowing ComponentCall, request: Borrow<HTTPRequest3>, scheme: RequestScheme?)
                throws(Trap) -> Result<NoValue, NoValue> in
            outcome(
                try call.object(request).head.setScheme(scheme), call, "the scheme is none")
        }
        types.function("[method]request.get-authority") {
            (call: borrowing ComponentCall, request: Borrow<HTTPRequest3>) throws(Trap) -> String? in
            try call.object(request).head.authority
        }
        types.function("[method]request.set-authority") {
            (call: borrowing ComponentCall, request: Borrow<HTTPRequest3>, authority: String?) throws(Trap)
                -> Result<NoValue, NoValue> in
            outcome(
                try call.object(request).head.setAuthority(authority), call, "the authority is none")
        }
    }

    static func defineResponse(in types: HostInterface) {
        types.resource("response", HTTPResponse3.self)
        types.function("[static]response.new") {
            (
                call: borrowing ComponentCall, headers: Own<FieldsResource>, contents: GuestByteStream?,
                trailers: GuestFuture<TrailersResult>
            ) throws(Trap) -> CanonicalTuple<Own<HTTPResponse3>, HostFuture<TransmissionResult>> in
            let head = ResponseHead(fields: try call.resources.take(headers).fields)
            let received = HostFuture<TransmissionResult>()
            let body = MessageBody.guest(contents, trailers: trailers, received: received)
            return CanonicalTuple(try call.resources.add(HTTPResponse3(head, body: body)), received)
        }
        types.function("[method]response.get-status-code") {
            (call: borrowing ComponentCall, response: Borrow<HTTPResponse3>) throws(Trap) -> UInt16 in
            try call.object(response).head.status
        }
        types.function("[method]response.set-status-code") {
            (call: borrowing ComponentCall, response: Borrow<HTTPResponse3>, status: UInt16) throws(Trap)
                -> Result<NoValue, NoValue> in outcome(try call.object(response).head.setStatus(status))
        }
        types.function("[method]response.get-headers") {
            (call: borrowing ComponentCall, response: Borrow<HTTPResponse3>) throws(Trap)
                -> Own<FieldsResource> in
            try call.resources.add(FieldsResource(try call.object(response).head.fields))
        }
        types.function("[static]response.consume-body") {
            (
                call: borrowing ComponentCall, response: Own<HTTPResponse3>,
                outcome: GuestFuture<TransmissionResult>
            ) throws(Trap) -> Contents in
            try contents(of: try call.resources.take(response).takeBody(), outcome, call)
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
