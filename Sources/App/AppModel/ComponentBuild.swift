/// How a component's source is made.
public struct ComponentBuild: Sendable, Equatable {
    /// Shell commands, run in order. At least one.
    public var commands: [String]
    /// Absolute path of the folder the commands run in.
    public var folder: String
    /// Patterns of further inputs, relative to `folder`, for tools that rebuild on a change.
    public var watchPatterns: [String]

    /// A build of `commands` in `folder`.
    public init(commands: [String], folder: String, watchPatterns: [String] = []) {
        self.commands = commands
        self.folder = folder
        self.watchPatterns = watchPatterns
    }
}
