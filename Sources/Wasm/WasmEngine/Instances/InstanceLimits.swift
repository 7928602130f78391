/// What one instance may use. The engine's own ceilings are ``EngineLimits``.
public struct InstanceLimits: Sendable, Hashable {
    /// Bytes of all linear memories together. At the limit `memory.grow` answers −1, as the specification says.
    public var memoryBytes = 128 << 20
    /// Elements of one table. At the limit `table.grow` answers −1.
    public var tableElements = 100_000
    /// Core instances in the store.
    public var instances = 8
    /// Tables in the store.
    public var tables = 16
    /// Linear memories in the store.
    public var memories = 4

    /// The documented defaults.
    public init() {}
}
