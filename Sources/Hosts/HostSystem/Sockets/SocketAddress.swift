public import AppModel
import CHostSystem

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

    var systemForm: martlet_address {
        var form = martlet_address()
        form.is_version6 = address.isVersion6 ? 1 : 0
        let bytes = address.bytes
        unsafe withUnsafeMutableBytes(of: &form.bytes) { unsafe $0.copyBytes(from: bytes) }
        form.port = port
        form.flow = flow
        form.scope = scope
        return form
    }

    init(_ form: martlet_address) {
        let count = form.is_version6 != 0 ? 16 : 4
        let bytes = unsafe withUnsafeBytes(of: form.bytes) { unsafe Array($0.prefix(count)) }
        // 4 or 16 bytes always make an address.
        address = IPAddress(bytes: bytes) ?? .v4(0)
        port = form.port
        flow = form.flow
        scope = form.scope
    }
}
