import NIOCore
import Synchronization

/// What all connections of one server share.
final class ServerCore: Sendable {
    let limits: HTTPServerLimits
    let handler: any HTTPHandler
    let admission: AdmissionQueue?
    let loops: [LoopState]
    let isSecure: Bool
    private let draining = Atomic<Bool>(false)
    private let openConnections = Atomic<Int>(0)
    private let refusedConnections = Atomic<Int>(0)

    init(
        limits: HTTPServerLimits, handler: any HTTPHandler, log: (any AccessLog)?, loops: [any EventLoop],
        isSecure: Bool
    ) {
        self.limits = limits
        self.handler = handler
        self.isSecure = isSecure
        let admission = limits.admission.map(AdmissionQueue.init)
        self.admission = admission
        self.loops = loops.map { LoopState(loop: $0, log: log, admission: admission) }
    }

    var scheme: String { isSecure ? "https" : "http" }

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func startDraining() { draining.store(true, ordering: .relaxed) }

    /// A quarter of the shortest time-out, between 5 and 250 ms.
    var tick: TimeAmount {
        let shortest = min(
            limits.headerReadTimeout, limits.bodyIdleTimeout, limits.keepAliveTimeout,
            limits.writeStallTimeout,
            limits.handshakeTimeout, limits.lingerTimeout, limits.drainIdleGrace)
        return .nanoseconds(min(max(shortest.nanoseconds / 4, 5_000_000), 250_000_000))
    }

    /// The state of the loop the caller is on.
    func state(of loop: any EventLoop) -> LoopState? {
        loops.first { $0.loop === loop }
    }

    // MARK: Connections

    var connections: Int { openConnections.load(ordering: .relaxed) }
    var connectionsRefused: Int { refusedConnections.load(ordering: .relaxed) }

    /// False at the limit: the connection must be closed and not counted off.
    func connectionOpened() -> Bool {
        let (_, count) = openConnections.add(1, ordering: .relaxed)
        guard count <= limits.connections else {
            openConnections.subtract(1, ordering: .relaxed)
            refusedConnections.add(1, ordering: .relaxed)
            return false
        }
        return true
    }

    func connectionClosed() {
        openConnections.subtract(1, ordering: .relaxed)
    }
}
