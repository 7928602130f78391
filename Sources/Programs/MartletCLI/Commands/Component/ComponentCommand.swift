import ArgumentParser

struct ComponentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "component",
        abstract: "Look into components, validate them, and make them of core modules.",
        discussion: """
            A component is a WebAssembly program with typed imports and exports, described in WIT. Martlet runs both \
            components and core modules that were built with bindings for one; other runtimes want components.

            Examples:
              martlet component inspect app.wasm
              martlet component validate build/*.wasm
              martlet component encode core.wasm -o app.wasm
            """,
        subcommands: [
            InspectComponentCommand.self, ValidateComponentCommand.self, EncodeComponentCommand.self,
        ])
}
