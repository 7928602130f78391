import HTTPServer
import NIOCore
import NIOHTTP1
import WASIHTTP

/// An exchange of the server as guests of `wasi:http` know it.
final class ServerExchange: IncomingExchange {
    private let exchange: HTTPExchange
    private let route: RouteFields
    private let limits: HTTPHostLimits

    init(_ exchange: HTTPExchange, route: RouteFields, limits: HTTPHostLimits) {
        self.exchange = exchange
        self.route = route
        self.limits = limits
    }

    // MARK: - The request

    var method: RequestMethod {
        switch exchange.head.method {
        case .GET: .get
        case .HEAD: .head
        case .POST: .post
        case .PUT: .put
        case .DELETE: .delete
        case .CONNECT: .connect
        case .OPTIONS: .options
        case .TRACE: .trace
        case .PATCH: .patch
        case let other: .other(other.rawValue)
        }
    }

    var scheme: RequestScheme { exchange.head.scheme == "https" ? .https : .http }

    var authority: String? { exchange.head.authority.isEmpty ? nil : exchange.head.authority }

    var pathWithQuery: String? { exchange.head.pathAndQuery }

    var depth: Int { exchange.depth }

    /// The client's fields without those that only Martlet may set, and then those that Martlet sets.
    var fields: HTTPFields {
        HTTPFields(received: RouteFields.removed(from: exchange.head.headers), limits: limits)
            .appending(route.fields(of: exchange))
    }

    // MARK: - The bodies

    func readBody(upTo limit: Int) -> BodyPiece {
        switch exchange.readBody(upTo: limit) {
        case .bytes(let bytes): .bytes(bytes)
        case .end(let trailers):
            .end(trailers: trailers.map { HTTPFields(received: $0, limits: limits) })
        case .pending: .pending
        case .failed(let error): .failed(HTTPErrorCode(error, bytes: exchange.bytesIn))
        }
    }

    // Kept by the exchange only, which lets go of them at its end: they hold the guest's bodies, which hold this.
    var onReadable: (() -> Void)? {
        get { exchange.onReadable }
        set {
            exchange.onReadable = newValue
            if newValue != nil { listenForEnd() }
        }
    }

    func writeBody(_ bytes: ByteBuffer) -> Bool { exchange.write(bytes) }

    var onWritable: (() -> Void)? {
        get { exchange.onWritable }
        set {
            exchange.onWritable = newValue
            if newValue != nil { listenForEnd() }
        }
    }

    /// Who waits when the exchange ends learns that nothing more will come.
    private func listenForEnd() {
        guard exchange.onEnded == nil, !exchange.isEnded else { return }
        exchange.onEnded = { [exchange] in
            let waiting = [exchange.onReadable, exchange.onWritable]
            for wake in waiting { wake?() }
        }
    }

    var isBodyClosed: Bool { exchange.isEnded }

    func finishBody(trailers: HTTPFields?) { exchange.finish(trailers: trailers?.headers) }

    func abortBody(_ reason: HTTPErrorCode) { exchange.abort() }

    // MARK: - The response

    func sendInformational(_ status: UInt16, _ fields: HTTPFields) {
        exchange.sendInformational(HTTPResponseStatus(statusCode: Int(status)), fields.headers)
    }

    func sendHead(_ status: UInt16, _ fields: HTTPFields) {
        exchange.sendHead(HTTPResponseStatus(statusCode: Int(status)), fields.headers)
    }

    func respond(_ status: UInt16, _ fields: HTTPFields, body: ByteBuffer) {
        exchange.respond(HTTPResponseStatus(statusCode: Int(status)), fields.headers, body: body)
    }
}

extension HTTPErrorCode {
    /// Why a request's body cannot be read to its end.
    fileprivate init(_ error: BodyError, bytes: Int) {
        switch error {
        case .tooLarge: self = .httpRequestBodySize(UInt64(bytes))
        case .malformed: self = .httpProtocolError
        case .cancelled(.bodyTimeout): self = .connectionReadTimeout
        case .cancelled: self = .connectionTerminated
        }
    }
}
