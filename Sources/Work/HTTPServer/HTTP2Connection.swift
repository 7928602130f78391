import NIOCore
import NIOHTTP2

/// What the server keeps of an HTTP/2 connection: its streams, for deadlines, and the ways it ends.
///
/// The protocol is swift-nio-http2's. It already bounds resets and stream errors, control frames, CONTINUATION
/// frames, empty DATA frames and header lists, and verifies header blocks and content lengths; all with our
/// numbers. What it does not have is here and in `HTTP2Stream`: time-outs, stalled windows, and the rules on authority, target and
/// field values that HTTP/1.1 requests are held to as well.
final class HTTP2Connection: ChannelInboundHandler, TrackedConnection {
    typealias InboundIn = HTTP2Frame

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
        let management = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        let handler = NIOHTTP2Handler(
            mode: .server, eventLoop: channel.eventLoop,
            connectionConfiguration: connectionConfiguration(core.limits),
            streamConfiguration: streamConfiguration(core.limits),
            streamDelegate: management.http2StreamDelegate
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let connection = bound.value
                try stream.syncOptions?.setOption(.autoRead, value: false)
                try stream.pipeline.syncOperations.addHandler(
                    HTTP2Stream(connection: connection, channel: stream))
            }
        }
        try channel.pipeline.syncOperations.addHandlers([handler, management, connection])
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
        loopState.add(self)
        if core.isDraining { drain(now: .now()) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        loopState.remove(self)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        loopState.remove(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Stream errors were answered with RST_STREAM by the codec; all others end the connection, after the
        // GOAWAY that the codec has written.
        if error is NIOHTTP2Errors.StreamError { return }
        context.flush()
        close()
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

    func closed(_ stream: HTTP2Stream) {
        guard stream.index >= 0 else { return }
        let last = streams.removeLast()
        if stream.index < streams.count {
            streams[stream.index] = last
            last.index = stream.index
        }
        stream.index = -1
        if streams.isEmpty { idleSince = .now() }
    }

    // MARK: Tracking

    func tick(now: NIODeadline) {
        var index = streams.count - 1
        while index >= 0 {
            if index < streams.count { streams[index].tick(now: now) }
            index -= 1
        }
        if streams.isEmpty, now - idleSince >= core.limits.keepAliveTimeout {
            drain(now: now)
            // A client that ignores GOAWAY is not waited for.
            if now - idleSince >= core.limits.keepAliveTimeout + core.limits.lingerTimeout { close() }
        }
        checkStall(now)
    }

    /// As for HTTP/1.1: bytes wait in the channel and none has left for too long.
    private func checkStall(_ now: NIODeadline) {
        // Fails only on a closed channel.
        let waiting = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        guard waiting > 0, waiting == stalledBytes else {
            stalledBytes = waiting
            stalledSince = now
            return
        }
        if now - stalledSince >= core.limits.writeStallTimeout { cut(.writeStalled) }
    }

    /// GOAWAY for all streams, then, after the round trip of a PING, GOAWAY with the last one; the management handler closes
    /// the connection after the last stream.
    func drain(now: NIODeadline) {
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
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
