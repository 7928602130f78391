/// One program of an application, with everything it is granted. What is not listed here it does not get.
public struct Component: Sendable, Equatable {
    /// The name inside the application.
    public var id: ComponentID
    /// One sentence for people, empty when absent.
    public var description: String
    /// Where the WebAssembly bytes come from.
    public var source: ComponentSource
    /// Environment variables of the guest, in the order of the manifest. Names are unique.
    public var environment: [EnvironmentVariable]
    /// Files and folders that the guest sees. Patterns and exclusions are already resolved.
    public var files: [FileMount]
    /// What the guest may read through the variables interface: name and template.
    public var variables: [VariableTemplate]
    /// Hosts, stores and models the guest may use.
    public var grants: ComponentGrants
    /// How to make the source, `nil` when the manifest does not say.
    public var build: ComponentBuild?
    /// What the manifest changes in the limits.
    public var limitOverrides: ComponentLimitOverrides

    /// A component with the given parts; absent ones are empty and grant nothing.
    public init(
        id: ComponentID, description: String = "", source: ComponentSource,
        environment: [EnvironmentVariable] = [], files: [FileMount] = [], variables: [VariableTemplate] = [],
        grants: ComponentGrants = ComponentGrants(), build: ComponentBuild? = nil,
        limitOverrides: ComponentLimitOverrides = ComponentLimitOverrides()
    ) {
        self.id = id
        self.description = description
        self.source = source
        self.environment = environment
        self.files = files
        self.variables = variables
        self.grants = grants
        self.build = build
        self.limitOverrides = limitOverrides
    }

    /// The limits this component runs under: the standard ones with the manifest's changes.
    public var limits: ComponentLimits { limitOverrides.applied(to: .standard) }
}

/// A WebAssembly file and, where the manifest gives it, the digest it must have.
public struct ComponentSource: Sendable, Equatable {
    /// The most bytes a WebAssembly file may have. The largest in use, with a language's whole runtime inside, have some tens
    /// of MiB.
    public static let bytesMax = 512 << 20

    /// Absolute path of the file. It need not exist before `martlet build` ran.
    public var path: String
    /// Lower-case SHA-256 of the bytes in hexadecimal, checked before use when present.
    public var sha256: String?

    /// The file at `path`.
    public init(path: String, sha256: String? = nil) {
        self.path = path
        self.sha256 = sha256
    }
}

/// A name and a value of the guest's environment.
public struct EnvironmentVariable: Sendable, Equatable {
    /// The name: not empty, without `=` and NUL.
    public var name: String
    /// The value: without NUL.
    public var value: String

    /// A variable with this name and value.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// A component's variable and the template its value is made from, such as `https://{{ host }}/api`.
public struct VariableTemplate: Sendable, Equatable {
    /// The name the guest asks for.
    public var name: String
    /// Text with `{{ name }}` in place of application variables.
    public var template: String

    /// A variable with this name and template.
    public init(name: String, template: String) {
        self.name = name
        self.template = template
    }
}
