import AppModel
import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:sockets`: networks, look-ups, and what both kinds of sockets have in common.
extension Preview2 {
    /// What most functions answer.
    typealias SocketAnswer<Value: CanonicalPayload> = Result<Value, NetworkError>

    static func defineSockets(in linker: ComponentLinker, _ version: String) {
        let network = linker.interface("wasi:sockets/network@\(version)")
        network.resource("network", Network.self)
        network.function("network-error-code") {
            (call: borrowing ComponentCall, error: Borrow<IOError>) throws(Trap) -> NetworkError? in
            NetworkError(try call.object(error).code)
        }
        linker.interface("wasi:sockets/instance-network@\(version)").function("instance-network") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<Network> in
            try call.add(Network())
        }
        defineTCP(in: linker.interface("wasi:sockets/tcp@\(version)"), version)
        linker.interface("wasi:sockets/tcp-create-socket@\(version)").function("create-tcp-socket") {
            (call: borrowing ComponentCall, family: IPAddressFamily) throws(Trap)
                -> SocketAnswer<Own<TCPSocketResource>> in
            let socket: TCPSocket
            do throws(HostError) {
                socket = try call.system.makeTCPSocket(isVersion6: family == .ipv6)
            } catch { return .failure(NetworkError(error)) }
            return .success(try call.add(TCPSocketResource(socket)))
        }
        defineUDP(in: linker, version)
        defineLookup(in: linker.interface("wasi:sockets/ip-name-lookup@\(version)"), version)
    }

    static func answer<Value: CanonicalPayload>(
        _ body: () throws(NetworkError) -> Value
    ) -> SocketAnswer<Value> {
        do throws(NetworkError) { return .success(try body()) } catch { return .failure(error) }
    }

    static func answer(_ body: () throws(NetworkError) -> Void) -> SocketAnswer<NoValue> {
        do throws(NetworkError) {
            try body()
            return .success(NoValue())
        } catch { return .failure(error) }
    }

    /// Work of the core whose failure the guest is told.
    static func asked<Value: CanonicalPayload>(
        _ body: () throws(HostError) -> Value
    ) -> SocketAnswer<Value> {
        do throws(HostError) { return .success(try body()) } catch { return .failure(NetworkError(error)) }
    }

    static func asked(_ body: () throws(HostError) -> Void) -> SocketAnswer<NoValue> {
        do throws(HostError) {
            try body()
            return .success(NoValue())
        } catch { return .failure(NetworkError(error)) }
    }

    // MARK: - Look-ups

    private static func defineLookup(in lookup: HostInterface, _ version: String) {
        lookup.resource("resolve-address-stream", ResolveAddressStream.self)
        if version == octoberCandidate {
            lookup.function("resolve-addresses") {
                (
                    call: borrowing ComponentCall, _: Borrow<Network>, name: String, _: IPAddressFamily?,
                    _: Bool
                ) throws(Trap) -> SocketAnswer<Own<ResolveAddressStream>> in
                try resolve(name, call)
            }
        } else {
            lookup.function("resolve-addresses") {
                (call: borrowing ComponentCall, _: Borrow<Network>, name: String) throws(Trap)
                    -> SocketAnswer<Own<ResolveAddressStream>> in
                try resolve(name, call)
            }
        }
        lookup.function("[method]resolve-address-stream.resolve-next-address") {
            (call: borrowing ComponentCall, stream: Borrow<ResolveAddressStream>) throws(Trap)
                -> SocketAnswer<IPAddressValue?> in
            let stream = try call.object(stream)
            return answer { () throws(NetworkError) in try stream.next().map { IPAddressValue($0) } }
        }
        lookup.function("[method]resolve-address-stream.subscribe") {
            (call: borrowing ComponentCall, stream: Borrow<ResolveAddressStream>) throws(Trap)
                -> Own<Pollable> in
            try call.add(LookupPollable(try call.object(stream).lookup), under: stream)
        }
    }

    private static func resolve(
        _ name: String, _ call: borrowing ComponentCall
    ) throws(Trap) -> SocketAnswer<Own<ResolveAddressStream>> {
        let loop = try call.fiber.eventLoop
        let lookup: NameLookup
        do throws(HostError) { lookup = try call.system.lookUp(name, on: loop) } catch {
            return .failure(NetworkError(error))
        }
        return .success(try call.add(ResolveAddressStream(lookup)))
    }

    // MARK: - Options

    /// A pair of functions that read and change a number of a socket.
    static func option<Resource: HostResource & SendableMetatype, Value: CanonicalType & SendableMetatype>(
        _ interface: HostInterface, _ resource: String, _ name: String, of _: Resource.Type,
        _ handle: @escaping @Sendable (Resource) -> SocketHandle,
        get: @escaping @Sendable (SocketHandle) throws(HostError) -> Value,
        set: @escaping @Sendable (SocketHandle, Value) throws(HostError) -> Void
    ) {
        interface.function("[method]\(resource).\(name)") {
            (call: borrowing ComponentCall, socket: Borrow<Resource>) throws(Trap) -> SocketAnswer<Value> in
            let handle = handle(try call.object(socket))
            return asked { () throws(HostError) in try get(handle) }
        }
        interface.function("[method]\(resource).set-\(name)") {
            (call: borrowing ComponentCall, socket: Borrow<Resource>, value: Value) throws(Trap)
                -> SocketAnswer<NoValue> in
            let handle = handle(try call.object(socket))
            return asked { () throws(HostError) in try set(handle, value) }
        }
    }

    /// The sizes of both buffers.
    static func bufferOptions<Resource: HostResource & SendableMetatype>(
        _ interface: HostInterface, _ resource: String, of type: Resource.Type,
        _ handle: @escaping @Sendable (Resource) -> SocketHandle
    ) {
        for (name, direction) in [("receive", SocketHandle.Direction.receive), ("send", .send)] {
            option(
                interface, resource, "\(name)-buffer-size", of: type, handle,
                get: { (socket) throws(HostError) in try socket.bufferSize(direction) },
                set: { (socket, size: UInt64) throws(HostError) in try socket.setBufferSize(direction, size) }
            )
        }
    }

    /// `ipv6-only` of the release candidates: always on.
    static func ipv6Only<Resource: HostResource & SendableMetatype>(
        _ interface: HostInterface, _ resource: String, of type: Resource.Type,
        _ handle: @escaping @Sendable (Resource) -> SocketHandle
    ) {
        option(
            interface, resource, "ipv6-only", of: type, handle,
            get: { (socket) throws(HostError) in
                guard socket.isVersion6 else { throw .notSupported }
                return true
            },
            set: { (socket, isOn: Bool) throws(HostError) in
                guard socket.isVersion6, isOn else { throw .notSupported }
            })
    }
}
