import ArgumentParser
import Assembly

struct ValidateComponentCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Say whether WebAssembly files are valid.",
        discussion: """
            An error is one line with the byte offset at which it was found. The exit status is 1 when a file is not \
            valid.

            Examples:
              martlet component validate app.wasm
              martlet component validate build/*.wasm --json
            """)

    @Argument(
        help: ArgumentHelp("Components or core modules.", valueName: "file"),
        completion: .file(extensions: ["wasm", "wat"]))
    var files: [String]

    @Flag(name: .customLong("json"), help: "Write for programs: one JSON object a line, for each file.")
    var asJSON = false

    func perform(_ operations: any Operations, console: Console) async throws -> ProcessStatus {
        try await operations.validateComponents(
            ValidateComponentsRequest(paths: files, asJSON: asJSON), console: console)
    }
}
