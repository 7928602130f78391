/// Why a component cannot be linked or called: a sentence for the operator.
public struct ComponentRuntimeError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, where, and what was expected.
    public let message: String

    init(_ message: String) { self.message = message }

    /// The sentence.
    public var description: String { message }
}
