import ComponentModel
import ComponentRuntime
import WASI
import WasmEngine

/// A request whose head a guest may read.
protocol RequestResource: HostResource, SendableMetatype {
    var method: RequestMethod { get }
    var pathWithQuery: String? { get }
    var scheme: RequestScheme? { get }
    var authority: String? { get }
    var fields: HTTPFields { get }
}

/// A request whose head a guest may change.
protocol OpenRequestResource: RequestResource {
    var head: OutgoingRequestHead { get set }
}

extension OpenRequestResource {
    var method: RequestMethod { head.method }
    var pathWithQuery: String? { head.pathWithQuery }
    var scheme: RequestScheme? { head.scheme }
    var authority: String? { head.authority }
    var fields: HTTPFields { head.fields }
}

/// A response whose status a guest may change.
protocol OpenResponseResource: HostResource, SendableMetatype {
    var head: ResponseHead { get set }
}

extension OutgoingRequest: OpenRequestResource {}
extension HTTPRequest3: OpenRequestResource {}
extension OutgoingResponse: OpenResponseResource {}
extension HTTPResponse3: OpenResponseResource {}

/// The heads of messages, and `request-options`.
extension HTTPTypes {
    /// What is read of a request.
    static func defineRequest<Request: RequestResource>(
        _ name: String, _ type: Request.Type, in types: HostInterface, _ names: Names
    ) {
        types.resource(name, type)
        types.function("[method]\(name).\(names.get)method") {
            (call: borrowing ComponentCall, request: Borrow<Request>) throws(Trap) -> RequestMethod in
            try call.object(request).method
        }
        types.function("[method]\(name).\(names.get)path-with-query") {
            (call: borrowing ComponentCall, request: Borrow<Request>) throws(Trap) -> String? in
            try call.object(request).pathWithQuery
        }
        types.function("[method]\(name).\(names.get)scheme") {
            (call: borrowing ComponentCall, request: Borrow<Request>) throws(Trap) -> RequestScheme? in
            try call.object(request).scheme
        }
        types.function("[method]\(name).\(names.get)authority") {
            (call: borrowing ComponentCall, request: Borrow<Request>) throws(Trap) -> String? in
            try call.object(request).authority
        }
        types.function("[method]\(name).\(names.get)headers") {
            (call: borrowing ComponentCall, request: Borrow<Request>) throws(Trap) -> Own<FieldsResource> in
            try call.add(FieldsResource(try call.object(request).fields))
        }
    }

    /// What is read and set of a request.
    static func defineOpenRequest<Request: OpenRequestResource>(
        _ name: String, _ type: Request.Type, in types: HostInterface, _ names: Names
    ) {
        defineRequest(name, type, in: types, names)
        types.function("[method]\(name).set-method") {
            (call: borrowing ComponentCall, request: Borrow<Request>, method: RequestMethod) throws(Trap)
                -> Result<NoValue, NoValue> in
            outcome(try call.object(request).head.setMethod(method), call, "the method is not a token")
        }
        types.function("[method]\(name).set-path-with-query") {
            (call: borrowing ComponentCall, request: Borrow<Request>, path: String?) throws(Trap)
                -> Result<NoValue, NoValue> in
            outcome(
                try call.object(request).head.setPathWithQuery(path), call,
                "the path has a character that none has")
        }
        types.function("[method]\(name).set-scheme") {
            (call: borrowing ComponentCall, request: Borrow<Request>, scheme: RequestScheme?) throws(Trap)
                -> Result<NoValue, NoValue> in
            outcome(try call.object(request).head.setScheme(scheme), call, "the scheme is none")
        }
        types.function("[method]\(name).set-authority") {
            (call: borrowing ComponentCall, request: Borrow<Request>, authority: String?) throws(Trap)
                -> Result<NoValue, NoValue> in
            outcome(try call.object(request).head.setAuthority(authority), call, "the authority is none")
        }
    }

    /// What is read and set of a response.
    static func defineOpenResponse<Response: OpenResponseResource>(
        _ name: String, _ type: Response.Type, in types: HostInterface, _ names: Names
    ) {
        types.resource(name, type)
        types.function("[method]\(name).\(names.get)status-code") {
            (call: borrowing ComponentCall, response: Borrow<Response>) throws(Trap) -> UInt16 in
            try call.object(response).head.status
        }
        types.function("[method]\(name).set-status-code") {
            (call: borrowing ComponentCall, response: Borrow<Response>, status: UInt16) throws(Trap)
                -> Result<NoValue, NoValue> in outcome(try call.object(response).head.setStatus(status))
        }
        types.function("[method]\(name).\(names.get)headers") {
            (call: borrowing ComponentCall, response: Borrow<Response>) throws(Trap) -> Own<FieldsResource> in
            try call.add(FieldsResource(try call.object(response).head.fields))
        }
    }

    // MARK: - Options

    /// `request-options`.
    ///
    /// - Parameter refusal: what a guest gets that may not change them.
    static func defineRequestOptions<Refusal: Error & CanonicalPayload & SendableMetatype>(
        in types: HostInterface, _ names: Names, refusal: Refusal
    ) {
        types.resource("request-options", RequestOptions.self)
        types.function("[constructor]request-options") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<RequestOptions> in
            try call.add(RequestOptions())
        }
        let times: [(String, any WritableKeyPath<RequestTimeouts, UInt64?> & Sendable)] = [
            ("connect-\(names.time)", \.connect), ("first-byte-\(names.time)", \.firstByte),
            ("between-bytes-\(names.time)", \.betweenBytes),
        ]
        for (name, time) in times {
            types.function("[method]request-options.\(names.get)\(name)") {
                (call: borrowing ComponentCall, options: Borrow<RequestOptions>) throws(Trap) -> UInt64? in
                try call.object(options).timeouts[keyPath: time]
            }
            types.function("[method]request-options.set-\(name)") {
                (call: borrowing ComponentCall, options: Borrow<RequestOptions>, duration: UInt64?)
                    throws(Trap) -> Result<NoValue, Refusal> in
                let options = try call.object(options)
                guard options.isMutable else { return .failure(refusal) }
                options.timeouts[keyPath: time] = duration
                return .success(NoValue())
            }
        }
    }
}
