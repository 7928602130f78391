/// What the command line asks for, done in this process.
public struct ProcessOperations: Operations {
    /// The operations of the `martlet` program.
    public init() {}

    /// Serves an application until a signal asks for the end.
    public func up(_ request: UpRequest, console: Console) async throws -> ProcessStatus {
        try await ApplicationServer(request: request, console: console).run()
    }

    /// Runs a WASI command and returns its exit code.
    public func run(_ request: RunRequest, console: Console) async throws -> ProcessStatus {
        try await CommandRun(request: request, console: console).run()
    }

    /// Runs the build commands of an application.
    public func build(_ request: BuildRequest, console: Console) async throws -> ProcessStatus {
        try await ApplicationBuild().run(request, console: console)
    }

    /// Reads an application and reports what is wrong with it.
    public func check(_ request: CheckRequest, console: Console) async throws -> ProcessStatus {
        try ApplicationCheck().run(request, console: console)
    }

    /// Says what is in a WebAssembly file.
    public func inspectComponent(
        _ request: InspectComponentRequest, console: Console
    ) async throws -> ProcessStatus {
        try ComponentTools().inspect(request, console: console)
    }

    /// Says whether WebAssembly files are valid.
    public func validateComponents(
        _ request: ValidateComponentsRequest, console: Console
    ) async throws -> ProcessStatus {
        try ComponentTools().validate(request, console: console)
    }

    /// Makes a component of a core module.
    public func encodeComponent(
        _ request: EncodeComponentRequest, console: Console
    ) async throws -> ProcessStatus {
        try ComponentTools().encode(request, console: console)
    }
}
