import AppModel
import HostSystem
import NIOCore
import NIOHTTP1
import NIOSSL
import WASIHTTP

/// The connections of one application on one event loop.
///
/// Confined to that loop.
final class LoopPool: ExchangeHandlerOwner {
    private struct Idle {
        let handler: ExchangeHandler
        let timer: Scheduled<Void>
    }

    let loop: any EventLoop
    let limits: OutboundHTTPLimits
    private let tls: LazyTLSContext
    private var idle: [Place: [Idle]] = [:]
    private var idleCount = 0
    private var places: [ObjectIdentifier: Place] = [:]
    private var multiplexed: [Place: [HTTP2Connection]] = [:]

    init(loop: any EventLoop, tls: LazyTLSContext, limits: OutboundHTTPLimits) {
        self.loop = loop
        self.tls = tls
        self.limits = limits
    }

    /// Connections that wait for a request.
    var idleConnectionCount: Int { idleCount }

    // MARK: - Requests

    /// Finds or makes a connection for an admitted exchange.
    func start(
        _ exchange: ClientExchange, to place: Place, _ network: HostNetwork, _ admission: NetworkAdmission
    ) {
        exchange.startConnecting()
        exchange.onRetry = { [weak self, unowned exchange] in
            self?.connect(exchange, to: place, network, admission)
        }
        if let handler = takeIdle(place, network, admission) { return exchange.connected(handler) }
        let connection = multiplexed[place]?.first {
            $0.hasRoom && network.permits($0.address, for: admission)
        }
        if let connection { return connection.open(exchange) }
        connect(exchange, to: place, network, admission)
    }

    // Another component of the application may have opened it: the address is checked again by this one's grants.
    private func takeIdle(
        _ place: Place, _ network: HostNetwork, _ admission: NetworkAdmission
    ) -> ExchangeHandler? {
        guard
            let index = idle[place]?.lastIndex(where: { network.permits($0.handler.address, for: admission) }
            ),
            let found = idle[place]?.remove(at: index)
        else { return nil }
        if idle[place]?.isEmpty == true { idle[place] = nil }
        idleCount -= 1
        found.timer.cancel()
        return found.handler
    }

    private func connect(
        _ exchange: ClientExchange, to place: Place, _ network: HostNetwork, _ admission: NetworkAdmission
    ) {
        var isStopped = false
        exchange.onStop = { isStopped = true }
        network.addresses(for: admission, on: loop).assumeIsolated().whenComplete { result in
            if isStopped { return }
            switch result {
            case .success(let addresses): self.connect(exchange, to: place, addresses)
            case .failure(let error): exchange.fail(HTTPErrorCode(networkError: error, hadAnswer: false))
            }
        }
    }

    private func connect(_ exchange: ClientExchange, to place: Place, _ addresses: [IPAddress]) {
        let connector = AddressConnector.connect(
            to: addresses, port: place.port, deadline: exchange.connectDeadline, limits: limits, on: loop
        ) { [self] result in
            switch result {
            case .success(let connected): setUp(connected, to: place, for: exchange)
            case .failure(let error): exchange.fail(HTTPErrorCode(networkError: error, hadAnswer: false))
            }
        }
        exchange.onStop = { connector.stop() }
    }

    // MARK: - New connections

