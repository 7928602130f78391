import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:sockets/udp`.
extension Preview2 {
    static func defineUDP(in linker: ComponentLinker, _ version: String) {
        linker.interface("wasi:sockets/udp-create-socket@\(version)").function("create-udp-socket") {
            (call: borrowing ComponentCall, family: IPAddressFamily) throws(Trap)
                -> SocketAnswer<Own<UDPSocketResource>> in
            let socket: UDPSocket
            do throws(HostError) {
                socket = try call.system.makeUDPSocket(isVersion6: family == .ipv6)
            } catch { return .failure(NetworkError(error)) }
            return .success(try call.add(UDPSocketResource(socket)))
        }
        let udp = linker.interface("wasi:sockets/udp@\(version)")
        udp.resource("udp-socket", UDPSocketResource.self)
        defineUDPSocket(in: udp)
        defineUDPOptions(in: udp, version)
        guard version != octoberCandidate else { return defineOctoberUDP(in: udp) }
        udp.resource("incoming-datagram-stream", IncomingDatagramStream.self)
        udp.resource("outgoing-datagram-stream", OutgoingDatagramStream.self)
        defineUDPStreams(in: udp)
        defineDatagrams(in: udp)
    }

    private static func defineUDPSocket(in udp: HostInterface) {
        udp.function("[method]udp-socket.start-bind") {
            (
                call: borrowing ComponentCall, socket: Borrow<UDPSocketResource>, _: Borrow<Network>,
                address: SocketAddressValue
            ) throws(Trap) -> SocketAnswer<NoValue> in
            let resource = try call.object(socket)
            return answer { () throws(NetworkError) in try resource.startBind(address.address) }
        }
        udp.function("[method]udp-socket.finish-bind") {
            (call: borrowing ComponentCall, socket: Borrow<UDPSocketResource>) throws(Trap)
                -> SocketAnswer<NoValue> in
            let resource = try call.object(socket)
            return answer { () throws(NetworkError) in try resource.finishBind() }
        }
        udp.function("[method]udp-socket.local-address") {
            (call: borrowing ComponentCall, socket: Borrow<UDPSocketResource>) throws(Trap)
                -> SocketAnswer<SocketAddressValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in SocketAddressValue(try socket.localAddress()) }
        }
        udp.function("[method]udp-socket.remote-address") {
            (call: borrowing ComponentCall, socket: Borrow<UDPSocketResource>) throws(Trap)
                -> SocketAnswer<SocketAddressValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in
                guard let remote = socket.remote else { throw .notConnected }
                return SocketAddressValue(remote)
            }
        }
        udp.function("[method]udp-socket.address-family") {
            (call: borrowing ComponentCall, socket: Borrow<UDPSocketResource>) throws(Trap)
                -> IPAddressFamily in
            try call.object(socket).socket.handle.isVersion6 ? .ipv6 : .ipv4
        }
    }

    private static func defineUDPStreams(in udp: HostInterface) {
        udp.function("[method]udp-socket.stream") {
            (
                call: borrowing ComponentCall, handle: Borrow<UDPSocketResource>,
                remote: SocketAddressValue?
            ) throws(Trap)
                -> SocketAnswer<CanonicalTuple<Own<IncomingDatagramStream>, Own<OutgoingDatagramStream>>> in
            try streams(of: handle, remote?.address, call)
        }
        udp.function("[method]udp-socket.subscribe") {
            (call: borrowing ComponentCall, socket: Borrow<UDPSocketResource>) throws(Trap) -> Own<Pollable>
            in
            _ = try call.object(socket)
            return try call.add(Pollable(), under: socket)
        }
    }

    private static func streams(
        of handle: Borrow<UDPSocketResource>, _ remote: SocketAddress?, _ call: borrowing ComponentCall
    ) throws(Trap) -> SocketAnswer<CanonicalTuple<Own<IncomingDatagramStream>, Own<OutgoingDatagramStream>>> {
        let resource = try call.object(handle)
        guard resource.incoming == nil, resource.outgoing == nil else {
            throw Trap.host("a guest asks for a UDP socket's streams while it has others of it")
        }
        do throws(HostError) {
            guard resource.socket.isBound else { throw .notConnected }
            if let remote {
                try resource.socket.connect(remote)
            } else if resource.socket.remote != nil {
                try resource.socket.disconnect()
            }
        } catch { return .failure(NetworkError(error)) }
        let incoming = IncomingDatagramStream(resource.socket)
        let outgoing = OutgoingDatagramStream(resource.socket)
        resource.incoming = incoming
        resource.outgoing = outgoing
        return .success(
            CanonicalTuple(
                try call.add(incoming, under: handle),
                try call.add(outgoing, under: handle)))
    }

    private static func defineUDPOptions(in udp: HostInterface, _ version: String) {
        let (name, type) = ("udp-socket", UDPSocketResource.self)
        let handle: @Sendable (UDPSocketResource) -> SocketHandle = { $0.socket.handle }
        option(
            udp, name, "unicast-hop-limit", of: type, handle,
            get: { (socket) throws(HostError) in try socket.hopLimit() },
            set: { (socket, limit: UInt8) throws(HostError) in try socket.setHopLimit(limit) })
        bufferOptions(udp, name, of: type, handle)
        if version != Self.version { ipv6Only(udp, name, of: type, handle) }
    }

    private static func defineDatagrams(in udp: HostInterface) {
        udp.function("[method]incoming-datagram-stream.receive") {
            (call: borrowing ComponentCall, stream: Borrow<IncomingDatagramStream>, most: UInt64) throws(Trap)
                -> SocketAnswer<[IncomingDatagram]> in
            let stream = try call.object(stream)
            return answer { () throws(NetworkError) in try stream.receive(most) }
        }
        udp.function("[method]incoming-datagram-stream.subscribe") {
            (call: borrowing ComponentCall, stream: Borrow<IncomingDatagramStream>) throws(Trap)
                -> Own<Pollable> in
            let pollable = DatagramPollable(try call.object(stream).socket, isOutgoing: false)
            return try call.add(pollable, under: stream)
        }
        udp.function("[method]outgoing-datagram-stream.check-send") {
            (call: borrowing ComponentCall, stream: Borrow<OutgoingDatagramStream>) throws(Trap)
                -> SocketAnswer<UInt64> in
            .success(try call.object(stream).checkSend())
        }
        udp.function("[method]outgoing-datagram-stream.send") {
            (
                call: borrowing ComponentCall, stream: Borrow<OutgoingDatagramStream>,
                datagrams: [OutgoingDatagram]
            ) throws(Trap) -> SocketAnswer<UInt64> in
            let stream = try call.object(stream)
            let sent: UInt64?
            do throws(NetworkError) { sent = try stream.send(datagrams) } catch { return .failure(error) }
            guard let sent else {
                throw Trap.host("a guest sends more datagrams than check-send permitted")
            }
            return .success(sent)
        }
        udp.function("[method]outgoing-datagram-stream.subscribe") {
            (call: borrowing ComponentCall, stream: Borrow<OutgoingDatagramStream>) throws(Trap)
                -> Own<Pollable> in
            let pollable = DatagramPollable(try call.object(stream).socket, isOutgoing: true)
            return try call.add(pollable, under: stream)
        }
    }

    // MARK: - 2023-10-18

    /// That version has no streams of datagrams: the socket itself sends and receives.
    private static func defineOctoberUDP(in udp: HostInterface) {
        udp.function("[method]udp-socket.start-connect") {
            (
                call: borrowing ComponentCall, socket: Borrow<UDPSocketResource>, _: Borrow<Network>,
                address: SocketAddressValue
            ) throws(Trap) -> SocketAnswer<NoValue> in
            let resource = try call.object(socket)
            return answer { () throws(NetworkError) in try resource.startConnect(address.address) }
        }
        udp.function("[method]udp-socket.finish-connect") {
            (call: borrowing ComponentCall, socket: Borrow<UDPSocketResource>) throws(Trap)
                -> SocketAnswer<NoValue> in
            let resource = try call.object(socket)
            return answer { () throws(NetworkError) in try resource.finishConnect() }
        }
        udp.function("[method]udp-socket.receive") {
            (call: borrowing ComponentCall, socket: Borrow<UDPSocketResource>, most: UInt64) throws(Trap)
                -> SocketAnswer<[IncomingDatagram]> in
            let stream = IncomingDatagramStream(try call.object(socket).socket)
            return answer { () throws(NetworkError) in
                let datagrams = try stream.receive(most)
                if datagrams.isEmpty, most > 0 { throw .wouldBlock }
                return datagrams
            }
        }
        udp.function("[method]udp-socket.send") {
            (
                call: borrowing ComponentCall, socket: Borrow<UDPSocketResource>,
                datagrams: [IncomingDatagram]
            ) throws(Trap) -> SocketAnswer<UInt64> in
            let stream = OutgoingDatagramStream(try call.object(socket).socket)
            return answer { () throws(NetworkError) in
                if datagrams.isEmpty { return 0 }
                let count = min(Int(stream.checkSend()), datagrams.count)
                let sent = try stream.send(
                    datagrams[..<count].map {
                        OutgoingDatagram(CanonicalTuple($0.fields.elements.0, $0.fields.elements.1))
                    })
                guard let sent, sent > 0 else { throw .wouldBlock }
                return sent
            }
        }
        udp.function("[method]udp-socket.subscribe") {
            (call: borrowing ComponentCall, socket: Borrow<UDPSocketResource>) throws(Trap) -> Own<Pollable>
            in
            let pollable = DatagramPollable(try call.object(socket).socket, isOutgoing: false)
            return try call.add(pollable, under: socket)
        }
    }
}
