/// What reading WIT may cost.
public struct WITLimits: Sendable {
    /// Bytes of one text.
    public var textBytes = 16 << 20
    /// Types inside types, and uses of interfaces through each other.
    public var nesting = 100
    /// Named types and functions of one world, with everything that it uses.
    public var items = 100_000

    /// The defaults.
    public init() {}
}
