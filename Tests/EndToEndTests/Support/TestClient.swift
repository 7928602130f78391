import TestSupport
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP/1.1 connection of a test: it sends what it is told to and hands out responses in order.
final class TestClient: Sendable {
    /// The connection ended without the response that was waited for; `isCut` in the middle of it.
    struct Ended: Error { let isCut: Bool }

    let channel: any Channel
    private let inbox: ResponseInbox

    private init(channel: any Channel, inbox: ResponseInbox) {
        self.channel = channel
        self.inbox = inbox
    }

    static func connect(
        port: Int, tls: NIOSSLContext? = nil, keepsBodies: Bool = true, pattern: ByteBuffer? = nil,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws -> TestClient {
        let inbox = ResponseInbox(keepsBodies: keepsBodies, pattern: pattern)
        let channel = try await ClientBootstrap(group: group)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: nil)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(ResponseHandler(inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return TestClient(channel: channel, inbox: inbox)
    }

    /// Sends and does not wait; a connection that is gone is not an error here.
    func send(_ text: String) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }

    /// Sends, and waits until the system has taken it.
    func send(_ bytes: ByteBuffer) async throws { try await channel.writeAndFlush(bytes).get() }

    /// The next response.
    func response(within limit: TimeAmount = .seconds(60)) async throws -> Response {
        try await inbox.next(on: channel.eventLoop, within: limit)
    }

    /// Waits for the head of the response under way, or for an interim one.
    func head(_ isEnough: @escaping @Sendable (Response) -> Bool = { $0.status >= 200 }) async throws
        -> Response
    {
        try await eventually("the head of a response") {
            self.inbox.partial.flatMap { isEnough($0) ? $0 : nil }
        }
    }

    func get(_ path: String) async throws -> Response {
        send("GET \(path) HTTP/1.1\r\nhost: a\r\n\r\n")
        return try await response()
    }

    func post(_ path: String, _ body: String) async throws -> Response {
        send("POST \(path) HTTP/1.1\r\nhost: a\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
        return try await response()
    }

    func setReading(_ isReading: Bool) async throws {
        try await channel.setOption(.autoRead, value: isReading).get()
    }

    /// Reads what the server sends when `pace` says so.
    func readSlowly(_ pace: Pace) async throws {
        try await setReading(false)
        try await SlowReads.begin(on: channel, pace)
    }

    /// When the last bytes came.
    var lastArrival: NIODeadline? { inbox.lastArrival }

    /// Whether the server has ended the connection.
    var isEnded: Bool { inbox.isEnded }

    func close() async {
        // Closed already is as good.
        try? await channel.close().get()
    }
}

/// One request on a connection of its own.
func get(_ path: String, port: Int) async throws -> Response {
    let client = try await TestClient.connect(port: port)
    do {
        let response = try await client.get(path)
        await client.close()
        return response
    } catch {
        await client.close()
        throw error
    }
}

/// Responses that have come, and who waits for the next one.
private final class ResponseInbox: Sendable {
    private struct State {
        var parser = ResponseParser()
        var responses: CircularBuffer<Response> = []
        var waiters: CircularBuffer<(Int, EventLoopPromise<Response>)> = []
        var failure: (any Error)?
        var serial = 0
        var lastArrival: NIODeadline?
    }

    private let state = Mutex(State())

    init(keepsBodies: Bool, pattern: ByteBuffer?) {
        state.withLock {
            $0.parser.keepsBodies = keepsBodies
            $0.parser.pattern = pattern
        }
    }

    var isEnded: Bool { state.withLock { $0.failure != nil } }

    var lastArrival: NIODeadline? { state.withLock(\.lastArrival) }

    /// The response under way: its head, or what was interim before it.
    var partial: Response? { state.withLock { $0.parser.current } }

    func add(_ bytes: ByteBuffer) {
        state.withLock { state in
            state.lastArrival = .now()
            state.parser.add(bytes)
            do {
                while let response = try state.parser.next() { deliver(response, &state) }
            } catch {
                fail(error, &state)
            }
        }
    }

    func end() {
        state.withLock { state in
            guard state.failure == nil else { return }
            let isCut = state.parser.isInside
            if let response = state.parser.end() { deliver(response, &state) }
            fail(TestClient.Ended(isCut: isCut), &state)
        }
    }

    private func deliver(_ response: Response, _ state: inout State) {
        if let (_, waiter) = state.waiters.popFirst() {
            waiter.succeed(response)
        } else {
            state.responses.append(response)
        }
    }

    private func fail(_ error: any Error, _ state: inout State) {
        state.failure = error
        for (_, waiter) in state.waiters { waiter.fail(error) }
        state.waiters = []
    }

    func next(on loop: any EventLoop, within limit: TimeAmount) async throws -> Response {
        let promise = loop.makePromise(of: Response.self)
        let serial = state.withLock { state -> Int in
            state.serial += 1
            if let response = state.responses.popFirst() {
                promise.succeed(response)
            } else if let failure = state.failure {
                promise.fail(failure)
            } else {
                state.waiters.append((state.serial, promise))
            }
            return state.serial
        }
        // Not a pause: the longest a test waits before it fails.
        let timeout = loop.scheduleTask(in: limit) { [self] in
            state.withLock { state in
                guard let index = state.waiters.firstIndex(where: { $0.0 == serial }) else { return }
                state.waiters.remove(at: index).1.fail(TooLate(description: "no response in time"))
            }
        }
        defer { timeout.cancel() }
        return try await promise.futureResult.get()
    }
}

private final class ResponseHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let inbox: ResponseInbox

    init(_ inbox: ResponseInbox) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { inbox.add(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { inbox.end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
