extension BinaryReport {
    private static let exportsShown = 12

    /// The report for people: WIT, then what the binary is made of.
    public var text: String {
        var lines = ["// \(kind == "module" ? "core module" : kind), \(bytes) bytes"]
        if let wit { lines.append(wit) }
        lines.append("")
        if let component { lines += Self.lines(component, "component", indent: "") }
        if let module { lines += Self.lines(module, "core module", indent: "") }
        return lines.joined(separator: "\n")
    }

    private static func lines(_ node: Node, _ title: String, indent: String) -> [String] {
        var lines = ["\(indent)// \(title): \(node.bytes) bytes\(text(node.customSections))"]
        for (number, module) in node.modules.enumerated() {
            lines += self.lines(module, "core module \(number)", indent: indent + "  ")
        }
        for (number, inner) in node.components.enumerated() {
            lines += self.lines(inner, "component \(number)", indent: indent + "  ")
        }
        return lines
    }

    private static func lines(_ module: Module, _ title: String, indent: String) -> [String] {
        var lines = ["\(indent)// \(title): \(module.bytes) bytes\(text(module.customSections))"]
        var order: [String] = []
        var counts: [String: Int] = [:]
        for item in module.imports {
            if counts[item.module] == nil { order.append(item.module) }
            counts[item.module, default: 0] += 1
        }
        for name in order {
            let count = counts[name] ?? 0
            lines.append("\(indent)//   imports \(count) item\(count == 1 ? "" : "s") of \"\(name)\"")
        }
        guard !module.exports.isEmpty else { return lines }
        let shown = module.exports.prefix(exportsShown).map(\.name).joined(separator: ", ")
        let rest = module.exports.count - exportsShown
        lines.append("\(indent)//   exports \(shown)\(rest > 0 ? " and \(rest) more" : "")")
        return lines
    }

    private static func text(_ sections: [Section]) -> String {
        guard !sections.isEmpty else { return "" }
        return ", custom sections "
            + sections.map { "\"\($0.name)\" (\($0.bytes) bytes)" }.joined(separator: ", ")
    }
}
