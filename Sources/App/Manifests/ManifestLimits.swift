/// How large a manifest, and what it points to, may be. A manifest may come from somebody else.
public struct ManifestLimits: Sendable {
    /// Bytes of the manifest. Real ones are a few KiB.
    public var fileBytesMax = 1 << 20
    /// Depth of nested values, and parts of one dotted key. Spin's deepest key has five parts.
    public var nestingMax = 16
    /// Keys, tables and array elements in the file.
    public var valuesMax = 100_000
    /// Components, inline ones included.
    public var componentsMax = 1000
    /// Triggers of all types.
    public var triggersMax = 1000
    /// Errors and warnings reported; the rest is counted out.
    public var problemsMax = 50
    /// Bytes of a file pattern.
    public var patternBytesMax = 1024
    /// Files and folders looked at while patterns are resolved, for the whole application.
    public var visitedFilesMax = 200_000
    /// Files that the patterns of the whole application may name.
    public var matchedFilesMax = 100_000
    /// Steps of matching patterns against paths, for the whole application: some seconds of work. A usual pattern
    /// and path take about a thousand.
    public var matchStepsMax = 500_000_000
    /// Depth of folders below the application's folder.
    public var folderDepthMax = 64

    /// The limits for everyday use.
    public init() {}
}
