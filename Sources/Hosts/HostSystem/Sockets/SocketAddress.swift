public import AppModel

/// Where a socket is, or whom it speaks to.
public struct SocketAddress: Sendable, Hashable {
    /// The address.
    public var address: IPAddress
    /// The port; 0 for one that the system chooses.
    public var port: UInt16
    /// The flow label of version 6.
    public var flow: UInt32
    /// The zone of version 6.
    public var scope: UInt32

    /// A place of its parts.
    public init(_ address: IPAddress, port: UInt16, flow: UInt32 = 0, scope: UInt32 = 0) {
        self.address = address
        self.port = port
        self.flow = flow
        self.scope = scope
    }

    /// Every address of a version, and a port of the system's choice.
    static func unspecified(isVersion6: Bool) -> SocketAddress {
        SocketAddress(isVersion6 ? .v6(0) : .v4(0), port: 0)
    }

    /// Fails with `invalid` unless a socket of the version may bind it: no version 4 address in disguise, one place.
    func requireBindable(isVersion6: Bool) throws(HostError) {
        guard address.isVersion6 == isVersion6, address.canonical == address else { throw .invalid }
    }

    /// Fails with `invalid` unless a socket of the version may speak to it.
    func requireRemote(isVersion6: Bool) throws(HostError) {
        try requireBindable(isVersion6: isVersion6)
        if port == 0 || address == .v4(0) || address == .v6(0) { throw .invalid }
    }

    /// Whether it stands for many receivers.
    var isMulticastOrBroadcast: Bool {
        let kind = AddressKind(address)
        return kind == .multicast || kind == .broadcast
    }
}
