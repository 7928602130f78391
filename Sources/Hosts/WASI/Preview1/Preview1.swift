public import ComponentRuntime
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
        for (name, type, body) in hostFunctions {
            try linker.define(module, name, type.parameters, type.results, body)
        }
    }

    /// Offers all functions to components, as a core module of a name.
    public static func define(in linker: ComponentLinker, as name: String) {
        var functions: [String: ComponentLinker.CoreFunction] = [:]
        for (name, type, body) in hostFunctions {
            functions[name] = ComponentLinker.CoreFunction(type, body)
        }
        linker.coreModule(name, functions)
    }

    private static var hostFunctions: [(name: String, type: FunctionType, body: HostFunction)] {
        let all = functions.map { function -> (name: String, type: FunctionType, body: HostFunction) in
            let body = function.body
            return (
                function.name, FunctionType(function.parameters, [.i32]),
                { (call, values) throws(Trap) in
                    do throws(HostFailure) {
                        try body(call.state(GuestSystem.key), call, values)
                        values[i32: 0] = 0
                    } catch {
                        values[i32: 0] = Int32(try errno(error).rawValue)
                    }
                }
            )
        }
        let exit: HostFunction = { (_, values) throws(Trap) in throw .exit(values[i32: 0]) }
        return all + [("proc_exit", FunctionType([.i32], []), exit)]
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
