import TestSupport
import AppModel
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import OutboundHTTP
import Synchronization

/// An HTTP server that does what the path says.
struct TestServer {
    let server: HTTPServer
    var port: Int { server.address?.port ?? 0 }

    static func start(tls: HTTPServerTLS? = nil) async throws -> TestServer {
        var configuration = HTTPServerConfiguration(
            address: .tcp(host: "127.0.0.1", port: 0), tls: tls, group: MultiThreadedEventLoopGroup.singleton)
        // No test is about these, and a machine may stand still for a while.
        for timeout in [
            \HTTPServerLimits.headerReadTimeout, \.bodyIdleTimeout, \.keepAliveTimeout, \.writeStallTimeout,
            \.handshakeTimeout,
        ] { configuration.limits[keyPath: timeout] = .minutes(10) }
        return TestServer(
            server: try await HTTPServer.start(configuration, handler: PathHandler(), accessLog: nil).get())
    }

    func stop() async throws { try await server.drain(within: .milliseconds(50)).get() }
}

private struct PathHandler: HTTPHandler {
    func handle(_ exchange: HTTPExchange) {
        switch exchange.head.target.split(separator: "?").first.map(String.init) ?? "" {
        case "/echo": Echo(exchange).start()
        case "/hang": break
        case "/redirect":
            _ = exchange.respond(.found, ["location": "/echo"], body: ByteBuffer(string: "moved"))
        case "/request":
            let fields = exchange.head.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
            let text = "\(exchange.head.method) \(exchange.head.target)\n\(fields)"
            _ = exchange.respond(.ok, [:], body: ByteBuffer(string: text))
        case "/stall":
            _ = exchange.sendHead(.ok, [:])
            _ = exchange.write(ByteBuffer(string: "some"))
        case "/cut":
            _ = exchange.sendHead(.ok, ["content-length": "100"])
            _ = exchange.write(ByteBuffer(string: "some"))
            exchange.eventLoop.assumeIsolated().execute { exchange.abort() }
        default: _ = exchange.respond(.ok, [:], body: ByteBuffer(string: "hello"))
        }
    }
}

/// Sends back what comes, as it comes.
private final class Echo {
    private let exchange: HTTPExchange

    init(_ exchange: HTTPExchange) { self.exchange = exchange }

    func start() {
        _ = exchange.sendHead(.ok, ["x-method": exchange.head.method.rawValue])
        pump()
    }

    private func pump() {
        while true {
            switch exchange.readBody(upTo: 16_000) {
            case .bytes(let bytes):
                if !exchange.write(bytes) {
                    exchange.onWritable = { self.pump() }
                    return
                }
            case .end(let trailers): return exchange.finish(trailers: trailers)
            case .pending:
                exchange.onReadable = { self.pump() }
                return
            case .failed: return exchange.abort()
            }
        }
    }
}

/// A server that sends the same bytes to whoever says something, and keeps what it heard.
final class RawServer: Sendable {
    private let channel: any Channel
    private let record: Record

    private init(_ channel: any Channel, _ record: Record) {
        self.channel = channel
        self.record = record
    }

    private final class Record: Sendable {
        let heard = Mutex("")
        let connections = Mutex(0)
    }

    static func start(answer: String, closes: Bool = true) async throws -> RawServer {
        let record = Record()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(answer, closes, record))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return RawServer(channel, record)
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var text: String { record.heard.withLock { $0 } }
    var connectionCount: Int { record.connections.withLock { $0 } }
    func stop() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let answer: String
        private let closes: Bool
        private let record: Record

        init(_ answer: String, _ closes: Bool, _ record: Record) {
            self.answer = answer
            self.closes = closes
            self.record = record
        }

        func channelActive(context: ChannelHandlerContext) { record.connections.withLock { $0 += 1 } }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = FieldText.text(of: unwrapInboundIn(data).readableBytesView)
            record.heard.withLock { $0 += text }
            guard text.contains("\r\n\r\n") else { return }
            context.writeAndFlush(
                wrapOutboundOut(ByteBuffer(bytes: FieldText.bytes(of: answer) ?? Array(answer.utf8))),
                promise: nil)
            if closes { context.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

extension OutboundHTTPLimits {
    /// No time-out ends what a test waits for, and no connection that it wants to use again, even where the machine
    /// stands still for a while. A test that is about a time-out asks for it in its request.
    static var patient: OutboundHTTPLimits {
        var limits = OutboundHTTPLimits()
        (limits.connectTimeout, limits.idleTime) = (.minutes(10), .minutes(10))
        return limits
    }
}

extension OutboundTLS {
    /// Believes the tests' certificate, and nobody else's.
    static func trustingTestCertificate() throws -> OutboundTLS {
        OutboundTLS(additionalRoots: try TestCertificate.roots(), trustsSystemRoots: false)
    }
}
