import AppModel

/// A connection, a listener, or what may become one of them. Calls in a wrong state fail with `notConnected`.
///
/// Every address passes through the guest's ``HostNetwork``. Nothing waits: what takes time is asked for again, after a
/// wake. Confined to the guest's event loop.
public final class TCPSocket {
    private enum State {
        case open
        case connecting
        case connected
        case listening
        case failed(HostError)
    }

    /// The descriptor and its options.
    public let handle: SocketHandle
    private unowned let system: GuestSystem
    private var state = State.open
    private var backlog: Int32 = 128
    private var isInputTaken = false
    private var isOutputTaken = false

    init(_ handle: SocketHandle, of system: GuestSystem) {
        self.handle = handle
        self.system = system
    }

    private func failIfFailed() throws(HostError) {
        if case .failed(let error) = state { throw error }
    }

    private func requireOpen() throws(HostError) {
        try failIfFailed()
        guard case .open = state else { throw .notConnected }
    }

    /// Whether it has a local address.
    public var isBound: Bool {
        guard case .open = state else { return true }
        // A socket without an address is not bound.
        let address = try? SystemCall.localAddress(handle.descriptor)
        return address.map { $0.port != 0 } ?? false
    }

    /// Gives it a local address.
    public func bind(_ address: SocketAddress) throws(HostError) {
        try requireOpen()
        guard !isBound else { throw .notConnected }
        try address.requireBindable(isVersion6: handle.isVersion6)
        if address.isMulticastOrBroadcast { throw .invalid }
        do throws(NetworkRefusal) {
            try system.plan.network.admitBind(.tcp, to: address.address, port: address.port)
        } catch { throw .accessDenied }
        try SystemCall.bind(handle.descriptor, address)
    }

    // MARK: - Connecting

    /// Begins to connect. The answer is ``finishConnect()``'s, once ``isReady``.
    public func startConnect(_ address: SocketAddress) throws(HostError) {
        try requireOpen()
        try address.requireRemote(isVersion6: handle.isVersion6)
        if address.isMulticastOrBroadcast { throw .invalid }
        try system.admit(.tcp, to: address)
        state = .connecting
        do { try SystemCall.connect(handle.descriptor, address) } catch {
            if error != .inProgress { state = .failed(error) }
        }
    }

    /// Whether the connection is there now; false while the answer is awaited.
    public func finishConnect() throws(HostError) -> Bool {
        try failIfFailed()
        if case .connected = state { return true }
        guard case .connecting = state else { throw .notConnected }
        guard handle.isWritable else { return false }
        let code = try SystemCall.option(handle.descriptor, SystemCall.errorOption)
        if code != 0 {
            let error = HostError(systemError: code)
            state = .failed(error)
            throw error
        }
        state = .connected
        return true
    }

    // MARK: - Listening

    /// Begins to take connections; needs an address, or with `bindsItself` takes one.
    public func listen(bindsItself: Bool) throws(HostError) {
        try requireOpen()
        if !isBound {
            guard bindsItself else { throw .notConnected }
            try bind(.unspecified(isVersion6: handle.isVersion6))
        }
        try SystemCall.listen(handle.descriptor, backlog: backlog)
        state = .listening
    }

    /// The next connection; nil where none waits.
    public func accept() throws(HostError) -> TCPSocket? {
        try failIfFailed()
        guard case .listening = state else { throw .notConnected }
        let (listener, quota) = (handle.descriptor, system.socketQuota)
        do {
            let accepted = try SocketHandle(isVersion6: handle.isVersion6, quota: quota) {
                () throws(HostError) in
                try SystemCall.accept(listener)
            }
            let socket = TCPSocket(accepted, of: system)
            socket.state = .connected
            return socket
        } catch {
            // The peer gave up before it was taken.
            if error == .wouldBlock || error == .connectionAborted { return nil }
            throw error
        }
    }

    /// Whether it takes connections.
    public var isListening: Bool { if case .listening = state { true } else { false } }

    /// How many connections may wait; 0 is `invalid`.
    public func setBacklog(_ count: UInt64) throws(HostError) {
        if count == 0 { throw .invalid }
        try failIfFailed()
        let count = Int32(clamping: count)
        switch state {
        case .open: backlog = count
        case .listening: try SystemCall.listen(handle.descriptor, backlog: count)
        default: throw .notConnected
        }
    }

    // MARK: - Addresses and bytes

    /// Its own address.
    public func localAddress() throws(HostError) -> SocketAddress {
        try failIfFailed()
        if case .connecting = state { throw .notConnected }
        guard isBound else { throw .notConnected }
        return try SystemCall.localAddress(handle.descriptor)
    }

    /// The peer's address.
    public func remoteAddress() throws(HostError) -> SocketAddress {
        try failIfFailed()
        guard case .connected = state else { throw .notConnected }
        return try SystemCall.remoteAddress(handle.descriptor)
    }

    /// The bytes that come, once. Receiving ends when they are let go.
    public func takeInput() throws(HostError) -> any GuestInput {
        try failIfFailed()
        guard case .connected = state, !isInputTaken else { throw .notConnected }
        isInputTaken = true
        return SocketInput(handle)
    }

    /// Where bytes go, once. Sending ends when it is let go.
    public func takeOutput() throws(HostError) -> any GuestOutput {
        try failIfFailed()
        guard case .connected = state, !isOutputTaken else { throw .notConnected }
        isOutputTaken = true
        return SocketOutput(handle)
    }

    /// Ends one or both directions of a connection.
    public func shutdown(reading: Bool, writing: Bool) throws(HostError) {
        try failIfFailed()
        guard case .connected = state else { throw .notConnected }
        try SystemCall.shutdown(handle.descriptor, reading: reading, writing: writing)
    }

    // MARK: - Waiting

    /// Whether the answer to what was begun is there, or a connection waits.
    public var isReady: Bool {
        switch state {
        case .connecting: handle.isWritable
        case .listening: handle.isReadable
        default: true
        }
    }

    /// Wakes once ``isReady``.
    public func wakeWhenReady(_ token: WakeToken) {
        switch state {
        case .connecting: handle.wakeWhenWritable(token)
        case .listening: handle.wakeWhenReadable(token)
        default: token.wake()
        }
    }
}
