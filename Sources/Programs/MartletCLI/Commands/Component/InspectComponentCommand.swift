import ArgumentParser
import Assembly

struct InspectComponentCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what a WebAssembly file imports, exports and contains.",
        discussion: """
            Imports and exports are shown as WIT that other tools read too; behind them stands what the file is made \
            of: nested components, core modules, custom sections, and their sizes.

            Examples:
              martlet component inspect app.wasm
              martlet component inspect app.wasm --json
            """)

    @Argument(
        help: ArgumentHelp("A component or a core module.", valueName: "file"),
        completion: .file(extensions: ["wasm", "wat"]))
    var file: String

    @Flag(name: .customLong("json"), help: "Write for programs: one JSON object.")
    var asJSON = false

    func perform(_ operations: any Operations, console: Console) async throws -> ProcessStatus {
        try await operations.inspectComponent(
            InspectComponentRequest(path: file, asJSON: asJSON), console: console)
    }
}
