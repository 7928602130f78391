/// What the command line asks for. Assembly does it; tests put a recorder in its place.
///
/// Each operation returns the status that the process ends with. What the operator did wrong is thrown as
/// `OperatorError` or `ManifestErrors` and reported by the caller.
public protocol Operations: Sendable {
    /// Serves an application until a signal asks for the end.
    func up(_ request: UpRequest, console: Console) async throws -> ProcessStatus

    /// Runs a WASI command and returns its exit code.
    func run(_ request: RunRequest, console: Console) async throws -> ProcessStatus

    /// Runs the build commands of an application.
    func build(_ request: BuildRequest, console: Console) async throws -> ProcessStatus

    /// Reads an application and reports what is wrong with it.
    func check(_ request: CheckRequest, console: Console) async throws -> ProcessStatus

    /// Says what is in a WebAssembly file.
    func inspectComponent(
        _ request: InspectComponentRequest, console: Console
    ) async throws -> ProcessStatus

    /// Says whether WebAssembly files are valid.
    func validateComponents(
        _ request: ValidateComponentsRequest, console: Console
    ) async throws -> ProcessStatus

    /// Makes a component of a core module.
    func encodeComponent(_ request: EncodeComponentRequest, console: Console) async throws -> ProcessStatus
}

/// The status a process ends with.
public struct ProcessStatus: RawRepresentable, Sendable, Equatable {
    /// The number the shell sees, 0 to 255.
    public let rawValue: Int32

    /// A status from its number; a guest may choose any.
    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// All went well.
    public static let success = ProcessStatus(rawValue: 0)
    /// Something the operator must change: a manifest, a file, a port in use.
    public static let failure = ProcessStatus(rawValue: 1)
    /// The command line was not understood.
    public static let usage = ProcessStatus(rawValue: 2)
}

/// Something the operator must change, in a sentence that says what, where and how.
public struct OperatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence, without a full stop at its end.
    public let description: String
    /// The status the process ends with.
    public let status: ProcessStatus

    /// An error with this sentence.
    public init(_ sentence: String, status: ProcessStatus = .failure) {
        description = sentence
        self.status = status
    }
}
