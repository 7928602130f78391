import ComponentModel
import WasmEngine

/// Instances that a script has named: they serve imports of their names in the components that follow.
///
/// Each is a component whose only export is an instance of what the script defined. That is the text of the definition in
/// another one, so a definition that is no text, or that imports what no other instance gives, serves nobody.
struct NamedInstances {
    private struct Definition {
        var text: String
        var imports: [String]
    }

    private var definitions: [String: Definition] = [:]
    /// What makes an instance, other definitions that it needs included.
    private var texts: [String: String] = [:]

    /// Names begin with a dollar sign, as in scripts.
    mutating func define(_ name: String, _ form: ScriptForm, imports: [Component.Item]) {
        guard form.items.allSatisfy({ $0.bytes == nil }) else { return }
        definitions[name] = Definition(text: form.componentText, imports: imports.map(\.name))
    }

    mutating func instantiate(_ definition: String, as name: String) {
        texts[name] = nil
        guard let found = definitions[definition] else { return }
        let needed = found.imports.compactMap { name in texts["$\(name)"].map { (name, $0) } }
        guard needed.count == found.imports.count else { return }
        let arguments = needed.map { "(with \"\($0.0)\" (instance $provided-\($0.0)))" }.joined()
        texts[name] =
            needed.map(\.1).joined() + found.text
            + "(instance $provided-\(name.dropFirst()) (instantiate \(definition) \(arguments)))"
    }

    /// A component that serves an import.
    func provider(of name: String, features: ComponentFeatures) throws -> Component? {
        guard let text = texts["$\(name)"] else { return nil }
        let whole = "(component \(text) (export \"\(name)\" (instance $provided-\(name))))"
        return try Component(try WasmText.binary(fromText: whole), features: features)
    }
}
