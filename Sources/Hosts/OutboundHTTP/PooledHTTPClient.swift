import AppModel
public import HostSystem
public import NIOCore
import Synchronization
public import WASIHTTP

/// Sends the requests of an application's guests over HTTP/1.1 and HTTP/2, with a pool of connections on each event loop.
///
/// Never follows a redirect, and never looks a name up after its addresses were checked.
public final class PooledHTTPClient: OutboundHTTPClient {
    private let limits: OutboundHTTPLimits
    private let router: (any LocalHTTPRouter)?
    private let pools: LoopLocal<LoopPool>
    private let running = Running()

    /// A client.
    ///
    /// - Parameter router: answers requests of the application to itself.
    public init(
        limits: OutboundHTTPLimits = OutboundHTTPLimits(), tls: OutboundTLS = OutboundTLS(),
        router: (any LocalHTTPRouter)? = nil
    ) {
        self.limits = limits
        self.router = router
        let tls = LazyTLSContext(tls)
        pools = LoopLocal { LoopPool(loop: $0, tls: tls, limits: limits) }
    }

    deinit { close() }

    /// Closes connections that wait for requests. Requests under way go on.
    public func close() { pools.removeAll { $0.closeIdle() } }

    /// Requests under way.
    public var requestCount: Int { running.count.load(ordering: .relaxed) }

    /// Begins a request.
    public func send(
        _ request: OutboundRequest, network: HostNetwork, on loop: any EventLoop
    ) -> any OutboundExchange {
        let checked: CheckedRequest
        do throws(RequestRefusal) {
            checked = try CheckedRequest(request.head, limits: limits)
        } catch {
            _ = network.refuse(
                scheme: request.head.scheme?.text ?? "https", target: request.head.authority ?? "",
                error.reason)
            return FailedExchange(error.code)
        }
        do throws(NetworkRefusal) {
            switch checked.target {
            case .local(let target):
                return try sendLocally(request, checked, to: target, network, on: loop)
            case .network(let place): return try send(request, checked, to: place, network, on: loop)
            }
        } catch {
            return FailedExchange(HTTPErrorCode(error))
        }
    }

    private func send(
        _ request: OutboundRequest, _ checked: CheckedRequest, to place: Place, _ network: HostNetwork,
        on loop: any EventLoop
    ) throws(NetworkRefusal) -> any OutboundExchange {
        let admission = try network.admit(scheme: place.scheme, host: place.host, port: place.port)
        try begin(scheme: place.scheme, target: "\(place.host):\(place.port)", network)
        let exchange = ClientExchange(checked, timeouts: request.timeouts, limits: limits, on: loop)
        let running = running
        exchange.onEnd = { running.count.subtract(1, ordering: .relaxed) }
        exchange.onRefused = { refusal in
            _ = network.refuse(
                scheme: place.scheme, target: "\(place.host):\(place.port)", refusal.reason)
        }
        pools.value(on: loop).start(exchange, to: place, network, admission)
        return PooledExchange(exchange)
    }

    /// Counts a request, to the network or not.
    private func begin(scheme: String, target: String, _ network: HostNetwork) throws(NetworkRefusal) {
        let before = running.count.add(1, ordering: .relaxed).oldValue
        let most = limits.concurrentRequests
        guard before >= most else { return }
        running.count.subtract(1, ordering: .relaxed)
        throw network.refuse(
            scheme: scheme, target: target,
            .limit("the application has \(most) requests under way, which is its limit"))
    }

    private func sendLocally(
        _ request: OutboundRequest, _ checked: CheckedRequest, to target: LocalTarget, _ network: HostNetwork,
        on loop: any EventLoop
    ) throws(NetworkRefusal) -> any OutboundExchange {
        let scheme = request.head.scheme?.text ?? "http"
        let name: String
        switch target {
        case .application:
            name = "self"
            try network.admitApplication(schemes: request.head.scheme.map { [$0.text] } ?? ["http", "https"])
        case .component(let component):
            name = "\(component).\(OutboundPattern.componentDomain)"
            _ = try network.admitChaining(scheme: scheme, host: name)
        }
        guard request.depth < limits.localDepth else {
            let problem = "the request came through \(request.depth) requests of the application to itself"
            _ = network.refuse(scheme: scheme, target: name, .limit(problem))
            return FailedExchange(.loopDetected)
        }
        try begin(scheme: scheme, target: name, network)
        let running = running
        var request = request
        request.head = checked.head(of: request.head)
        let exchange = router?.send(request, to: target, on: loop) {
            running.count.subtract(1, ordering: .relaxed)
        }
        if let exchange { return exchange }
        running.count.subtract(1, ordering: .relaxed)
        let problem = "names a part of the application that is not there, or cannot be reached this way"
        _ = network.refuse(scheme: scheme, target: name, .invalidTarget(problem))
        return FailedExchange(target == .application ? .httpRequestURIInvalid : .destinationNotFound)
    }
}

/// The requests of an application that are under way.
private final class Running: Sendable {
    let count = Atomic<Int>(0)
}
