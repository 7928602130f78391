/// The name of a component inside its application.
public struct ComponentID: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The name as the manifest writes it.
    public let text: String

    /// A name that the manifest reader has checked.
    public init(_ text: String) {
        self.text = text
    }

    /// A name written in source code.
    public init(stringLiteral text: String) {
        self.text = text
    }

    /// The name as the manifest writes it.
    public var description: String { text }
}
