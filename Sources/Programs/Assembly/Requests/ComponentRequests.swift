/// Say what is in a WebAssembly file.
public struct InspectComponentRequest: Sendable, Equatable {
    /// Path of a component or a core module, in binary or text.
    public var path: String
    /// True when standard output is for programs: one JSON object.
    public var asJSON: Bool

    /// A request for the file at `path`.
    public init(path: String, asJSON: Bool = false) {
        self.path = path
        self.asJSON = asJSON
    }
}

/// Say whether components are valid.
public struct ValidateComponentsRequest: Sendable, Equatable {
    /// Paths of components or core modules.
    public var paths: [String]
    /// True when standard output is for programs: one JSON object a file.
    public var asJSON: Bool

    /// A request for the files at `paths`.
    public init(paths: [String], asJSON: Bool = false) {
        self.paths = paths
        self.asJSON = asJSON
    }
}

/// Make a component of a core module.
public struct EncodeComponentRequest: Sendable, Equatable {
    /// A module that supplies imports which are not part of the world.
    public struct Adapter: Sendable, Equatable {
        /// The module name of the imports.
        public var name: String
        /// Path of the module.
        public var path: String

        /// An adapter.
        public init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// Path of the core module.
    public var modulePath: String
    /// Path of the component to write.
    public var outputPath: String
    /// Paths of WIT texts, or of folders with such.
    public var witPaths: [String]
    /// The world that is meant; nil when the texts have one only.
    public var world: String?
    /// Adapters.
    public var adapters: [Adapter]
    /// True when adapters get new pages of memory instead of blocks of the module's allocator.
    public var growsMemory: Bool

    /// A request for the module at `modulePath`.
    public init(
        modulePath: String, outputPath: String, witPaths: [String] = [], world: String? = nil,
        adapters: [Adapter] = [], growsMemory: Bool = false
    ) {
        self.modulePath = modulePath
        self.outputPath = outputPath
        self.witPaths = witPaths
        self.world = world
        self.adapters = adapters
        self.growsMemory = growsMemory
    }
}
