import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import NIOSSL
import TestSupport

/// An HTTP/2 connection of a test.
struct HTTP2Client {
    struct Answer: Sendable {
        var status = ""
        var body = ByteBuffer()
        var text: String { String(buffer: body) }
    }

    private let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer

    /// By prior knowledge, or with TLS by ALPN.
    static func connect(port: Int, tls: NIOSSLContext? = nil) async throws -> HTTP2Client {
        let ready = MultiThreadedEventLoopGroup.singleton.any().makePromise(
            of: NIOHTTP2Handler.StreamMultiplexer.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: nil)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    ready.succeed(
                        try channel.pipeline.syncOperations.configureHTTP2Pipeline(
                            mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
                        ) { stream in stream.close() })
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return HTTP2Client(channel: channel, multiplexer: try await ready.futureResult.get())
    }

    /// Reads what the server sends when `pace` says so.
    func readSlowly(_ pace: Pace) async throws {
        try await channel.setOption(.autoRead, value: false).get()
        try await SlowReads.begin(on: channel, pace)
    }

    /// A request that has begun and whose body is still to come.
    struct Request {
        fileprivate let stream: any Channel
        fileprivate let promise: EventLoopPromise<Answer>

        func finish(_ body: ByteBuffer) {
            stream.writeAndFlush(
                HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(body), endStream: true)), promise: nil)
        }

        /// Sends a piece of the body, and waits until the system has taken it.
        func send(_ bytes: ByteBuffer) async throws {
            try await stream.writeAndFlush(
                HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(bytes), endStream: false))
            ).get()
        }

        func reset() {
            stream.writeAndFlush(HTTP2Frame.FramePayload.rstStream(.cancel), promise: nil)
        }

        func answer(within limit: TimeAmount? = nil) async throws -> Answer {
            // Not a pause: the longest a test waits before it fails.
            let timeout = limit.map { limit in
                stream.eventLoop.scheduleTask(in: limit) { [promise] in
                    promise.fail(TooLate(description: "no answer in time"))
                }
            }
            defer { timeout?.cancel() }
            return try await promise.futureResult.get()
        }
    }

    func request(_ method: String, _ path: String, body: ByteBuffer? = nil) async throws -> Answer {
        let request = try await open(method, path, hasBody: body != nil)
        if let body { request.finish(body) }
        return try await request.answer()
    }

    func open(
        _ method: String, _ path: String, hasBody: Bool = true, reading pace: Pace? = nil
    ) async throws -> Request {
        let answer = channel.eventLoop.makePromise(of: Answer.self)
        let opened = channel.eventLoop.makePromise(of: (any Channel).self)
        multiplexer.createStreamChannel(promise: opened) { stream in
            stream.eventLoop.makeCompletedFuture {
                // Else it would be as its connection is.
                try stream.syncOptions?.setOption(.autoRead, value: pace == nil)
                if let pace {
                    try stream.pipeline.syncOperations.addHandler(SlowReads(pace))
                }
                try stream.pipeline.syncOperations.addHandler(AnswerHandler(answer))
            }
        }
        let stream = try await opened.futureResult.get()
        let head = HPACKHeaders([
            (":method", method), (":scheme", "http"), (":path", path), (":authority", "localhost"),
        ])
        let headers = HTTP2Frame.FramePayload.headers(.init(headers: head, endStream: !hasBody))
        stream.writeAndFlush(headers, promise: nil)
        return Request(stream: stream, promise: answer)
    }

    func close() async {
        // Closed already is as good.
        try? await channel.close().get()
    }
}

private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    private let promise: EventLoopPromise<HTTP2Client.Answer>
    private var answer = HTTP2Client.Answer()

    init(_ promise: EventLoopPromise<HTTP2Client.Answer>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let headers):
            answer.status = headers.headers.first(name: ":status") ?? answer.status
            if headers.endStream { promise.succeed(answer) }
        case .data(let data):
            if case .byteBuffer(var bytes) = data.data { answer.body.writeBuffer(&bytes) }
            if data.endStream { promise.succeed(answer) }
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) { promise.fail(TestClient.Ended(isCut: true)) }
}
