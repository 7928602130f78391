/// What is wrong with a WIT text, and where.
public struct WITError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence.
    public let message: String
    /// The name of the text.
    public let file: String
    /// From 1.
    public let line: Int
    /// From 1, in characters.
    public let column: Int

    /// `file:line:column: message`.
    public var description: String { "\(file):\(line):\(column): \(message)" }
}
