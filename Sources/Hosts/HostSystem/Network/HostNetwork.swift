public import AppModel
public import NIOCore

/// The network as one component sees it: the one place where its grants are enforced, for HTTP and sockets of every
/// WASI version, and where refusals become visible.
public final class HostNetwork: Sendable {
    /// The component, for the operator.
    public let component: String
    /// What it may do.
    public let grants: NetworkGrants
    /// Who turns names into addresses.
    public let resolver: any HostResolver

    private let observer: (any NetworkObserver)?

    /// A network with these grants.
    public init(
        component: String, grants: NetworkGrants, resolver: any HostResolver = SystemResolver.shared,
        observer: (any NetworkObserver)? = nil
    ) {
        self.component = component
        self.grants = grants
        self.resolver = resolver
        self.observer = observer
    }

    /// No network at all.
    public static let denied = HostNetwork(component: "", grants: .none)

    // MARK: Leave to reach a host

    /// Leave for a host given as text, such as the host of an authority.
    ///
    /// - Throws: the refusal, which the operator has seen.
    public func admit(scheme: String, host: String, port: UInt16) throws(NetworkRefusal) -> NetworkAdmission {
        let scheme = scheme.lowercased()
        guard let parsed = OutboundHost(host) else {
            let problem = OutboundHost.problem(in: host) ?? "is not a host"
            throw refuse(scheme: scheme, target: "\(host):\(port)", .invalidTarget(problem))
        }
        return try admit(scheme: scheme, host: parsed, port: port)
    }

    /// Leave for a host. The leave for an address includes the address.
    ///
    /// - Throws: the refusal, which the operator has seen.
    public func admit(
        scheme: String, host: OutboundHost, port: UInt16
    ) throws(NetworkRefusal) -> NetworkAdmission {
        guard let admission = grants.admission(scheme: scheme, host: host, port: port) else {
            throw refuse(scheme: scheme, target: "\(host):\(port)", .notAllowed)
        }
        if case .address(let address) = host { try check([address], for: admission) }
        return admission
    }

    /// Leave for requests to the application itself (`self`, relative URLs), which use no network.
    public func admitApplication(schemes: [String]) throws(NetworkRefusal) {
        if grants.isUnrestricted { return }
        let isCovered = grants.outbound.contains { pattern in
            pattern.coversApplication && schemes.contains { pattern.covers(scheme: $0) }
        }
        if !isCovered { throw refuse(scheme: schemes.first ?? "http", target: "self", .notAllowed) }
    }

    /// Leave to look a name up: some entry covers the name, whatever its scheme and port. Name servers carry what they
    /// are asked to whoever owns the name, so a guest without a grant asks nothing.
    public func admitLookUp(_ name: String) throws(NetworkRefusal) -> NetworkAdmission {
        guard let host = OutboundHost(name) ?? IPAddress(name).map({ .address($0.canonical) }) else {
            throw refuse(
                scheme: "name", target: name, .invalidTarget(OutboundHost.problem(in: name) ?? "is no name"))
        }
        guard let admission = grants.admission(scheme: nil, host: host, port: nil) else {
            throw refuse(scheme: "name", target: "\(host)", .notAllowed)
        }
        return admission
    }

    /// Checks what a host stands for. All of its addresses have to pass: an answer that mixes public and internal ones
    /// is how a name is made to change its place between two look-ups.
    ///
    /// - Throws: the refusal, which the operator has seen.
    public func check(_ addresses: [IPAddress], for admission: NetworkAdmission) throws(NetworkRefusal) {
        for address in addresses where !permits(address, for: admission) {
            throw refuse(
                scheme: admission.scheme ?? "name", target: target(of: admission),
                .internalAddress(address, AddressKind(address)), pattern: admission.pattern)
        }
    }

    /// Whether an admitted host may stand for this address: also asked when a connection is used again, which another
    /// component may have opened.
    public func permits(_ address: IPAddress, for admission: NetworkAdmission) -> Bool {
        grants.permits(address, for: admission)
    }

    /// The checked addresses of an admitted host. Connect to one of these and look nothing up again.
    ///
    /// Fails with ``NetworkRefusal`` or ``HostResolutionError``.
    public func addresses(
        for admission: NetworkAdmission, on loop: any EventLoop
    ) -> EventLoopFuture<[IPAddress]> {
        switch admission.host {
        case .address(let address):
            return loop.makeCompletedFuture {
                try self.check([address], for: admission)
                return [address]
            }
        case .name(let name):
            return resolver.addresses(of: name, on: loop).flatMapThrowing { found in
                let addresses = found.map(\.canonical)
                if addresses.isEmpty { throw HostResolutionError.notFound }
                try self.check(addresses, for: admission)
                return addresses
            }
        }
    }

    private func target(of admission: NetworkAdmission) -> String {
        admission.port.map { "\(admission.host):\($0)" } ?? "\(admission.host)"
    }

    // MARK: Visibility

    /// Makes a refusal and shows it to the operator.
    public func refuse(
        scheme: String, target: String, _ reason: NetworkRefusal.Reason, pattern: OutboundPattern? = nil
    ) -> NetworkRefusal {
        let refusal = NetworkRefusal(
            component: component, scheme: scheme, target: target, pattern: pattern?.text, reason: reason)
        observer?.refused(refusal)
        return refusal
    }

    /// Shows the operator a part of a request that a guest may not have, before there is a place it goes to.
    public func refuseRequest(_ problem: String) {
        _ = refuse(scheme: "http", target: "", .invalidRequest(problem))
    }
}

extension HostNetwork {
    /// Leave to call another component of the application by its name under `spin.internal`, which uses no network.
    ///
    /// - Throws: the refusal, which the operator has seen.
    public func admitChaining(scheme: String, host: String) throws(NetworkRefusal) -> NetworkAdmission {
        // The port of a component means nothing: the usual one stands for it.
        let port = OutboundPattern.usualPort(of: scheme) ?? 80
        guard let name = HostName(host),
            let admission = grants.admission(scheme: scheme, host: .name(name), port: port)
        else { throw refuse(scheme: scheme, target: host, .notAllowed) }
        return admission
    }
}
