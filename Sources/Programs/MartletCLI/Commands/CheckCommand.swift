import ArgumentParser
import Assembly

struct CheckCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read a manifest and say what is wrong with it.",
        discussion: """
            Each problem is one line that editors can jump to: file, line, column, key, and what is allowed. The exit \
            status is 1 when there is an error; warnings do not count.

            Examples:
              martlet check
              martlet check shop/spin.toml --json
            """)

    @OptionGroup var manifest: ManifestArguments

    @Flag(name: .customLong("json"), help: "Write for programs: one JSON object.")
    var asJSON = false

    var request: CheckRequest {
        CheckRequest(location: manifest.location, asJSON: asJSON)
    }

    func perform(_ operations: any Operations, console: Console) async throws -> ProcessStatus {
        try await operations.check(request, console: console)
    }
}
