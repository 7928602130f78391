public import AppModel

/// A transport protocol.
public enum NetworkTransport: String, Sendable, Hashable {
    /// Connections.
    case tcp
    /// Datagrams.
    case udp
}

/// Addresses and ports that a guest may bind.
public struct BindGrant: Sendable, Hashable {
    /// Which protocol.
    public var transport: NetworkTransport
    /// Which local addresses.
    public var addresses: AddressBlock
    /// Which ports; 0 stands for one that the system chooses.
    public var ports: ClosedRange<UInt16>

    /// A grant of its parts.
    public init(transport: NetworkTransport, addresses: AddressBlock, ports: ClosedRange<UInt16>) {
        self.transport = transport
        self.addresses = addresses
        self.ports = ports
    }
}

/// What a guest may do with the network, as data. Everything is denied unless it is granted.
public struct NetworkGrants: Sendable, Hashable {
    /// Places it may reach.
    public var outbound: [OutboundPattern]
    /// Addresses it may bind. The manifest has no words for them.
    public var bindable: [BindGrant]
    /// Whether nothing is checked at all: an operator's `martlet run` with the network inherited.
    public var isUnrestricted: Bool

    /// Grants of these places.
    public init(outbound: [OutboundPattern] = [], bindable: [BindGrant] = [], isUnrestricted: Bool = false) {
        self.outbound = outbound
        self.bindable = bindable
        self.isUnrestricted = isUnrestricted
    }

    /// No network.
    public static let none = NetworkGrants()
    /// All of the network, internal addresses and listening included.
    public static let everything = NetworkGrants(isUnrestricted: true)

    /// Whether it grants anything.
    public var isEmpty: Bool { outbound.isEmpty && bindable.isEmpty && !isUnrestricted }
}

/// Leave to reach one host, given by ``HostNetwork``: what remains is to check the addresses behind its name.
public struct NetworkAdmission: Sendable, Hashable {
    /// Lower-case scheme; nil for a look-up, which has none yet.
    public let scheme: String?
    /// The host.
    public let host: OutboundHost
    /// The port; nil for a look-up.
    public let port: UInt16?
    /// The entry that covers it; nil where nothing is restricted.
    public let pattern: OutboundPattern?
    /// Whether an entry names the host itself.
    let isNamed: Bool
}

extension NetworkGrants {
    /// The leave for a host, or nil. Scheme and port are nil for a look-up.
    func admission(scheme: String?, host: OutboundHost, port: UInt16?) -> NetworkAdmission? {
        if isUnrestricted {
            return NetworkAdmission(scheme: scheme, host: host, port: port, pattern: nil, isNamed: true)
        }
        var found: NetworkAdmission?
        for pattern in outbound where covers(pattern, scheme, port) && pattern.covers(host) {
            let isNamed =
                switch pattern.host {
                case .name, .addresses: true
                default: false
                }
            if found == nil || isNamed {
                found = NetworkAdmission(
                    scheme: scheme, host: host, port: port, pattern: pattern, isNamed: isNamed)
            }
            if isNamed { break }
        }
        return found
    }

    /// Whether an admitted host may stand for this address.
    func permits(_ address: IPAddress, for admission: NetworkAdmission) -> Bool {
        if isUnrestricted { return true }
        let kind = AddressKind(address)
        if !kind.isInternal { return true }
        if admission.isNamed {
            if case .address(let own) = admission.host { return own == address.canonical }
            if kind.isGrantedByName { return true }
        }
        // The name is covered by a wildcard, the address by an entry of its own.
        return outbound.contains { pattern in
            guard case .addresses(let block) = pattern.host else { return false }
            return covers(pattern, admission.scheme, admission.port) && block.contains(address)
        }
    }

    private func covers(_ pattern: OutboundPattern, _ scheme: String?, _ port: UInt16?) -> Bool {
        if let scheme, !pattern.covers(scheme: scheme) { return false }
        if let port, !pattern.ports.contains(port) { return false }
        return true
    }
}
