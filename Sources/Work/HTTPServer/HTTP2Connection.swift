import NIOCore
import NIOHTTP2

/// What the server keeps of an HTTP/2 connection: its streams, for deadlines, and the ways it ends.
///
/// The protocol is swift-nio-http2's. It already bounds resets and stream errors, control frames,
/// CONTINUATION frames, empty DATA frames and header lists, and verifies header blocks and content lengths;
/// all with our numbers. What it does not have is here and in `HTTP2Stream`: time-outs, stalled windows, and
/// the rules on authority, target and field values that HTTP/1.1 requests are held to as well.
final class HTTP2Connection: ChannelInboundHandler, TrackedConnection {
    typealias InboundIn = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    /// How far the connection has said goodbye.
    private enum Farewell { case none, announced, final }

    private static let pingData = HTTP2PingData(withInteger: 0x6d61_7274_6c65_7421)

    let core: ServerCore
    let loopState: LoopState
    let channel: any Channel
    let remoteAddress: SocketAddress?
    let localAddress: SocketAddress?
    var slot = -1
    private var streams: [HTTP2Stream] = []
    private var stalledBytes = 0
    private var stalledSince = NIODeadline.now()
    private var isClosed = false
    private var isOutputClosed = false
    private var context: ChannelHandlerContext?
    private var farewell = Farewell.none
    private var farewellSince = NIODeadline.distantPast
    private var lastStream = HTTP2StreamID.rootStream
    /// A client that connects, speaks HTTP/2 and then never opens a stream is idle from here.
    private var idleSince = NIODeadline.now()

    private init(core: ServerCore, loopState: LoopState, channel: any Channel) {
        self.core = core
        self.loopState = loopState
        self.channel = channel
        remoteAddress = channel.remoteAddress
        localAddress = channel.localAddress
    }

