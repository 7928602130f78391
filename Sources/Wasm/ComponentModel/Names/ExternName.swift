/// The name of an import or export of a component, parsed (Explainer.md, import and export definitions).
public struct ExternName: Sendable, Hashable {
    /// The kinds of names, with their parts.
    public enum Kind: Sendable, Hashable {
        /// A plain label.
        case label
        /// `[constructor]resource`.
        case constructor(resource: String)
        /// `[method]resource.name`.
        case method(resource: String, name: String)
        /// `[static]resource.name`.
        case staticMethod(resource: String, name: String)
        /// `namespace:package/interface@version`.
        case interface
        /// `unlocked-dep=<…>` or `locked-dep=<…>`.
        case dependency
        /// `url=<…>`.
        case url
        /// `integrity=<…>`.
        case hash
    }

    /// The name as written.
    public let text: String
    /// What kind it is.
    public let kind: Kind

    /// What is wrong with a name.
    struct Problem: Error {
        var message: String
    }

    /// Parses a name.
    init(_ text: String, allowsNestedNames: Bool) throws(Problem) {
        var parser = ExternNameParser(text, allowsNestedNames: allowsNestedNames)
        self.text = text
        self.kind = try parser.parse()
    }

    /// The part of an interface name after `@`, if there is one.
    public var version: Substring? {
        guard kind == .interface, let at = text.firstIndex(of: "@") else { return nil }
        return text[text.index(after: at)...]
    }

    /// Two names may not stand in one scope when their keys are equal (Explainer.md, name uniqueness).
    var uniquenessKey: String {
        switch kind {
        case .label: return "0" + text.lowercased()
        case .constructor(let resource): return "1" + resource.lowercased()
        case .method(let resource, let name), .staticMethod(let resource, let name):
            let resource = resource.lowercased()
            let name = name.lowercased()
            return resource == name ? "0" + resource : "2\(resource).\(name)"
        case .interface:
            let version = version.map { "@" + $0 } ?? ""
            return "3" + text.dropLast(version.count).lowercased() + version
        case .dependency: return "4" + text
        case .url: return "5" + text
        case .hash: return "6" + text
        }
    }
}
