import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:cli`.
extension Preview3 {
    static func defineCLI(in linker: ComponentLinker, _ version: String) {
        let environment = linker.interface("wasi:cli/environment@\(version)")
        environment.function("get-environment") {
            (call: borrowing ComponentCall) throws(Trap) -> [CanonicalTuple<String, String>] in
            let system = call.system
            return (system.ownEnvironment.variables + system.plan.environment.variables).map {
                CanonicalTuple($0.name, $0.value)
            }
        }
        environment.function("get-arguments") { (call: borrowing ComponentCall) throws(Trap) -> [String] in
            call.system.arguments.strings
        }
        environment.function("get-initial-cwd") {
            (_: borrowing ComponentCall) throws(Trap) -> String? in nil
        }
        Preview2.defineExit(in: linker, version)
        Preview2.defineTerminals(in: linker, version)
        defineStandardStreams(in: linker, version)
    }

    private static func defineStandardStreams(in linker: ComponentLinker, _ version: String) {
        linker.interface("wasi:cli/stdin@\(version)").function("read-via-stream") {
            (call: borrowing ComponentCall) throws(Trap) -> InputSource<CLIError>.Answer in
            let loop = try call.fiber.eventLoop
            return InputSource.answer(call.system.input ?? BufferInput(), on: loop)
        }
        for (name, isError) in [("stdout", false), ("stderr", true)] {
            linker.interface("wasi:cli/\(name)@\(version)").function("write-via-stream") {
                (call: borrowing ComponentCall, data: GuestByteStream) throws(Trap)
                    -> OutputSink<CLIError>.Outcome in
                let system = call.system
                guard let output = isError ? system.errorOutput : system.output else {
                    return OutputSink.failure(.brokenPipe)
                }
                return OutputSink.take(data, to: output, on: try call.fiber.eventLoop)
            }
        }
    }
}
