import AppModel
import ComponentModel
import ComponentRuntime
import HostSystem

/// `wasi:sockets/network`'s `network`. It grants nothing by itself: the core checks every address.
final class Network: HostResource {
    static let resourceType = RuntimeResourceType.host()
}

/// `wasi:sockets/tcp`'s `tcp-socket`: a socket of the core, and what was started and not yet finished.
final class TCPSocketResource: HostResource {
    static let resourceType = RuntimeResourceType.host()

    enum Operation { case bind, connect, listen }

    let socket: TCPSocket
    private var operation: Operation?

    init(_ socket: TCPSocket) { self.socket = socket }

    /// Begins an operation, which `body` does.
    func start(_ operation: Operation, _ body: () throws(HostError) -> Void) throws(NetworkError) {
        if self.operation != nil { throw .concurrencyConflict }
        do throws(HostError) { try body() } catch { throw NetworkError(error) }
        self.operation = operation
    }

    /// Ends an operation that was begun.
    func finish(_ operation: Operation) throws(NetworkError) {
        guard self.operation == operation else { throw .notInProgress }
        self.operation = nil
    }

    /// Ends connecting, once there is an answer.
    func finishConnect() throws(NetworkError) {
        guard operation == .connect else { throw .notInProgress }
        do throws(HostError) {
            guard try socket.finishConnect() else { throw .wouldBlock }
        } catch {
            if error != .wouldBlock { operation = nil }
            throw NetworkError(error)
        }
        operation = nil
    }

    var isReady: Bool { operation == .bind || operation == .listen || socket.isReady }
}

/// Ready when a socket has an answer or a connection.
final class TCPPollable: Pollable {
    private let resource: TCPSocketResource

    init(_ resource: TCPSocketResource) { self.resource = resource }

    override var isReady: Bool { resource.isReady }
    override func wakeWhenReady(_ token: WakeToken) { resource.socket.wakeWhenReady(token) }
}

/// `wasi:sockets/udp`'s `udp-socket`.
final class UDPSocketResource: HostResource {
    static let resourceType = RuntimeResourceType.host()

    let socket: UDPSocket
    private var isBinding = false
    private var isConnecting = false
    weak var incoming: IncomingDatagramStream?
    weak var outgoing: OutgoingDatagramStream?

    init(_ socket: UDPSocket) { self.socket = socket }

    func startBind(_ address: SocketAddress) throws(NetworkError) {
        if isBinding { throw .concurrencyConflict }
        do throws(HostError) { try socket.bind(address) } catch { throw NetworkError(error) }
        isBinding = true
    }

    func finishBind() throws(NetworkError) {
        if !isBinding { throw .notInProgress }
        isBinding = false
    }

    /// Chooses the peer, as the version of 2023-10-18 does.
    func startConnect(_ address: SocketAddress) throws(NetworkError) {
        if isBinding || isConnecting { throw .concurrencyConflict }
        do throws(HostError) { try socket.connect(address) } catch { throw NetworkError(error) }
        isConnecting = true
    }

    func finishConnect() throws(NetworkError) {
        if !isConnecting { throw .notInProgress }
        isConnecting = false
    }
}

/// `wasi:sockets/udp`'s `incoming-datagram-stream`.
final class IncomingDatagramStream: HostResource {
    static let resourceType = RuntimeResourceType.host()

    /// Datagrams, and bytes of them, that one call gives at most.
    private static let datagramsMax = 16
    private static let bytesMax = 256 << 10

    let socket: UDPSocket

    init(_ socket: UDPSocket) { self.socket = socket }

    func receive(_ most: UInt64) throws(NetworkError) -> [IncomingDatagram] {
        var datagrams: [IncomingDatagram] = []
        var bytes = 0
        while datagrams.count < min(most, UInt64(Self.datagramsMax)), bytes < Self.bytesMax {
            do throws(HostError) {
                guard let datagram = try socket.receive() else { break }
                bytes += datagram.bytes.count
                datagrams.append(
                    IncomingDatagram(CanonicalTuple(datagram.bytes, SocketAddressValue(datagram.from))))
            } catch {
                if datagrams.isEmpty { throw NetworkError(error) }
                break
            }
        }
        return datagrams
    }
}

/// `wasi:sockets/udp`'s `outgoing-datagram-stream`.
final class OutgoingDatagramStream: HostResource {
    static let resourceType = RuntimeResourceType.host()

    /// Datagrams that one call may have.
    private static let datagramsMax: UInt64 = 16

    let socket: UDPSocket
    private var permit: UInt64 = 0

    init(_ socket: UDPSocket) { self.socket = socket }

    func checkSend() -> UInt64 {
        permit = socket.isWritable ? Self.datagramsMax : 0
        return permit
    }

    /// Nil where more is sent than was permitted.
    func send(_ datagrams: [OutgoingDatagram]) throws(NetworkError) -> UInt64? {
        guard datagrams.count <= permit else { return nil }
        permit = 0
        var count: UInt64 = 0
        for datagram in datagrams {
            let (bytes, address) = datagram.fields.elements
            do throws(HostError) {
                guard try socket.send(bytes, to: address?.address) else { break }
                count += 1
            } catch {
                if count == 0 { throw NetworkError(error) }
                break
            }
        }
        return count
    }
}

/// Ready when a datagram is there, or when there is room for one.
final class DatagramPollable: Pollable {
    private let socket: UDPSocket
    private let isOutgoing: Bool

    init(_ socket: UDPSocket, isOutgoing: Bool) {
        self.socket = socket
        self.isOutgoing = isOutgoing
    }

    override var isReady: Bool { isOutgoing ? socket.isWritable : socket.isReadable }
    override func wakeWhenReady(_ token: WakeToken) {
        if isOutgoing { socket.wakeWhenWritable(token) } else { socket.wakeWhenReadable(token) }
    }
}

/// `wasi:sockets/ip-name-lookup`'s `resolve-address-stream`.
final class ResolveAddressStream: HostResource {
    static let resourceType = RuntimeResourceType.host()

    let lookup: NameLookup
    private var given = 0

    init(_ lookup: NameLookup) { self.lookup = lookup }

    func next() throws(NetworkError) -> IPAddress? {
        let addresses: [IPAddress]?
        do throws(NameLookup.Failure) { addresses = try lookup.addresses } catch { throw NetworkError(error) }
        guard let addresses else { throw .wouldBlock }
        guard given < addresses.count else { return nil }
        given += 1
        return addresses[given - 1]
    }
}

/// Ready when a look-up has its answer.
final class LookupPollable: Pollable {
    private let lookup: NameLookup

    init(_ lookup: NameLookup) { self.lookup = lookup }

    override var isReady: Bool {
        // A failure is an answer, too.
        do { return try lookup.addresses != nil } catch { return true }
    }
    override func wakeWhenReady(_ token: WakeToken) { lookup.wakeWhenReady(token) }
}