    private func setUp(
        _ connected: AddressConnector.Connected, to place: Place, for exchange: ClientExchange
    ) {
        let channel = connected.channel
        exchange.onStop = { channel.close(promise: nil) }
        guard place.isSecure else {
            return proceed(channel, exchange) { try begin(connected, to: place, nil, for: exchange) }
        }
        tls.context(on: loop).assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let context):
                proceed(channel, exchange) { try shakeHands(connected, to: place, context, for: exchange) }
            case .failure:
                exchange.fail(.configurationError)
                channel.close(promise: nil)
            }
        }
    }

    private func proceed(_ channel: any Channel, _ exchange: ClientExchange, _ body: () throws -> Void) {
        do { try body() } catch {
            exchange.onStop = nil
            exchange.fail(HTTPErrorCode(handshakeError: error))
            channel.close(promise: nil)
        }
    }

    private func shakeHands(
        _ connected: AddressConnector.Connected, to place: Place, _ context: NIOSSLContext,
        for exchange: ClientExchange
    ) throws {
        let channel = connected.channel
        let secure = try NIOSSLClientHandler(context: context, serverHostname: place.host.serverName)
        let handshake = HandshakeHandler { [self] result in
            proceed(channel, exchange) {
                let chosen = try result.get()
                try checkCertificate(of: channel, place)
                try begin(connected, to: place, chosen, for: exchange)
            }
        }
        try channel.pipeline.syncOperations.addHandlers([secure, handshake])
        try channel.syncOptions?.setOption(.autoRead, value: true)
    }

    private func checkCertificate(of channel: any Channel, _ place: Place) throws {
        guard case .name(let name) = place.host else { return }
        let certificate = try channel.pipeline.syncOperations.nioSSL_peerCertificate()
        guard let certificate, CertificateNames.vouch(certificate, for: name) else {
            throw NIOSSLExtraError.failedToValidateHostname
        }
    }

    private func begin(
        _ connected: AddressConnector.Connected, to place: Place, _ chosen: String?,
        for exchange: ClientExchange
    ) throws {
        exchange.onStop = nil
        if chosen == "h2" {
            let connection = try HTTP2Connection.install(
                on: connected.channel, address: connected.address, limits: limits
            ) { [weak self] connection in
                self?.multiplexed[place]?.removeAll { $0 === connection }
            }
            multiplexed[place, default: []].append(connection)
            return connection.open(exchange)
        }
        // Interim responses may come before a head.
        let recorder = HeadRecorder(bytesMax: 2 * limits.responseHeaderBytes)
        let handler = ExchangeHandler(address: connected.address, recorder: recorder, owner: self)
        places[ObjectIdentifier(handler)] = place
        var configuration = NIOHTTPDecoderLimitConfiguration()
        configuration.maxHeaderFieldSize = limits.responseFieldBytes
        configuration.maxHeaderListSize = limits.responseHeaderBytes
        configuration.maxHeaderFieldCount = limits.responseFields
        let decoder = HTTPResponseDecoder(
            leftOverBytesStrategy: .dropBytes, informationalResponseStrategy: .drop,
            limitConfiguration: configuration)
        try connected.channel.syncOptions?.setOption(.autoRead, value: false)
        try connected.channel.pipeline.syncOperations.addHandlers([
            recorder, RequestEncoder(), ByteToMessageHandler(decoder), handler,
        ])
        exchange.connected(handler)
    }

    // MARK: - Waiting connections

    func finished(_ handler: ExchangeHandler) {
        guard let place = places[ObjectIdentifier(handler)], idleCount < limits.idleConnections,
            idle[place]?.count ?? 0 < limits.idleConnectionsPerPlace
        else { return handler.close() }
        let timer = loop.assumeIsolated().scheduleTask(in: limits.idleTime) {
            handler.close()
        }
        idleCount += 1
        idle[place, default: []].append(Idle(handler: handler, timer: timer))
        // Notices when the server closes it.
        handler.read()
    }

    func closed(_ handler: ExchangeHandler) {
        guard let place = places.removeValue(forKey: ObjectIdentifier(handler)),
            let index = idle[place]?.firstIndex(where: { $0.handler === handler })
        else { return }
        idle[place]?.remove(at: index).timer.cancel()
        if idle[place]?.isEmpty == true { idle[place] = nil }
        idleCount -= 1
    }

    /// Closes what waits. What is under way ends by itself, and is not kept.
    func closeIdle() {
        for entry in idle.values.joined() { entry.handler.close() }
        for connection in multiplexed.values.joined() { connection.closeWhenIdle() }
    }
}
