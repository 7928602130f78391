/// What one component may be made of and hold. Sizes of the engine's own are ``EngineLimits``.
public struct ComponentRuntimeLimits: Sendable, Hashable {
    /// Component instances inside of one, itself included.
    public var componentInstances = 1_000
    /// Core instances of all of them together.
    public var coreInstances = 1_000
    /// Handles in one component instance's table.
    public var handles = 1 << 20
    /// Calls that are not over, of all component instances together. Each has a stack.
    public var tasks = 1_000
    /// Bytes of core modules that are merged into one; larger ones stay apart.
    public var mergedModuleBytes = 32 << 20

    /// The documented defaults.
    public init() {}
}
