import AppModel

/// A datagram with whom it came from.
public struct Datagram: Sendable, Equatable {
    /// Its bytes.
    public var bytes: [UInt8]
    /// The sender.
    public var from: SocketAddress
}

/// A socket for datagrams. Calls in a wrong state fail with `notConnected`.
///
/// Every address passes through the guest's ``HostNetwork``. Nothing waits. Confined to the guest's event loop.
public final class UDPSocket {
    /// The descriptor and its options.
    public let handle: SocketHandle
    private unowned let system: GuestSystem
    /// The only peer, where the guest has chosen one.
    public private(set) var remote: SocketAddress?
    private var wasBound = false

    /// Bytes of the largest datagram.
    public static let bytesMax = 65_535

    init(_ handle: SocketHandle, of system: GuestSystem) {
        self.handle = handle
        self.system = system
    }

    /// Whether it has a local address.
    public var isBound: Bool {
        if !wasBound {
            // A socket without an address is not bound.
            let address = try? SystemCall.localAddress(handle.descriptor)
            wasBound = address.map { $0.port != 0 } ?? false
        }
        return wasBound
    }

    /// Gives it a local address.
    public func bind(_ address: SocketAddress) throws(HostError) {
        if isBound { throw .notConnected }
        try address.requireBindable(isVersion6: handle.isVersion6)
        do throws(NetworkRefusal) {
            try system.plan.network.admitBind(.udp, to: address.address, port: address.port)
        } catch { throw .accessDenied }
        try SystemCall.bind(handle.descriptor, address)
    }

    /// Chooses one peer: others are neither heard nor spoken to.
    public func connect(_ address: SocketAddress) throws(HostError) {
        try address.requireRemote(isVersion6: handle.isVersion6)
        try system.admit(.udp, to: address)
        try SystemCall.connect(handle.descriptor, address)
        remote = address
    }

    /// Ends the choice; fails without one.
    public func disconnect() throws(HostError) {
        guard remote != nil else { throw .notConnected }
        // Afterwards the system may not tell that it has an address.
        _ = isBound
        remote = nil
        try SystemCall.disconnect(handle.descriptor)
    }

    /// Its own address.
    public func localAddress() throws(HostError) -> SocketAddress {
        guard isBound else { throw .notConnected }
        return try SystemCall.localAddress(handle.descriptor)
    }

    /// Sends one datagram, to the peer or to an address; false where the system has no room now.
    public func send(_ bytes: [UInt8], to address: SocketAddress?) throws(HostError) -> Bool {
        if bytes.count > Self.bytesMax { throw .messageTooLarge }
        if let address {
            try address.requireRemote(isVersion6: handle.isVersion6)
            if let remote, remote != address { throw .invalid }
        } else if remote == nil {
            throw .invalid
        }
        if remote == nil, let address { try system.admit(.udp, to: address) }
        do {
            try bytes.withRawSpan { (span) throws(HostError) in
                try SystemCall.send(handle.descriptor, span, to: remote == nil ? address : nil)
            }
            return true
        } catch {
            if error == .wouldBlock { return false }
            throw error
        }
    }

    /// The next datagram; nil where none is there.
    public func receive() throws(HostError) -> Datagram? {
        guard isBound else { throw .notConnected }
        var bytes = [UInt8](repeating: 0, count: Self.bytesMax)
        do {
            let (count, from) = try bytes.withMutableRawSpan { (span) throws(HostError) in
                try SystemCall.receive(from: handle.descriptor, into: &span)
            }
            return Datagram(bytes: Array(bytes[..<count]), from: from)
        } catch {
            if error == .wouldBlock { return nil }
            throw error
        }
    }

    /// Whether a datagram or an error is there.
    public var isReadable: Bool { handle.isReadable }
    /// Whether the system has room for a datagram.
    public var isWritable: Bool { handle.isWritable }
    /// Wakes once ``isReadable``.
    public func wakeWhenReadable(_ token: WakeToken) { handle.wakeWhenReadable(token) }
    /// Wakes once ``isWritable``.
    public func wakeWhenWritable(_ token: WakeToken) { handle.wakeWhenWritable(token) }
}
