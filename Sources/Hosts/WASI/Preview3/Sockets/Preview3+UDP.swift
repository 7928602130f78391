import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:sockets/types`' `udp-socket`.
extension Preview3 {
    static func defineUDP(in types: HostInterface) {
        types.resource("udp-socket", DatagramSocket.self)
        types.function("[static]udp-socket.create") {
            (call: borrowing ComponentCall, family: IPAddressFamily) throws(Trap)
                -> SocketAnswer<Own<DatagramSocket>> in
            let socket: UDPSocket
            do throws(HostError) {
                socket = try call.system.makeUDPSocket(isVersion6: family == .ipv6)
            } catch { return .failure(SocketCode(error)) }
            return .success(try call.add(DatagramSocket(socket)))
        }
        definePeer(in: types)
        defineDatagrams(in: types)
        defineUDPAddresses(in: types)
        let handle: @Sendable (DatagramSocket) -> SocketHandle = { $0.socket.handle }
        option(
            types, "udp-socket", "unicast-hop-limit", handle,
            get: { (socket) throws(HostError) in try socket.hopLimit() },
            set: { (socket, limit: UInt8) throws(HostError) in try socket.setHopLimit(limit) })
        bufferOptions(types, "udp-socket", handle)
    }

    private static func definePeer(in types: HostInterface) {
        types.function("[method]udp-socket.bind") {
            (call: borrowing ComponentCall, socket: Borrow<DatagramSocket>, address: SocketAddressValue)
                throws(Trap) -> SocketAnswer<NoValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in try socket.bind(address.address) }
        }
        types.function("[method]udp-socket.connect") {
            (call: borrowing ComponentCall, socket: Borrow<DatagramSocket>, address: SocketAddressValue)
                throws(Trap) -> SocketAnswer<NoValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in try socket.connect(address.address) }
        }
        types.function("[method]udp-socket.disconnect") {
            (call: borrowing ComponentCall, socket: Borrow<DatagramSocket>) throws(Trap)
                -> SocketAnswer<NoValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in try socket.disconnect() }
        }
    }

    private static func defineDatagrams(in types: HostInterface) {
        types.asyncFunction("[method]udp-socket.send") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<SocketAnswer<NoValue>>,
                socket: Borrow<DatagramSocket>, data: [UInt8], address: SocketAddressValue?
            ) throws(Trap) in
            let object = try call.object(socket)
            Question.begin(completion, on: try call.fiber.eventLoop) {
                do throws(HostError) {
                    return try object.socket.send(data, to: address?.address) ? .success(NoValue()) : nil
                } catch { return .failure(SocketCode(error)) }
            } wait: {
                object.socket.wakeWhenWritable($0)
            }
        }
        types.asyncFunction("[method]udp-socket.receive") {
            (
                call: borrowing ComponentCall,
                completion: HostCompletion<SocketAnswer<CanonicalTuple<[UInt8], SocketAddressValue>>>,
                socket: Borrow<DatagramSocket>
            ) throws(Trap) in
            let object = try call.object(socket)
            Question.begin(completion, on: try call.fiber.eventLoop) {
                do throws(HostError) {
                    return try object.socket.receive().map {
                        .success(CanonicalTuple($0.bytes, SocketAddressValue($0.from)))
                    }
                } catch { return .failure(SocketCode(error)) }
            } wait: {
                object.socket.wakeWhenReadable($0)
            }
        }
    }

    private static func defineUDPAddresses(in types: HostInterface) {
        types.function("[method]udp-socket.get-local-address") {
            (call: borrowing ComponentCall, socket: Borrow<DatagramSocket>) throws(Trap)
                -> SocketAnswer<SocketAddressValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in SocketAddressValue(try socket.localAddress()) }
        }
        types.function("[method]udp-socket.get-remote-address") {
            (call: borrowing ComponentCall, socket: Borrow<DatagramSocket>) throws(Trap)
                -> SocketAnswer<SocketAddressValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in
                guard let remote = socket.remote else { throw .notConnected }
                return SocketAddressValue(remote)
            }
        }
        types.function("[method]udp-socket.get-address-family") {
            (call: borrowing ComponentCall, socket: Borrow<DatagramSocket>) throws(Trap) -> IPAddressFamily in
            try call.object(socket).socket.handle.isVersion6 ? .ipv6 : .ipv4
        }
    }
}
