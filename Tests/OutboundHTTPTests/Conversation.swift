import AppModel
import HostSystem
import NIOCore
import NIOPosix
import Synchronization
import WASIHTTP

@testable import OutboundHTTP

/// Answers as a test says.
final class ScriptedResolver: HostResolver {
    private let answers: Mutex<[[IPAddress]]>
    let asked = Mutex<[String]>([])

    /// Each look-up takes the next answer; the last one stays.
    init(_ answers: [[String]]) { self.answers = Mutex(answers.map { $0.compactMap { IPAddress($0) } }) }

    func addresses(of name: HostName, on loop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
        asked.withLock { $0.append(name.text) }
        return loop.makeSucceededFuture(answers.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? [] })
    }
}

/// Keeps what the operator sees.
final class Refusals: NetworkObserver {
    private let kept = Mutex<[NetworkRefusal]>([])
    var all: [NetworkRefusal] { kept.withLock { $0 } }
    func refused(_ refusal: NetworkRefusal) { kept.withLock { $0.append(refusal) } }
}

/// What came back.
struct Answer: Sendable {
    var status: UInt16
    var fields: HTTPFields
    var body: [UInt8]
    var trailers: HTTPFields?

    var text: String { String(decoding: body, as: UTF8.self) }
}

/// A request as a test writes it.
struct TestRequest: Sendable {
    var method = "GET"
    var scheme: RequestScheme? = .http
    var authority: String?
    var path: String? = "/"
    var fields: [(String, String)] = []
    var byteFields: [(String, [UInt8])] = []
    var body: [ByteBuffer] = []
    var trailers: [(String, String)] = []
    var timeouts = RequestTimeouts()

    init(
        method: String = "GET", scheme: RequestScheme? = .http, _ authority: String?, _ path: String? = "/",
        fields: [(String, String)] = [], body: [ByteBuffer] = [], trailers: [(String, String)] = []
    ) {
        self.method = method
        self.scheme = scheme
        self.authority = authority
        self.path = path
        self.fields = fields
        self.body = body
        self.trailers = trailers
    }

    /// By the rules that hold for guests; nil where those refuse already.
    func outbound() -> OutboundRequest? {
        var guestFields = HTTPFields()
        for (name, value) in fields {
            do { try guestFields.append(name, HTTPFieldValue(value)) } catch { return nil }
        }
        for (name, value) in byteFields {
            do { try guestFields.append(name, HTTPFieldValue(bytes: value.span.bytes)) } catch { return nil }
        }
        var head = OutgoingRequestHead(fields: guestFields)
        guard head.setMethod(RequestMethod(method) ?? .other(method)), head.setScheme(scheme),
            head.setAuthority(authority), head.setPathWithQuery(path)
        else { return nil }
        return OutboundRequest(head, timeouts: timeouts)
    }
}

/// Talks through a client as a guest would: writes as there is room, reads as there are bytes.
final class Conversation {
    private let exchange: any OutboundExchange
    private let promise: EventLoopPromise<Answer>
    private var body: ArraySlice<ByteBuffer>
    private let trailers: HTTPFields?
    private var answer: Answer?

    private init(
        _ exchange: any OutboundExchange, _ request: TestRequest, _ promise: EventLoopPromise<Answer>
    )
        throws
    {
        self.exchange = exchange
        self.promise = promise
        body = request.body[...]
        trailers =
            request.trailers.isEmpty
            ? nil
            : try HTTPFields(request.trailers.map { HTTPField(name: $0.0, value: HTTPFieldValue($0.1)) })
    }

    /// The answer to a request.
    ///
    /// - Throws: ``HTTPErrorCode``.
    static func hold(
        _ request: TestRequest, _ client: PooledHTTPClient, _ network: HostNetwork, on loop: any EventLoop
    ) async throws -> Answer {
        let promise = loop.makePromise(of: Answer.self)
        loop.execute {
            guard let outbound = request.outbound() else {
                return promise.fail(HTTPErrorCode.httpRequestURIInvalid)
            }
            let exchange = client.send(outbound, network: network, on: loop)
            do {
                let conversation = try Conversation(exchange, request, promise)
                conversation.start()
            } catch { promise.fail(error) }
        }
        return try await promise.futureResult.get()
    }

    private func start() {
        if case .failure(let code) = exchange.response { return promise.fail(code) }
        exchange.onResponse = { self.responded() }
        write()
    }

    private func write() {
        while let next = body.popFirst() {
            if !exchange.writeBody(next) {
                exchange.onWritable = { self.write() }
                return
            }
        }
        exchange.finishBody(trailers: trailers)
    }

    private func responded() {
        switch exchange.response {
        case .success(let head):
            answer = Answer(status: head.status, fields: head.fields, body: [])
            read()
        case .failure(let code): end(.failure(code))
        case nil: break
        }
    }

    private func read() {
        while true {
            switch exchange.readBody(upTo: 10_000) {
            case .bytes(let bytes): answer?.body += bytes.readableBytesView
            case .end(let trailers):
                answer?.trailers = trailers
                return end(answer.map { .success($0) } ?? .failure(.internalError(nil)))
            case .pending:
                exchange.onReadable = { self.read() }
                return
            case .failed(let code): return end(.failure(code))
            }
        }
    }

    private func end(_ result: Result<Answer, HTTPErrorCode>) {
        exchange.onReadable = nil
        exchange.onWritable = nil
        promise.completeWith(result.mapError { $0 })
    }
}
