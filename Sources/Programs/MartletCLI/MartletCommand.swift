import ArgumentParser

/// The root of the commands.
struct MartletCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Run serverless functions that are WebAssembly.",
        discussion: """
            A fresh, sandboxed instance serves every event. A guest gets only what its manifest grants.

            Start here:
              martlet up examples/hello       serve an application over HTTP
              martlet run tool.wasm -- --help run a WebAssembly program once
              martlet check spin.toml         see whether a manifest is right
            """,
        version: "martlet \(Version.text)",
        subcommands: [
            UpCommand.self, RunCommand.self, BuildCommand.self, CheckCommand.self, ComponentCommand.self,
            CompletionsCommand.self,
        ])
}
