import ComponentModel

/// Names of interfaces and their versions.
enum InterfaceVersion {
    /// What compatible versions have in common. A version that is only that already, `0.2`, stays as it is.
    static func key(_ version: String?) -> String? {
        guard let version else { return nil }
        if let full = SemanticVersion(version) { return full.compatibilityKey }
        return SemanticVersion(completed(version)) == nil ? nil : version
    }

    /// `0.2` as `0.2.0`; complete versions stay as they are.
    static func completed(_ version: String) -> String {
        if SemanticVersion(version) != nil { return version }
        let missing = 3 - version.split(separator: ".", omittingEmptySubsequences: false).count
        return missing > 0 ? version + String(repeating: ".0", count: missing) : version
    }

    /// `wasi:io/streams@0.2.0` as `wasi:io/streams` and `0.2.0`.
    static func split(_ name: String) -> (path: String, version: String?) {
        guard let at = name.firstIndex(of: "@") else { return (name, nil) }
        return (String(name[..<at]), String(name[name.index(after: at)...]))
    }

    /// Whether an interface of one name serves an import of the other.
    static func areCompatible(_ left: String, _ right: String) -> Bool {
        if left == right { return true }
        let (leftPath, leftVersion) = split(left)
        let (rightPath, rightVersion) = split(right)
        guard leftPath == rightPath, let key = key(leftVersion) else { return false }
        return key == self.key(rightVersion)
    }

    /// The name as `cm32p2` writes it: with the part of the version that decides about compatibility.
    static func canonical(_ name: String) -> String {
        let (path, version) = split(name)
        guard let version else { return name }
        return "\(path)@\(key(version) ?? version)"
    }
}
