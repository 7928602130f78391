/// An entry of `allowed_outbound_hosts`: a pattern, or text with `{{ variable }}` in it that becomes one.
public struct OutboundRule: Sendable, Hashable {
    /// As the manifest writes it.
    public let text: String
    /// The pattern; `nil` for a text with variables.
    public let pattern: OutboundPattern?

    /// Reads an entry.
    ///
    /// - Throws: what is wrong with a pattern. One with variables is read by ``resolved(_:)``.
    public init(_ text: String) throws(OutboundPatternError) {
        self.text = text
        pattern = text.contains("{{") ? nil : try OutboundPattern(text)
    }

    /// The pattern with variables filled in; `nil` where an empty variable leaves nothing to allow.
    ///
    /// - Parameter value: of a variable; `nil` when it has none.
    /// - Throws: what is wrong with the pattern, or which variable has no value.
    public func resolved(_ value: (String) -> String?) throws(OutboundPatternError) -> OutboundPattern? {
        if let pattern { return pattern }
        var filled = ""
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            filled += rest[..<open.lowerBound]
            rest = rest[open.upperBound...]
            guard let close = rest.firstRange(of: "}}") else {
                throw .init(sentence: "a \"{{\" needs a closing \"}}\"")
            }
            let name = rest[..<close.lowerBound].filter { $0 != " " && $0 != "\t" }
            guard let value = value(name) else {
                throw .init(sentence: "the variable \"\(name)\" has no value; give it one")
            }
            filled += value
            rest = rest[close.upperBound...]
        }
        filled += rest
        if ["", "http://", "https://"].contains(filled) { return nil }
        return try OutboundPattern(filled)
    }
}
