import AppModel
import NIOCore
import NIOPosix

/// Connects to the first of several checked addresses that answers (RFC 8305), and to nothing else: no name is looked up
/// after the check.
///
/// Confined to its event loop.
final class AddressConnector {
    /// A connection, and the address it goes to.
    struct Connected {
        let channel: any Channel
        let address: IPAddress
    }

    private let loop: any EventLoop
    private let port: UInt16
    private let attemptDelay: TimeAmount
    private let deadline: NIODeadline
    private var waiting: ArraySlice<IPAddress>
    private var running = 0
    private var firstError: (any Error)?
    private var timer: Scheduled<Void>?
    private var completion: ((Result<Connected, any Error>) -> Void)?

    private init(
        _ addresses: [IPAddress], port: UInt16, deadline: NIODeadline, limits: OutboundHTTPLimits,
        on loop: any EventLoop
    ) {
        self.loop = loop
        self.port = port
        self.deadline = deadline
        attemptDelay = limits.attemptDelay
        waiting = addresses.prefix(limits.attempts)
    }

    /// Begins; gives a way to stop. `completion` is called once, unless it is stopped before.
    static func connect(
        to addresses: [IPAddress], port: UInt16, deadline: NIODeadline, limits: OutboundHTTPLimits,
        on loop: any EventLoop, completion: @escaping (Result<Connected, any Error>) -> Void
    ) -> AddressConnector {
        let connector = AddressConnector(addresses, port: port, deadline: deadline, limits: limits, on: loop)
        connector.completion = completion
        connector.startNext()
        return connector
    }

    /// Stops: a connection that comes later is closed.
    func stop() {
        completion = nil
        timer?.cancel()
    }

    private func startNext() {
        guard completion != nil, let address = waiting.popFirst() else { return }
        running += 1
        let remaining = deadline - .now()
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(max(remaining, .milliseconds(1)))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
        do {
            let target = try SocketAddress(ipAddress: address.description, port: Int(port))
            bootstrap.connect(to: target).assumeIsolated().whenComplete { self.ended($0, address) }
        } catch {
            loop.assumeIsolated().execute { self.ended(.failure(error), address) }
        }
        guard !waiting.isEmpty else { return }
        timer?.cancel()
        timer = loop.assumeIsolated().scheduleTask(in: attemptDelay) { self.startNext() }
    }

    private func ended(_ result: Result<any Channel, any Error>, _ address: IPAddress) {
        running -= 1
        switch result {
        case .success(let channel):
            guard completion != nil else { return channel.close(promise: nil) }
            complete(.success(Connected(channel: channel, address: address)))
        case .failure(let error):
            firstError = firstError ?? error
            if !waiting.isEmpty { return startNext() }
            if running == 0 { complete(.failure(firstError ?? error)) }
        }
    }

    private func complete(_ result: Result<Connected, any Error>) {
        timer?.cancel()
        let completion = completion.take()
        completion?(result)
    }
}
