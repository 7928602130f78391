/// Run the build commands of an application.
public struct BuildRequest: Sendable, Equatable {
    /// A manifest, or a folder with a manifest in it.
    public var location: String
    /// The components to build; empty means every one that has a build.
    public var components: [String]
    /// True when standard output is for programs: one JSON object a line.
    public var asJSON: Bool

    /// A request for the application at `location`.
    public init(location: String, components: [String] = [], asJSON: Bool = false) {
        self.location = location
        self.components = components
        self.asJSON = asJSON
    }
}

/// Read an application and report what is wrong with it.
public struct CheckRequest: Sendable, Equatable {
    /// A manifest, a WebAssembly file, or a folder with a manifest in it.
    public var location: String
    /// True when standard output is for programs: one JSON object.
    public var asJSON: Bool

    /// A request for the application at `location`.
    public init(location: String, asJSON: Bool = false) {
        self.location = location
        self.asJSON = asJSON
    }
}
