import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:cli`.
extension Preview2 {
    static func defineCLI(in linker: ComponentLinker, _ version: String) {
        defineEnvironment(in: linker, version)
        defineExit(in: linker, version)
        defineStandardStreams(in: linker, version)
        defineTerminals(in: linker, version)
    }

    private static func defineEnvironment(in linker: ComponentLinker, _ version: String) {
        let environment = linker.interface("wasi:cli/environment@\(version)")
        environment.function("get-environment") {
            (call: borrowing ComponentCall) throws(Trap) -> [CanonicalTuple<String, String>] in
            let system = call.system
            return (system.ownEnvironment.variables + system.plan.environment.variables).map {
                CanonicalTuple($0.name, $0.value)
            }
        }
        environment.function("get-arguments") {
            (call: borrowing ComponentCall) throws(Trap) -> [String] in
            call.system.arguments.strings
        }
        environment.function("initial-cwd") { (_: borrowing ComponentCall) throws(Trap) -> String? in nil }
    }

    static func defineExit(in linker: ComponentLinker, _ version: String) {
        let exit = linker.interface("wasi:cli/exit@\(version)")
        exit.function("exit") {
            (_: borrowing ComponentCall, status: Result<NoValue, NoValue>) throws(Trap) in
            if case .success = status { throw Trap.exit(0) }
            throw Trap.exit(1)
        }
        exit.function("exit-with-code") { (_: borrowing ComponentCall, code: UInt8) throws(Trap) in
            throw Trap.exit(Int32(code))
        }
    }

    private static func defineStandardStreams(in linker: ComponentLinker, _ version: String) {
        linker.interface("wasi:cli/stdin@\(version)").function("get-stdin") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<InputStream> in
            try call.add(InputStream(call.system.input ?? BufferInput()))
        }
        linker.interface("wasi:cli/stdout@\(version)").function("get-stdout") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<OutputStream> in
            let system = call.system
            return try call.add(
                OutputStream(system.output ?? ClosedOutput(), on: try call.fiber.eventLoop, of: system))
        }
        linker.interface("wasi:cli/stderr@\(version)").function("get-stderr") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<OutputStream> in
            let system = call.system
            return try call.add(
                OutputStream(system.errorOutput ?? ClosedOutput(), on: try call.fiber.eventLoop, of: system))
        }
    }

    static func defineTerminals(in linker: ComponentLinker, _ version: String) {
        linker.interface("wasi:cli/terminal-input@\(version)").resource("terminal-input", TerminalInput.self)
        linker.interface("wasi:cli/terminal-output@\(version)").resource(
            "terminal-output", TerminalOutput.self)
        linker.interface("wasi:cli/terminal-stdin@\(version)").function("get-terminal-stdin") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<TerminalInput>? in
            guard call.system.input?.type == .characterDevice else { return nil }
            return try call.add(TerminalInput())
        }
        linker.interface("wasi:cli/terminal-stdout@\(version)").function("get-terminal-stdout") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<TerminalOutput>? in
            guard call.system.output?.type == .characterDevice else { return nil }
            return try call.add(TerminalOutput())
        }
        linker.interface("wasi:cli/terminal-stderr@\(version)").function("get-terminal-stderr") {
            (call: borrowing ComponentCall) throws(Trap) -> Own<TerminalOutput>? in
            guard call.system.errorOutput?.type == .characterDevice else { return nil }
            return try call.add(TerminalOutput())
        }
    }
}

/// The output of a guest that has none: a stream that is closed.
private final class ClosedOutput: GuestOutput {
    func write(_ bytes: RawSpan) throws(HostError) -> Int { throw .brokenPipe }
    var isWritable: Bool { get throws(HostError) { throw .brokenPipe } }
    func wakeWhenWritable(_ token: WakeToken) { token.wake() }
}
