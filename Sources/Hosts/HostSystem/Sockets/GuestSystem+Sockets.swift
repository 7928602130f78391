public import AppModel
public import NIOCore

/// Sockets and look-ups of a guest, as far as its grants go.
extension GuestSystem {
    /// A new socket for connections. What it may reach is decided when it is bound or connected.
    public func makeTCPSocket(isVersion6: Bool) throws(HostError) -> TCPSocket {
        TCPSocket(try makeSocket(isVersion6: isVersion6, isDatagram: false), of: self)
    }

    /// A new socket for datagrams. What it may reach is decided when it is bound, connected or sends.
    public func makeUDPSocket(isVersion6: Bool) throws(HostError) -> UDPSocket {
        UDPSocket(try makeSocket(isVersion6: isVersion6, isDatagram: true), of: self)
    }

    private func makeSocket(isVersion6: Bool, isDatagram: Bool) throws(HostError) -> SocketHandle {
        return try SocketHandle(isVersion6: isVersion6, quota: socketQuota) { () throws(HostError) in
            try SystemCall.socket(isVersion6: isVersion6, isDatagram: isDatagram)
        }
    }

    func admit(_ transport: NetworkTransport, to address: SocketAddress) throws(HostError) {
        do throws(NetworkRefusal) {
            try plan.network.admitConnect(
                transport, to: address.address, port: address.port,
                names: learnedNames.names(of: address.address))
        } catch { throw .accessDenied }
    }

    /// Begins to look a name up. An address in text form stands for itself.
    public func lookUp(_ name: String, on eventLoop: any EventLoop) throws(HostError) -> NameLookup {
        if let address = IPAddress(name) { return NameLookup(answer: [address]) }
        guard let host = HostName(name) else { throw .invalid }
        let admission: NetworkAdmission
        do throws(NetworkRefusal) { admission = try plan.network.admitLookUp(name) } catch {
            throw .accessDenied
        }
        let lookup = NameLookup()
        plan.network.addresses(for: admission, on: eventLoop).hop(to: eventLoop).assumeIsolated().whenComplete
        {
            [weak self] result in
            if case .success(let addresses) = result { self?.learnedNames.learn(host, addresses) }
            lookup.finish(result)
        }
        return lookup
    }
}

/// The addresses of a name, as they become known. Confined to the guest's event loop.
public final class NameLookup {
    /// Why there are none.
    public enum Failure: Error, Sendable {
        /// A name leads where the guest may not go.
        case denied
        /// The name has no address.
        case unresolvable
        /// Not now.
        case temporary
        /// Not at all.
        case permanent
    }

    private var answer: Result<[IPAddress], Failure>?
    private var token: WakeToken?

    init(answer: [IPAddress]? = nil) { self.answer = answer.map { .success($0) } }

    /// All addresses; nil while they are not known.
    public var addresses: [IPAddress]? { get throws(Failure) { try answer?.get() } }

    /// Wakes once they are known.
    public func wakeWhenReady(_ token: WakeToken) {
        if answer == nil { self.token = token } else { token.wake() }
    }

    func finish(_ result: Result<[IPAddress], any Error>) {
        answer = result.mapError { error in
            switch error {
            case is NetworkRefusal: .denied
            case HostResolutionError.notFound: .unresolvable
            case HostResolutionError.temporary, HostResolutionError.timedOut, HostResolutionError.tooMany:
                .temporary
            default: .permanent
            }
        }
        token.take()?.wake()
    }
}
