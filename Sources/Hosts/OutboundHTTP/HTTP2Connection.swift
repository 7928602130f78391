import AppModel
import NIOCore
import NIOHTTP1
import NIOHTTP2

/// A connection that carries several exchanges at a time. The protocol is swift-nio-http2's.
///
/// Confined to its event loop.
final class HTTP2Connection: ChannelInboundHandler, ExchangeHandlerOwner {
    typealias InboundIn = HTTP2Frame

    /// The address at the other end, which was checked before the connection was made.
    let address: IPAddress
    private let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer
    private let limits: OutboundHTTPLimits
    private let onGone: (HTTP2Connection) -> Void
    private var streams: Set<ObjectIdentifier> = []
    private var isLeaving = false
    private var idleTimer: Scheduled<Void>?

    private init(
        _ channel: any Channel, _ multiplexer: NIOHTTP2Handler.StreamMultiplexer, address: IPAddress,
        limits: OutboundHTTPLimits, onGone: @escaping (HTTP2Connection) -> Void
    ) {
        self.channel = channel
        self.multiplexer = multiplexer
        self.address = address
        self.limits = limits
        self.onGone = onGone
    }

    /// Makes a channel speak HTTP/2.
    ///
    /// - Parameter onGone: called when it takes no more requests.
    static func install(
        on channel: any Channel, address: IPAddress, limits: OutboundHTTPLimits,
        onGone: @escaping (HTTP2Connection) -> Void
    ) throws -> HTTP2Connection {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .enablePush, value: 0),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.responseHeaderBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: limits.readAheadBytes),
        ]
        configuration.targetWindowSize = max(65_535, 4 * limits.readAheadBytes)
        var streams = NIOHTTP2Handler.StreamConfiguration()
        streams.targetWindowSize = limits.readAheadBytes
        streams.outboundBufferSizeHighWatermark = limits.heldRequestBytes
        streams.outboundBufferSizeLowWatermark = limits.heldRequestBytes / 2
        let multiplexer = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .client, connectionConfiguration: configuration, streamConfiguration: streams
        ) { stream in stream.close() }
        let connection = HTTP2Connection(
            channel, multiplexer, address: address, limits: limits, onGone: onGone)
        try channel.pipeline.syncOperations.addHandler(connection)
        return connection
    }

    /// Whether it takes another request.
    var hasRoom: Bool { !isLeaving && channel.isActive && streams.count < limits.streamsPerConnection }

    /// Begins an exchange on a stream of its own.
    func open(_ exchange: ClientExchange) {
        idleTimer?.cancel()
        let handler = ExchangeHandler(address: address, recorder: nil, owner: self)
        streams.insert(ObjectIdentifier(handler))
        let bound = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        let promise = channel.eventLoop.makePromise(of: (any Channel).self)
        multiplexer.createStreamChannel(promise: promise) { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.syncOptions?.setOption(.autoRead, value: false)
                try stream.pipeline.syncOperations.addHandlers([
                    HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: .https), bound.value,
                ])
            }
        }
        promise.futureResult.assumeIsolated().whenComplete { result in
            switch result {
            case .success: exchange.connected(handler)
            case .failure(let error):
                self.closed(handler)
                exchange.failed(error)
            }
        }
    }

    // MARK: - Streams

    func finished(_ handler: ExchangeHandler) { handler.close() }

    func closed(_ handler: ExchangeHandler) {
        guard streams.remove(ObjectIdentifier(handler)) != nil, streams.isEmpty else { return }
        if isLeaving { return channel.close(promise: nil) }
        idleTimer = channel.eventLoop.assumeIsolated().scheduleTask(in: limits.idleTime) {
            self.closeWhenIdle()
        }
    }

    /// Takes no more requests, and closes after the last one.
    func closeWhenIdle() {
        leave()
        if streams.isEmpty { channel.close(promise: nil) }
    }

    private func leave() {
        guard !isLeaving else { return }
        isLeaving = true
        idleTimer?.cancel()
        onGone(self)
    }

    // MARK: - Channel

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .goAway = unwrapInboundIn(data).payload { leave() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A stream's error ends its own channel; what comes here is the connection's.
        if error is NIOHTTP2Errors.StreamError { return }
        leave()
        context.close(promise: nil)
    }
}
