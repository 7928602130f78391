/// Why a module cannot be made a component, or a text is no WIT: a sentence that says what to change.
public struct EncodingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    init(_ description: String) { self.description = description }
}
