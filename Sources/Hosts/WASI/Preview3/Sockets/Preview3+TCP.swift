import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:sockets/types`' `tcp-socket`.
extension Preview3 {
    static func defineTCP(in types: HostInterface) {
        types.resource("tcp-socket", StreamSocket.self)
        types.function("[static]tcp-socket.create") {
            (call: borrowing ComponentCall, family: IPAddressFamily) throws(Trap)
                -> SocketAnswer<Own<StreamSocket>> in
            let socket: TCPSocket
            do throws(HostError) {
                socket = try call.system.makeTCPSocket(isVersion6: family == .ipv6)
            } catch { return .failure(SocketCode(error)) }
            return .success(try call.add(StreamSocket(socket)))
        }
        defineConnecting(in: types)
        defineListening(in: types)
        defineBytes(in: types)
        defineTCPAddresses(in: types)
        defineTCPOptions(in: types)
    }

    private static func defineConnecting(in types: HostInterface) {
        types.function("[method]tcp-socket.bind") {
            (call: borrowing ComponentCall, socket: Borrow<StreamSocket>, address: SocketAddressValue)
                throws(Trap) -> SocketAnswer<NoValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in try socket.bind(address.address) }
        }
        types.asyncFunction("[method]tcp-socket.connect") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<SocketAnswer<NoValue>>,
                socket: Borrow<StreamSocket>, address: SocketAddressValue
            ) throws(Trap) in
            let (object, loop) = (try call.object(socket), try call.fiber.eventLoop)
            do throws(HostError) { try object.socket.startConnect(address.address) } catch {
                return completion.complete(.failure(SocketCode(error)))
            }
            Question.begin(completion, on: loop) {
                do throws(HostError) {
                    return try object.socket.finishConnect() ? .success(NoValue()) : nil
                } catch { return .failure(SocketCode(error)) }
            } wait: {
                object.socket.wakeWhenReady($0)
            }
        }
    }

    private static func defineListening(in types: HostInterface) {
        types.function("[method]tcp-socket.listen") {
            (call: borrowing ComponentCall, socket: Borrow<StreamSocket>) throws(Trap)
                -> SocketAnswer<HostStream<Own<StreamSocket>>> in
            let object = try call.object(socket)
            let source = AcceptSource(object, call.resources, on: try call.fiber.eventLoop)
            do throws(HostError) { try object.socket.listen(bindsItself: true) } catch {
                return .failure(SocketCode(error))
            }
            return .success(HostStream(source))
        }
        types.function("[method]tcp-socket.get-is-listening") {
            (call: borrowing ComponentCall, socket: Borrow<StreamSocket>) throws(Trap) -> Bool in
            try call.object(socket).socket.isListening
        }
        types.function("[method]tcp-socket.set-listen-backlog-size") {
            (call: borrowing ComponentCall, socket: Borrow<StreamSocket>, size: UInt64) throws(Trap)
                -> SocketAnswer<NoValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in try socket.setBacklog(size) }
        }
    }

    private static func defineBytes(in types: HostInterface) {
        types.function("[method]tcp-socket.send") {
            (call: borrowing ComponentCall, socket: Borrow<StreamSocket>, data: GuestByteStream) throws(Trap)
                -> OutputSink<SocketCode>.Outcome in
            let (socket, loop) = (try call.object(socket).socket, try call.fiber.eventLoop)
            do throws(HostError) {
                return OutputSink.take(data, to: try socket.takeOutput(), on: loop)
            } catch { return OutputSink.failure(error) }
        }
        types.function("[method]tcp-socket.receive") {
            (call: borrowing ComponentCall, socket: Borrow<StreamSocket>) throws(Trap)
                -> InputSource<SocketCode>.Answer in
            let (socket, loop) = (try call.object(socket).socket, try call.fiber.eventLoop)
            do throws(HostError) {
                return InputSource.answer(try socket.takeInput(), on: loop)
            } catch { return InputSource.failure(error) }
        }
    }

    private static func defineTCPAddresses(in types: HostInterface) {
        types.function("[method]tcp-socket.get-local-address") {
            (call: borrowing ComponentCall, socket: Borrow<StreamSocket>) throws(Trap)
                -> SocketAnswer<SocketAddressValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in SocketAddressValue(try socket.localAddress()) }
        }
        types.function("[method]tcp-socket.get-remote-address") {
            (call: borrowing ComponentCall, socket: Borrow<StreamSocket>) throws(Trap)
                -> SocketAnswer<SocketAddressValue> in
            let socket = try call.object(socket).socket
            return asked { () throws(HostError) in SocketAddressValue(try socket.remoteAddress()) }
        }
        types.function("[method]tcp-socket.get-address-family") {
            (call: borrowing ComponentCall, socket: Borrow<StreamSocket>) throws(Trap) -> IPAddressFamily in
            try call.object(socket).socket.handle.isVersion6 ? .ipv6 : .ipv4
        }
    }

    private static func defineTCPOptions(in types: HostInterface) {
        let name = "tcp-socket"
        let handle: @Sendable (StreamSocket) -> SocketHandle = { $0.socket.handle }
        option(
            types, name, "keep-alive-enabled", handle,
            get: { (socket) throws(HostError) in try socket.isKeepAliveEnabled() },
            set: { (socket, isOn: Bool) throws(HostError) in try socket.setKeepAliveEnabled(isOn) })
        for (option, what) in [
            ("keep-alive-idle-time", SocketHandle.KeepAlive.idleTime), ("keep-alive-interval", .interval),
        ] {
            self.option(
                types, name, option, handle,
                get: { (socket) throws(HostError) in try socket.keepAlive(what) },
                set: { (socket, value: UInt64) throws(HostError) in try socket.setKeepAlive(what, value) })
        }
        option(
            types, name, "keep-alive-count", handle,
            get: { (socket) throws(HostError) in UInt32(clamping: try socket.keepAlive(.count)) },
            set: { (socket, count: UInt32) throws(HostError) in
                try socket.setKeepAlive(.count, UInt64(count))
            })
        option(
            types, name, "hop-limit", handle,
            get: { (socket) throws(HostError) in try socket.hopLimit() },
            set: { (socket, limit: UInt8) throws(HostError) in try socket.setHopLimit(limit) })
        bufferOptions(types, name, handle)
    }
}
