import AppModel
import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:sockets`.
extension Preview3 {
    /// What most functions answer.
    typealias SocketAnswer<Value: CanonicalPayload> = Result<Value, SocketCode>

    static func defineSockets(in linker: ComponentLinker, _ version: String) {
        let types = linker.interface("wasi:sockets/types@\(version)")
        defineTCP(in: types)
        defineUDP(in: types)
        defineLookup(in: linker.interface("wasi:sockets/ip-name-lookup@\(version)"))
    }

    /// Work of the core whose failure the guest is told.
    static func asked<Value: CanonicalPayload>(
        _ body: () throws(HostError) -> Value
    ) -> SocketAnswer<Value> {
        do throws(HostError) { return .success(try body()) } catch { return .failure(SocketCode(error)) }
    }

    static func asked(_ body: () throws(HostError) -> Void) -> SocketAnswer<NoValue> {
        do throws(HostError) {
            try body()
            return .success(NoValue())
        } catch { return .failure(SocketCode(error)) }
    }

    // MARK: - Look-ups

    private static func defineLookup(in lookup: HostInterface) {
        lookup.asyncFunction("resolve-addresses") {
            (
                call: borrowing ComponentCall,
                completion: HostCompletion<Result<[IPAddressValue], LookupCode>>,
                name: String
            ) throws(Trap) in
            let loop = try call.fiber.eventLoop
            let found: NameLookup
            do throws(HostError) { found = try call.system.lookUp(name, on: loop) } catch {
                return completion.complete(.failure(LookupCode(error)))
            }
            Question.begin(completion, on: loop) {
                do throws(NameLookup.Failure) {
                    return try found.addresses.map { .success($0.map { IPAddressValue($0) }) }
                } catch {
                    return .failure(LookupCode(error))
                }
            } wait: {
                found.wakeWhenReady($0)
            }
        }
    }

    // MARK: - Options

    /// A pair of functions that read and change a number of a socket.
    static func option<Resource: HostResource & SendableMetatype, Value: CanonicalType & SendableMetatype>(
        _ interface: HostInterface, _ resource: String, _ name: String,
        _ handle: @escaping @Sendable (Resource) -> SocketHandle,
        get: @escaping @Sendable (SocketHandle) throws(HostError) -> Value,
        set: @escaping @Sendable (SocketHandle, Value) throws(HostError) -> Void
    ) {
        interface.function("[method]\(resource).get-\(name)") {
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
        _ interface: HostInterface, _ resource: String,
        _ handle: @escaping @Sendable (Resource) -> SocketHandle
    ) {
        for (name, direction) in [("receive", SocketHandle.Direction.receive), ("send", .send)] {
            option(
                interface, resource, "\(name)-buffer-size", handle,
                get: { (socket) throws(HostError) in try socket.bufferSize(direction) },
                set: { (socket, size: UInt64) throws(HostError) in try socket.setBufferSize(direction, size) }
            )
        }
    }
}
