public import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// An HTTP/1.1 and HTTP/2 server.
///
/// Each connection lives on one event loop of the group, and so does everything about its requests.
public final class HTTPServer: Sendable {
    /// What the server counts. Taken without stopping it, so the numbers may be a moment apart.
    public struct Counters: Sendable, Hashable {
        /// Connections open now.
        public var connections: Int
        /// Connections refused at the limit.
        public var connectionsRefused: Int
        /// Requests that reached an exchange, since the start.
        public var requests: Int
        /// Requests whose response is not complete.
        public var requestsInFlight: Int
        /// Requests refused: malformed, too large, too slow, or no place for them.
        public var requestsRejected: Int
    }

    let core: ServerCore
    private let listener: any Channel
    private let hasStopped: EventLoopPromise<Void>
    private let isStopping = Atomic<Bool>(false)

    private init(core: ServerCore, listener: any Channel) {
        self.core = core
        self.listener = listener
        address = listener.localAddress
        hasStopped = listener.eventLoop.makePromise()
    }

    /// Starts to listen.
    ///
    /// - Throws: the system's error where the address cannot be bound.
    public static func start(
        _ configuration: HTTPServerConfiguration, handler: some HTTPHandler, accessLog: (any AccessLog)? = nil
    ) -> EventLoopFuture<HTTPServer> {
        let limits = configuration.limits
        let core = ServerCore(
            limits: limits, handler: handler, log: accessLog,
            loops: Array(configuration.group.makeIterator()), isSecure: configuration.tls != nil)
        let tls = configuration.tls?.context
        let bootstrap = ServerBootstrap(group: configuration.group)
            .serverChannelOption(.backlog, value: configuration.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 1024, initial: 2048, maximum: max(2048, limits.socketReadBytes))
            )
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: limits.responseLowWaterBytes, high: limits.responseHighWaterBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try accept(channel, core: core, tls: tls) }
            }
        return bind(bootstrap, configuration.address).map { listener in
            let tick = core.tick
            for state in core.loops { state.loop.execute { state.start(tick: tick) } }
            return HTTPServer(core: core, listener: listener)
        }
    }

    private static func bind(
        _ bootstrap: ServerBootstrap, _ address: HTTPServerConfiguration.Address
    ) -> EventLoopFuture<any Channel> {
        switch address {
        case .tcp(let host, let port):
            bootstrap.childChannelOption(.tcpOption(.tcp_nodelay), value: 1).bind(host: host, port: port)
        case .unix(let path):
            bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true)
        }
    }

    private static func accept(_ channel: any Channel, core: ServerCore, tls: NIOSSLContext?) throws {
        guard let loopState = core.state(of: channel.eventLoop), core.connectionOpened() else {
            channel.close(promise: nil)
            return
        }
        channel.closeFuture.whenComplete { _ in core.connectionClosed() }
        let pipeline = channel.pipeline.syncOperations
        // Over TLS the end of the input is the end of the connection; the TLS handler sees to it.
        if tls == nil { try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true) }
        if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
        try pipeline.addHandler(HTTP1Connection(core: core, loopState: loopState, channel: channel))
    }

    // MARK: Running

    /// The address the server listens at, with the port the system chose.
    public let address: SocketAddress?

    /// The server's admission queue, for its numbers; nil without admission control.
    public var admission: AdmissionQueue? { core.admission }

    /// See `Counters`.
    public var counters: Counters {
        var counters = Counters(
            connections: core.connections, connectionsRefused: core.connectionsRefused, requests: 0,
            requestsInFlight: 0, requestsRejected: 0)
        for state in core.loops {
            counters.requests += state.requests.load(ordering: .relaxed)
            counters.requestsInFlight += state.inFlight.load(ordering: .relaxed)
            counters.requestsRejected += state.rejected.load(ordering: .relaxed)
        }
        return counters
    }

    // MARK: Stopping

    /// Stops in good order: no new connections; requests received are answered, with `connection: close` or
    /// after GOAWAY; then connections close. What is not done after `time` is cut
    /// (`HTTPCancellation.drained`).
    ///
    /// A second call joins the first.
    ///
    /// - Returns: done when the last connection has closed.
    @discardableResult
    public func drain(within time: TimeAmount) -> EventLoopFuture<Void> {
        guard !isStopping.exchange(true, ordering: .relaxed) else { return hasStopped.futureResult }
        core.startDraining()
        listener.close(promise: nil)
        let core = core
        for state in core.loops {
            state.loop.execute {
                let now = NIODeadline.now()
                state.forEachConnection { $0.drain(now: now) }
            }
        }
        let deadline = NIODeadline.now() + time
        let hasStopped = hasStopped
        // Polling is good enough here, and leaves no bookkeeping in the way of connections.
        listener.eventLoop.scheduleRepeatedTask(initialDelay: .milliseconds(2), delay: .milliseconds(10)) {
            task in
            if core.connections == 0 {
                task.cancel()
                for state in core.loops { state.loop.execute { state.stop() } }
                hasStopped.succeed()
            } else if NIODeadline.now() >= deadline {
                for state in core.loops {
                    state.loop.execute { state.forEachConnection { $0.cut(.drained) } }
                }
            }
        }
        return hasStopped.futureResult
    }
}