    /// Makes `channel` speak HTTP/2.
    static func install(core: ServerCore, loopState: LoopState, channel: any Channel) throws {
        let connection = HTTP2Connection(core: core, loopState: loopState, channel: channel)
        let bound = NIOLoopBound(connection, eventLoop: channel.eventLoop)
        let handler = NIOHTTP2Handler(
            mode: .server, eventLoop: channel.eventLoop,
            connectionConfiguration: connectionConfiguration(core.limits),
            streamConfiguration: streamConfiguration(core.limits)
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let connection = bound.value
                try stream.syncOptions?.setOption(.autoRead, value: false)
                try stream.pipeline.syncOperations.addHandler(
                    HTTP2Stream(connection: connection, channel: stream))
            }
        }
        try channel.pipeline.syncOperations.addHandlers([handler, connection])
    }

    private static func connectionConfiguration(
        _ limits: HTTPServerLimits
    ) -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: limits.concurrentStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.headerBytes),
            HTTP2Setting(parameter: .initialWindowSize, value: limits.requestBufferBytes),
        ]
        configuration.maximumSequentialEmptyDataFrames = limits.emptyDataFrames
        configuration.maximumSequentialContinuationFrames = limits.continuationFrames
        configuration.maximumBufferedControlFrames = 1000
        configuration.controlFrameRateLimit.maximumCount = limits.controlFrames
        configuration.maximumConnectionGlitches = limits.streamResets
        // Shared by all streams; each is held to its own window.
        configuration.targetWindowSize = max(65_535, 4 * limits.requestBufferBytes)
        return configuration
    }

    private static func streamConfiguration(_ limits: HTTPServerLimits) -> NIOHTTP2Handler.StreamConfiguration
    {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.targetWindowSize = limits.requestBufferBytes
        configuration.outboundBufferSizeHighWatermark = limits.responseHighWaterBytes
        configuration.outboundBufferSizeLowWatermark = limits.responseLowWaterBytes
        configuration.streamResetFrameRateLimit.maximumCount = limits.streamResets
        configuration.streamErrorRateLimit.maximumCount = limits.streamResets
        return configuration
    }

    // MARK: Channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loopState.add(self)
        if core.isDraining { drain(now: .now()) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loopState.remove(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        loopState.remove(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Stream errors were answered with RST_STREAM by the codec; all others end the connection, after what
        // the codec has written: its GOAWAY, or the last frame of the last stream. It may be in the middle of
        // a flush, so the end is left to the loop's next turn.
        if error is NIOHTTP2Errors.StreamError { return }
        channel.eventLoop.assumeIsolated().execute {
            self.context?.flush()
            self.close()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            close()
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Streams

    func opened(_ stream: HTTP2Stream) {
        stream.index = streams.count
        streams.append(stream)
    }

    /// A request came on the stream `id`.
    func began(_ id: HTTP2StreamID) {
        lastStream = max(lastStream, id)
    }

    func closed(_ stream: HTTP2Stream) {
        guard stream.index >= 0 else { return }
        let last = streams.removeLast()
        if stream.index < streams.count {
            streams[stream.index] = last
            last.index = stream.index
        }
        stream.index = -1
        if streams.isEmpty { idleSince = .now() }
        closeIfDone()
    }

    // MARK: Tracking

    func tick(now: NIODeadline) {
        // Fails only on a closed channel.
        let waiting = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        // Its last responses are still on their way.
        if waiting > 0 { idleSince = now }
        var index = streams.count - 1
        while index >= 0 {
            if index < streams.count { streams[index].tick(now: now) }
            index -= 1
        }
        if streams.isEmpty {
            if now - idleSince >= core.limits.keepAliveTimeout { drain(now: now) }
            // A client that leaves the goodbye unanswered is not waited for.
            let isWaiting =
                farewell != .none && now - max(farewellSince, idleSince) >= core.limits.lingerTimeout
            if isWaiting { close() }
        }
        checkStall(waiting, now)
    }

    /// As for HTTP/1.1: bytes wait in the channel and none has left for too long.
    private func checkStall(_ waiting: Int, _ now: NIODeadline) {
        guard waiting > 0, waiting == stalledBytes else {
            stalledBytes = waiting
            stalledSince = now
            return
        }
        if now - stalledSince >= core.limits.writeStallTimeout { cut(.writeStalled) }
    }

    /// GOAWAY for all streams and a PING. Its answer shows that the client knows, and that no stream opened
    /// before it knew is still on its way: then GOAWAY again, with the last stream there was (RFC 9113 §6.8).
    func drain(now: NIODeadline) {
        guard farewell == .none, let context else { return }
        farewell = .announced
        farewellSince = now
        goAway(.maxID)
        context.write(
            wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: .ping(Self.pingData, ack: false))),
            promise: nil)
        context.flush()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .ping(Self.pingData, ack: true) = unwrapInboundIn(data).payload, farewell == .announced
        else {
            return
        }
        farewell = .final
        goAway(lastStream)
        context.flush()
        closeIfDone()
    }

    private func goAway(_ stream: HTTP2StreamID) {
        let payload = HTTP2Frame.FramePayload.goAway(
            lastStreamID: stream, errorCode: .noError, opaqueData: nil)
        context?.write(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: payload)), promise: nil)
    }

    /// Says behind the last stream that nothing follows, in the loop's next turn: its last frame may not have been flushed
    /// yet. A client that is slow to take it would lose it to a connection that is closed at once.
    private func closeIfDone() {
        guard farewell == .final, streams.isEmpty, !isOutputClosed else { return }
        isOutputClosed = true
        channel.eventLoop.assumeIsolated().execute {
            self.idleSince = .now()
            self.context?.flush()
            self.channel.close(mode: .output, promise: nil)
        }
    }

    func cut(_ reason: HTTPCancellation) {
        for stream in streams { stream.cancel(reason) }
        close()
    }

    private func close() {
        guard !isClosed else { return }
        isClosed = true
        channel.close(promise: nil)
    }
}
