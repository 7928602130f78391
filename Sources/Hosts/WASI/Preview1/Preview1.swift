import HostSystem
public import WasmEngine

/// WASI preview 1: the functions of the snapshot, each a thin skin over `GuestSystem`.
///
/// A store that runs such a module holds its `GuestSystem` under `GuestSystem.key`. Numbers, sizes and layouts are those of
/// `wasi_snapshot_preview1.witx` of the WASI repository.
public enum Preview1 {
    /// The module that guests import the functions from.
    public static let module = "wasi_snapshot_preview1"

    /// The names of all functions.
    public static var functionNames: [String] { functions.map(\.name) + ["proc_exit"] }

    /// Defines all functions.
    public static func define(in linker: Linker) throws {
        for function in functions {
            let body = function.body
            try linker.define(module, function.name, function.parameters, [.i32]) {
                (call, values) throws(Trap) in
                do throws(HostFailure) {
                    try body(call.state(GuestSystem.key), call, values)
                    values[i32: 0] = 0
                } catch {
                    values[i32: 0] = Int32(try errno(error).rawValue)
                }
            }
        }
        try linker.define(module, "proc_exit", [.i32], []) { (_, values) throws(Trap) in
            throw .exit(values[i32: 0])
        }
    }

    typealias Body =
        @Sendable (GuestSystem, borrowing HostCall, borrowing RawValues) throws(HostFailure) -> Void

    /// One function: everything but `proc_exit` returns an `errno`.
    struct Function: Sendable {
        let name: String
        let parameters: [ValueType]
        let body: Body

        init(_ name: String, _ parameters: [ValueType], _ body: @escaping Body) {
            self.name = name
            self.parameters = parameters
            self.body = body
        }
    }

    static let functions: [Function] =
        processFunctions + descriptorFunctions + streamFunctions + pathFunctions + socketFunctions
        + pollFunctions

    private static func errno(_ failure: HostFailure) throws(Trap) -> HostError {
        switch failure {
        case .code(let error): return error
        case .interrupted(let error): throw error as? Trap ?? .host("\(error)")
        }
    }
}

/// Runs a step whose failure the guest is told.
@inline(__always)
func told<Value>(_ step: () throws(HostError) -> Value) throws(HostFailure) -> Value {
    do { return try step() } catch { throw .code(error) }
}

extension HostCall {
    /// The guest's memory, with faults as `EFAULT`.
    @inline(__always)
    var bytes: Preview1Memory {
        get throws(HostFailure) {
            do { return Preview1Memory(memory: try memory) } catch { throw .interrupted(error) }
        }
    }

    /// The guest, for calls that may wait.
    var guest: Fiber {
        get throws(HostFailure) {
            do { return try fiber } catch { throw .interrupted(error) }
        }
    }
}
