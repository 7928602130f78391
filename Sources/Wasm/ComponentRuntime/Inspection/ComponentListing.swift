public import ComponentModel

/// What a component imports, exports and contains, as text close to WIT: for `martlet component inspect`.
public struct ComponentListing: Sendable, CustomStringConvertible {
    /// The lines, indented by nesting.
    public let description: String

    /// Lists a component.
    public init(_ component: Component) {
        var writer = Writer(component: component)
        writer.write()
        description = writer.lines.joined(separator: "\n")
    }

    private struct Writer {
        let component: Component
        var lines: [String] = []

        mutating func write() {
            lines.append("component (\(component.definition.bytes.count) bytes) {")
            for item in component.imports { write(item, "import", depth: 1) }
            for item in component.exports { write(item, "export", depth: 1) }
            let sizes = component.definition.moduleRanges.map { "\($0.count)" }
            if !sizes.isEmpty {
                lines.append("  // core modules: \(sizes.count) (bytes: \(sizes.joined(separator: ", ")))")
            }
            let sections = component.definition.customSections.map { section in
                "\(component.names[section.name]) (\(section.bytes.count) bytes)"
            }
            if !sections.isEmpty { lines.append("  // custom sections: \(sections.joined(separator: ", "))") }
            lines.append("}")
        }

        // Nesting is bounded by the decoder's limits.
        private mutating func write(_ item: Component.Item, _ verb: String, depth: Int) {
            let indent = String(repeating: "  ", count: depth)
            let lead = verb.isEmpty ? indent : "\(indent)\(verb) "
            guard case .instance(let id) = item.entity else {
                lines.append("\(lead)\(item.name): \(text(item.entity));")
                return
            }
            let members = component.items(component.types[id].exports)
            lines.append("\(lead)\(item.name): interface {\(members.isEmpty ? "}" : "")")
            for member in members { write(member, "", depth: depth + 1) }
            if !members.isEmpty { lines.append("\(indent)}") }
        }

        private func text(_ entity: EntityType) -> String { TypeDescription(component).text(entity) }
    }
}
