import ArgumentParser
import Assembly

struct BuildCommand: OperationCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Run the build commands of an application's components.",
        discussion: """
            Each command runs in the shell, in the component's workdir, in the order of the manifest. The first that \
            fails ends the build with its exit code.

            Examples:
              martlet build
              martlet build shop/spin.toml -c cart -c checkout
            """)

    @OptionGroup var manifest: ManifestArguments

    @Option(
        name: [.customShort("c"), .customLong("component")],
        help: ArgumentHelp("Build only this component. May be repeated.", valueName: "component"))
    var components: [String] = []

    @Flag(name: .customLong("json"), help: "Write for programs: one JSON object a line.")
    var asJSON = false

    var request: BuildRequest {
        BuildRequest(location: manifest.location, components: components, asJSON: asJSON)
    }

    func perform(_ operations: any Operations, console: Console) async throws -> ProcessStatus {
        try await operations.build(request, console: console)
    }
}
