import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOConcurrencyHelpers
import Testing

struct ClosureHandler: HTTPHandler {
    let body: @Sendable (HTTPExchange) -> Void

    func handle(_ exchange: HTTPExchange) { body(exchange) }
}

extension HTTPServerLimits {
    /// No time-out ends what a test waits for, even where the machine stands still for a while. A test that is about a
    /// time-out sets that one.
    static var patient: HTTPServerLimits {
        var limits = HTTPServerLimits()
        for timeout in [
            \HTTPServerLimits.headerReadTimeout, \.bodyIdleTimeout, \.keepAliveTimeout, \.writeStallTimeout,
            \.handshakeTimeout, \.lingerTimeout, \.drainIdleGrace,
        ] { limits[keyPath: timeout] = .minutes(10) }
        limits.admission = AdmissionLimits(queueWait: .minutes(10))
        return limits
    }
}

/// Runs `test` with a server on a free port, and drains it afterwards.
func withServer(
    _ change: (inout HTTPServerLimits) -> Void = { _ in }, tls: HTTPServerTLS? = nil,
    log: (any AccessLog)? = nil,
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    handler: @escaping @Sendable (HTTPExchange) -> Void, test: (HTTPServer) async throws -> Void
) async throws {
    var configuration = HTTPServerConfiguration(
        address: .tcp(host: "127.0.0.1", port: 0), tls: tls, group: group)
    configuration.limits = .patient
    change(&configuration.limits)
    let server = try await HTTPServer.start(
        configuration, handler: ClosureHandler(body: handler), accessLog: log
    ).get()
    do {
        try await test(server)
    } catch {
        try await server.drain(within: .zero).get()
        throw error
    }
    try await server.drain(within: .zero).get()
}

/// Counts, and lets a test wait for a count.
final class Tally: Sendable {
    private struct State {
        var count = 0
        var waiters: [(Int, CheckedContinuation<Void, Never>)] = []
    }

    private let state = NIOLockedValueBox(State())

    var count: Int { state.withLockedValue { $0.count } }

    func add(_ number: Int = 1) {
        let due = state.withLockedValue { state in
            state.count += number
            let due = state.waiters.filter { $0.0 <= state.count }
            state.waiters.removeAll { $0.0 <= state.count }
            return due
        }
        for (_, continuation) in due { continuation.resume() }
    }

    func reached(_ number: Int) async {
        await withCheckedContinuation { continuation in
            let isDue = state.withLockedValue { state in
                if state.count >= number { return true }
                state.waiters.append((number, continuation))
                return false
            }
            if isDue { continuation.resume() }
        }
    }
}

/// One value, waited for.
final class Outcome<Value: Sendable>: Sendable {
    private let promise: EventLoopPromise<Value>

    init() { promise = MultiThreadedEventLoopGroup.singleton.any().makePromise() }

    /// The first call counts.
    func set(_ value: Value) { promise.succeed(value) }

    func onceSet(on loop: any EventLoop, _ body: @escaping @Sendable () -> Void) {
        promise.futureResult.hop(to: loop).whenSuccess { _ in body() }
    }

    func value() async throws -> Value { try await promise.futureResult.get() }
}

/// Reads the whole body, then answers with a line made of what was read.
func answerWithSummary(_ exchange: HTTPExchange) {
    let collector = BodyCollector(exchange) { exchange, body in
        switch body {
        case .success(let (body, trailers)):
            var text = "\(exchange.head.method.rawValue) \(exchange.head.target) [\(String(buffer: body))]"
            for (name, value) in trailers ?? [:] { text += " \(name)=\(value)" }
            exchange.respond(.ok, body: ByteBuffer(string: text))
        case .failure(let error):
            exchange.respond(error.status)
        }
    }
    collector.read()
}

/// Collects a body, however it comes. Confined to the exchange's loop.
final class BodyCollector {
    private let exchange: HTTPExchange
    private let done: (HTTPExchange, Result<(ByteBuffer, HTTPHeaders?), BodyError>) -> Void
    private var body = ByteBuffer()

    init(
        _ exchange: HTTPExchange,
        done: @escaping (HTTPExchange, Result<(ByteBuffer, HTTPHeaders?), BodyError>) -> Void
    ) {
        self.exchange = exchange
        self.done = done
        exchange.onReadable = { self.read() }
    }

    func read() {
        while true {
            switch exchange.readBody(upTo: 4096) {
            case .bytes(var bytes): body.writeBuffer(&bytes)
            case .pending: return
            case .end(let trailers): return done(exchange, .success((body, trailers)))
            case .failed(let error): return done(exchange, .failure(error))
            }
        }
    }
}

/// Sends the request body back as it comes, never holding more than one piece.
final class Echo {
    private let exchange: HTTPExchange

    init(_ exchange: HTTPExchange) {
        self.exchange = exchange
        exchange.onReadable = { self.pump() }
        exchange.onWritable = { self.pump() }
        exchange.sendHead(.ok)
    }

    func pump() {
        while true {
            switch exchange.readBody(upTo: 65_536) {
            case .bytes(let bytes): if !exchange.write(bytes) { return }
            case .pending: return
            case .end(let trailers): return exchange.finish(trailers: trailers)
            case .failed: return exchange.abort()
            }
        }
    }
}

/// Sends `total` bytes as fast as the client takes them.
final class Source {
    private let exchange: HTTPExchange
    private var left: Int
    private let piece: ByteBuffer
    private let written: Tally?

    init(_ exchange: HTTPExchange, total: Int, written: Tally? = nil) {
        self.exchange = exchange
        self.written = written
        left = total
        piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 32_768)
        exchange.onWritable = { self.pump() }
    }

    func pump() {
        while left > 0 {
            let bytes = piece.getSlice(at: 0, length: min(left, piece.readableBytes))!
            left -= bytes.readableBytes
            written?.add(bytes.readableBytes)
            if !exchange.write(bytes) { return }
        }
        exchange.finish()
    }
}
