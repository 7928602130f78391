import NIOCore
import NIOPosix
import NIOSSL
import NIOConcurrencyHelpers
import Testing

/// A client that sends exactly the bytes it is told to, and keeps what it gets.
final class RawClient: Sendable {
    struct TimedOut: Error { let received: String }

    let channel: any Channel
    private let inbox: Inbox

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    static func connect(
        to address: SocketAddress?, tls: NIOSSLContext? = nil,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws -> RawClient {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: group)
            .connectTimeout(.minutes(2))
            .channelOption(.allowRemoteHalfClosure, value: tls == nil)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        let handler = try NIOSSLClientHandler(context: tls, serverHostname: nil)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox))
                }
            }
            .connect(to: #require(address)).get()
        return RawClient(channel: channel, inbox: inbox)
    }

    /// Sends and does not wait; a connection that is gone is not an error here.
    func send(_ text: String) {
        send(ByteBuffer(string: text))
    }

    func send(_ bytes: ByteBuffer) {
        channel.writeAndFlush(bytes, promise: nil)
    }

    /// Sends, and waits until the system has taken it; false if the connection was gone.
    func sendAll(_ bytes: ByteBuffer) async -> Bool {
        do {
            try await channel.writeAndFlush(bytes)
            return true
        } catch {
            return false
        }
    }

    /// Everything received so far once `isEnough` holds for it, or at the connection's end.
    func received(until isEnough: @escaping @Sendable (ByteBuffer) -> Bool) async throws -> ByteBuffer {
        try await inbox.wait(on: channel.eventLoop, until: isEnough)
    }

    func text(until end: String) async throws -> String {
        String(buffer: try await received { String(buffer: $0).contains(end) })
    }

    /// Everything until the server ends the connection.
    func toEnd() async throws -> String {
        String(buffer: try await received { _ in false })
    }

    /// Forgets what was received.
    func forget() { inbox.forget() }

    var receivedBytes: Int { inbox.count }
    var isEnded: Bool { inbox.isEnded }

    func setReading(_ isReading: Bool) async throws {
        try await channel.setOption(.autoRead, value: isReading).get()
    }

    func closeOutput() { channel.close(mode: .output, promise: nil) }

    func close() async {
        // Closed already is as good.
        try? await channel.close().get()
    }
}

/// What a client received, and who waits for it.
final class Inbox: Sendable {
    private struct Waiter {
        let id: Int
        let isEnough: @Sendable (ByteBuffer) -> Bool
        let promise: EventLoopPromise<ByteBuffer>
    }

    private struct State {
        var bytes = ByteBuffer()
        var isEnded = false
        var waiters: [Waiter] = []
        var nextID = 0
    }

    private let state = NIOLockedValueBox(State())

    var count: Int { state.withLockedValue { $0.bytes.readableBytes } }
    var isEnded: Bool { state.withLockedValue { $0.isEnded } }

    func forget() { state.withLockedValue { $0.bytes = ByteBuffer() } }

    func change(_ bytes: ByteBuffer?) {
        state.withLockedValue { state in
            if var bytes { state.bytes.writeBuffer(&bytes) } else { state.isEnded = true }
            let (received, isEnded) = (state.bytes, state.isEnded)
            state.waiters.removeAll { waiter in
                guard isEnded || waiter.isEnough(received) else { return false }
                waiter.promise.succeed(received)
                return true
            }
        }
    }

    func wait(
        on loop: any EventLoop, until isEnough: @escaping @Sendable (ByteBuffer) -> Bool
    ) async throws -> ByteBuffer {
        let promise = loop.makePromise(of: ByteBuffer.self)
        let id = state.withLockedValue { state -> Int in
            state.nextID += 1
            if state.isEnded || isEnough(state.bytes) {
                promise.succeed(state.bytes)
            } else {
                state.waiters.append(Waiter(id: state.nextID, isEnough: isEnough, promise: promise))
            }
            return state.nextID
        }
        // Not a pause: the longest a test waits before it fails with what there was.
        let limit = loop.scheduleTask(in: .minutes(2)) { [self] in
            state.withLockedValue { state in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return }
                let text = String(
                    buffer: state.bytes.getSlice(at: 0, length: min(500, state.bytes.writerIndex))!)
                state.waiters.remove(at: index).promise.fail(RawClient.TimedOut(received: text))
            }
        }
        defer { limit.cancel() }
        return try await promise.futureResult.get()
    }
}

final class InboxHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let inbox: Inbox

    init(_ inbox: Inbox) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { inbox.change(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { inbox.change(nil) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            inbox.change(nil)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
