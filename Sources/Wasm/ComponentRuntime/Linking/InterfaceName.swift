import ComponentModel

/// An interface name taken apart for matching: `wasi:io/streams@0.2.3`.
struct InterfaceName: Hashable {
    /// Everything before `@`.
    let base: Substring
    let version: SemanticVersion

    /// Nil for names without a version, which match only themselves.
    init?(_ name: String) {
        guard let at = name.firstIndex(of: "@"),
            let version = SemanticVersion(name[name.index(after: at)...])
        else { return nil }
        self.base = name[..<at]
        self.version = version
    }

    /// What two names have in common when one serves the other (Explainer.md, `canonversion`).
    var key: String { "\(base)@\(version.compatibilityKey)" }

    func isCompatible(with other: InterfaceName) -> Bool { key == other.key }
}
