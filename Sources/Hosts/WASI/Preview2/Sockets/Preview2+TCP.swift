import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:sockets/tcp`.
extension Preview2 {
    static func defineTCP(in tcp: HostInterface, _ version: String) {
        tcp.resource("tcp-socket", TCPSocketResource.self)
        defineBinding(in: tcp)
        defineConnecting(in: tcp)
        defineListening(in: tcp)
        defineAddresses(in: tcp)
        defineTCPOptions(in: tcp, version)
        tcp.function("[method]tcp-socket.subscribe") {
            (call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>) throws(Trap) -> Own<Pollable>
            in
            try call.add(TCPPollable(try call.object(socket)), under: socket)
        }
        tcp.function("[method]tcp-socket.shutdown") {
            (call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>, type: ShutdownType)
                throws(Trap)
                -> SocketAnswer<NoValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in
                try socket.shutdown(reading: type != .send, writing: type != .receive)
            }
        }
    }

    private static func defineBinding(in tcp: HostInterface) {
        tcp.function("[method]tcp-socket.start-bind") {
            (
                call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>, _: Borrow<Network>,
                address: SocketAddressValue
            ) throws(Trap) -> SocketAnswer<NoValue> in
            let resource = try call.object(socket)
            return answer { () throws(NetworkError) in
                try resource.start(.bind) { () throws(HostError) in try resource.socket.bind(address.address)
                }
            }
        }
        tcp.function("[method]tcp-socket.finish-bind") {
            (call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>) throws(Trap)
                -> SocketAnswer<NoValue> in
            let resource = try call.object(socket)
            return answer { () throws(NetworkError) in try resource.finish(.bind) }
        }
    }

    private static func defineConnecting(in tcp: HostInterface) {
        tcp.function("[method]tcp-socket.start-connect") {
            (
                call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>, _: Borrow<Network>,
                address: SocketAddressValue
            ) throws(Trap) -> SocketAnswer<NoValue> in
            let resource = try call.object(socket)
            return answer { () throws(NetworkError) in
                try resource.start(.connect) { () throws(HostError) in
                    try resource.socket.startConnect(address.address)
                }
            }
        }
        tcp.function("[method]tcp-socket.finish-connect") {
            (call: borrowing ComponentCall, handle: Borrow<TCPSocketResource>) throws(Trap)
                -> SocketAnswer<CanonicalTuple<Own<InputStream>, Own<OutputStream>>> in
            let resource = try call.object(handle)
            let streams: (any GuestInput, any GuestOutput)
            do throws(NetworkError) {
                try resource.finishConnect()
                streams = try Self.streams(of: resource.socket)
            } catch { return .failure(error) }
            return .success(try add(streams, under: handle, call))
        }
    }

    private static func streams(
        of socket: TCPSocket
    ) throws(NetworkError) -> (any GuestInput, any GuestOutput) {
        do throws(HostError) { return (try socket.takeInput(), try socket.takeOutput()) } catch {
            throw NetworkError(error)
        }
    }

    private static func add(
        _ streams: (any GuestInput, any GuestOutput), under socket: Borrow<TCPSocketResource>,
        _ call: borrowing ComponentCall
    ) throws(Trap) -> CanonicalTuple<Own<InputStream>, Own<OutputStream>> {
        let output = OutputStream(
            streams.1, on: try call.fiber.eventLoop, of: call.system)
        return CanonicalTuple(
            try call.add(InputStream(streams.0), under: socket),
            try call.add(output, under: socket))
    }

    private static func defineListening(in tcp: HostInterface) {
        tcp.function("[method]tcp-socket.start-listen") {
            (call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>) throws(Trap)
                -> SocketAnswer<NoValue> in
            let resource = try call.object(socket)
            return answer { () throws(NetworkError) in
                try resource.start(.listen) { () throws(HostError) in
                    try resource.socket.listen(bindsItself: false)
                }
            }
        }
        tcp.function("[method]tcp-socket.finish-listen") {
            (call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>) throws(Trap)
                -> SocketAnswer<NoValue> in
            let resource = try call.object(socket)
            return answer { () throws(NetworkError) in try resource.finish(.listen) }
        }
        tcp.function("[method]tcp-socket.accept") {
            (call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>) throws(Trap)
                -> SocketAnswer<
                    CanonicalTuple<Own<TCPSocketResource>, Own<InputStream>, Own<OutputStream>>
                > in
            let listener = try call.object(socket).socket
            let accepted: TCPSocket
            let streams: (any GuestInput, any GuestOutput)
            do throws(HostError) {
                guard let socket = try listener.accept() else { throw .wouldBlock }
                accepted = socket
                streams = (try socket.takeInput(), try socket.takeOutput())
            } catch { return .failure(NetworkError(error)) }
            let own = try call.add(TCPSocketResource(accepted))
            let added = try add(streams, under: Borrow(representation: own.representation), call)
            return .success(CanonicalTuple(own, added.elements.0, added.elements.1))
        }
        tcp.function("[method]tcp-socket.is-listening") {
            (call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>) throws(Trap) -> Bool in
            try call.object(socket).socket.isListening
        }
        tcp.function("[method]tcp-socket.set-listen-backlog-size") {
            (call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>, size: UInt64) throws(Trap)
                -> SocketAnswer<NoValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in try socket.setBacklog(size) }
        }
    }

    private static func defineAddresses(in tcp: HostInterface) {
        tcp.function("[method]tcp-socket.local-address") {
            (call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>) throws(Trap)
                -> SocketAnswer<SocketAddressValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in SocketAddressValue(try socket.localAddress()) }
        }
        tcp.function("[method]tcp-socket.remote-address") {
            (call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>) throws(Trap)
                -> SocketAnswer<SocketAddressValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in SocketAddressValue(try socket.remoteAddress()) }
        }
        tcp.function("[method]tcp-socket.address-family") {
            (call: borrowing ComponentCall, socket: Borrow<TCPSocketResource>) throws(Trap)
                -> IPAddressFamily in
            try call.object(socket).socket.handle.isVersion6 ? .ipv6 : .ipv4
        }
    }

    private static func defineTCPOptions(in tcp: HostInterface, _ version: String) {
        let (name, type) = ("tcp-socket", TCPSocketResource.self)
        let handle: @Sendable (TCPSocketResource) -> SocketHandle = { $0.socket.handle }
        if version == octoberCandidate {
            // Nagle's algorithm is not for guests to change any more; that version could.
            option(
                tcp, name, "no-delay", of: type, handle, get: { _ throws(HostError) in false },
                set: { (_, isOn: Bool) throws(HostError) in if isOn { throw .notSupported } })
        }
        option(
            tcp, name, version == octoberCandidate ? "keep-alive" : "keep-alive-enabled", of: type, handle,
            get: { (socket) throws(HostError) in try socket.isKeepAliveEnabled() },
            set: { (socket, isOn: Bool) throws(HostError) in try socket.setKeepAliveEnabled(isOn) })
        if version != octoberCandidate {
            for (label, what) in [
                ("keep-alive-idle-time", SocketHandle.KeepAlive.idleTime), ("keep-alive-interval", .interval),
            ] {
                option(
                    tcp, name, label, of: type, handle,
                    get: { (socket) throws(HostError) in try socket.keepAlive(what) },
                    set: { (socket, time: UInt64) throws(HostError) in try socket.setKeepAlive(what, time) })
            }
            option(
                tcp, name, "keep-alive-count", of: type, handle,
                get: { (socket) throws(HostError) in UInt32(clamping: try socket.keepAlive(.count)) },
                set: { (socket, count: UInt32) throws(HostError) in
                    try socket.setKeepAlive(.count, UInt64(count))
                })
        }
        option(
            tcp, name, version == octoberCandidate ? "unicast-hop-limit" : "hop-limit", of: type, handle,
            get: { (socket) throws(HostError) in try socket.hopLimit() },
            set: { (socket, limit: UInt8) throws(HostError) in try socket.setHopLimit(limit) })
        bufferOptions(tcp, name, of: type, handle)
        if version != Self.version { ipv6Only(tcp, name, of: type, handle) }
    }
}
