/// An application as Martlet runs it: what a manifest said, checked, with every path resolved.
///
/// Manifests write it, the runtime reads it. Components and triggers keep the order of the manifest.
public struct Application: Sendable, Equatable {
    /// The name the author gave.
    public var name: String
    /// The version the author gave, empty when absent.
    public var version: String
    /// One or two sentences for people, empty when absent.
    public var description: String
    /// The authors, as written.
    public var authors: [String]
    /// Absolute path of the folder that relative paths of the manifest start from.
    public var folder: String
    /// What the operator may set, and what a component may refer to in a template.
    public var variables: [ApplicationVariable]
    /// The programs. Identifiers are unique.
    public var components: [Component]
    /// What HTTP requests reach.
    public var httpTriggers: [HTTPTrigger]

    /// An application with the given parts; absent ones are empty.
    public init(
        name: String, version: String = "", description: String = "", authors: [String] = [], folder: String,
        variables: [ApplicationVariable] = [], components: [Component] = [], httpTriggers: [HTTPTrigger] = []
    ) {
        self.name = name
        self.version = version
        self.description = description
        self.authors = authors
        self.folder = folder
        self.variables = variables
        self.components = components
        self.httpTriggers = httpTriggers
    }

    /// The component with this identifier.
    public func component(_ id: ComponentID) -> Component? {
        components.first { $0.id == id }
    }
}

/// A variable that the application declares and the operator may set.
public struct ApplicationVariable: Sendable, Equatable {
    /// The name, in lower-case snake case.
    public var name: String
    /// One sentence for the operator.
    public var description: String
    /// The value when the operator sets none; `nil` means that the operator must set one.
    public var defaultValue: String?
    /// True when the value must never be shown.
    public var isSecret: Bool

    /// A variable with the given parts.
    public init(name: String, description: String = "", defaultValue: String?, isSecret: Bool = false) {
        self.name = name
        self.description = description
        self.defaultValue = defaultValue
        self.isSecret = isSecret
    }
}
