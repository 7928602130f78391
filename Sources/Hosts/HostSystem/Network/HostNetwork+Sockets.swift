public import AppModel

extension HostNetwork {
    /// Leave to connect a socket, or to send a datagram, to an address.
    ///
    /// - Parameter names: what the guest has looked up with this address as an answer; an entry with such a name covers
    ///   the address as well.
    /// - Throws: the refusal, which the operator has seen.
    public func admitConnect(
        _ transport: NetworkTransport, to address: IPAddress, port: UInt16, names: [HostName] = []
    ) throws(NetworkRefusal) {
        let scheme = transport.rawValue
        for name in names {
            if let admission = grants.admission(scheme: scheme, host: .name(name), port: port),
                permits(address, for: admission)
            {
                return
            }
        }
        _ = try admit(scheme: scheme, host: .address(address.canonical), port: port)
    }

    /// Leave to bind a socket to a local address.
    ///
    /// Datagram sockets bind before they send: where any `udp` place is granted, the unspecified address with a port of
    /// the system's choice is granted too.
    public func admitBind(
        _ transport: NetworkTransport, to address: IPAddress, port: UInt16
    ) throws(NetworkRefusal) {
        if grants.isUnrestricted { return }
        let isGranted = grants.bindable.contains { grant in
            grant.transport == transport && grant.ports.contains(port) && grant.addresses.contains(address)
        }
        if isGranted { return }
        let sends = transport == .udp && grants.outbound.contains { $0.covers(scheme: "udp") }
        if sends, port == 0, address.canonical == .v4(0) || address == .v6(0) { return }
        throw refuse(scheme: transport.rawValue, target: "\(address.inURL):\(port)", .mayNotBind)
    }
}

/// What an instance has learned from its look-ups, so that entries with names hold for sockets, which know only addresses.
public struct LearnedNames: Sendable {
    private var names: [IPAddress: [HostName]] = [:]
    private var count = 0

    /// Pairs of name and address kept for one instance; later ones are not learned.
    public static let pairsMax = 1_024

    /// Nothing learned.
    public init() {}

    /// Keeps the answer of a look-up.
    public mutating func learn(_ name: HostName, _ addresses: [IPAddress]) {
        for address in addresses where count < Self.pairsMax {
            if names[address.canonical]?.contains(name) == true { continue }
            names[address.canonical, default: []].append(name)
            count += 1
        }
    }

    /// Names whose look-up gave this address.
    public func names(of address: IPAddress) -> [HostName] { names[address.canonical] ?? [] }
}
