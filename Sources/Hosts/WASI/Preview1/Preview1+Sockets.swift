import HostSystem
import WasmEngine

/// Sockets that were handed to the guest; it cannot make one.
extension Preview1 {
    static let socketFunctions: [Function] = [
        Function("sock_accept", [.i32, .i32, .i32]) { (system, call, values) throws(HostFailure) in
            let flags = try flags(values[u32: 1])
            guard flags.isSubset(of: .nonBlocking) else { throw .code(.invalid) }
            let accepted = try system.accept(
                values[u32: 0], waits: !isNonBlocking(system, values[u32: 0]), flags: flags,
                for: try call.guest)
            try call.bytes.store(accepted, at: values[u32: 2])
        },
        Function("sock_recv", [.i32, .i32, .i32, .i32, .i32, .i32]) {
            (system, call, values) throws(HostFailure) in
            guard values[u32: 3] < 4 else { throw .code(.invalid) }
            let socket = try told { () throws(HostError) in try system.socket(values[u32: 0], .fileRead) }
            let memory = try call.bytes
            let vectors = try Preview1Vectors(
                memory, at: values[u32: 1], count: values[u32: 2], system.plan.limits)
            let count = try receive(
                system, socket, values[u32: 0], vectors, peeks: values[u32: 3] & 1 != 0,
                waitsForAll: values[u32: 3] & 2 != 0, call)
            try memory.store(count, at: values[u32: 4])
            try memory.store(UInt16(0), at: values[u32: 5])
        },
        Function("sock_send", [.i32, .i32, .i32, .i32, .i32]) { (system, call, values) throws(HostFailure) in
            let socket = try told { () throws(HostError) in try system.socket(values[u32: 0], .fileWrite) }
            guard values[u32: 3] == 0 else { throw .code(.invalid) }
            let memory = try call.bytes
            let vectors = try Preview1Vectors(
                memory, at: values[u32: 1], count: values[u32: 2], system.plan.limits)
            try memory.store(try write(system, socket, values[u32: 0], vectors, call), at: values[u32: 4])
        },
        Function("sock_shutdown", [.i32, .i32]) { (system, _, values) throws(HostFailure) in
            let how = values[u32: 1]
            try told { () throws(HostError) in
                let socket = try system.socket(values[u32: 0], .socketShutdown)
                guard (1...3).contains(how) else { throw .invalid }
                try socket.shutdown(reading: how & 1 != 0, writing: how & 2 != 0)
            }
        },
    ]

    /// A peek looks at the first vector that has room only: what it sees stays where it is.
    private static func receive(
        _ system: GuestSystem, _ socket: HostSocket, _ number: UInt32, _ vectors: Preview1Vectors,
        peeks: Bool,
        waitsForAll: Bool, _ call: borrowing HostCall
    ) throws(HostFailure) -> UInt32 {
        var total = 0
        for index in 0..<vectors.count {
            var rest = try vectors[index]
            while rest.count > 0 {
                let result = try vectors.memory.writing(rest) { (bytes) throws(HostError) in
                    try socket.receive(into: &bytes, peeks: peeks)
                }
                switch result {
                case .bytes(let count):
                    total += count
                    rest = rest.dropping(count)
                    if peeks { return UInt32(total) }
                    if rest.count > 0 && !waitsForAll { return UInt32(total) }
                case .end: return UInt32(total)
                case .wouldWait:
                    if total > 0 && !waitsForAll { return UInt32(total) }
                    if isNonBlocking(system, number) {
                        if total > 0 { return UInt32(total) }
                        throw .code(.wouldBlock)
                    }
                    try system.waitUntilReadable(socket, for: try call.guest)
                }
            }
        }
        return UInt32(total)
    }
}
