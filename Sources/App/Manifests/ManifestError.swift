/// One thing about a manifest that its author should know or must change.
public struct ManifestError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file as the caller named it.
    public let file: String
    /// Line in the file, from 1.
    public let line: Int
    /// Column in the line, from 1, counted in Unicode scalars.
    public let column: Int
    /// The key, such as `component.hello.files[1]`; empty when the file as a whole is meant.
    public let keyPath: String
    /// What is wrong and what is allowed.
    public let sentence: String

    /// `file:line:column: key: sentence`, which editors can jump to.
    public var description: String {
        "\(file):\(line):\(column): \(keyPath.isEmpty ? "" : keyPath + ": ")\(sentence)"
    }
}

/// Why a manifest was refused: everything that was found, in the order of the file.
public struct ManifestErrors: Error, Sendable, Equatable, CustomStringConvertible {
    /// What must change. Not empty.
    public let errors: [ManifestError]
    /// What else was noticed.
    public let warnings: [ManifestError]

    /// One line for each error.
    public var description: String {
        errors.map(\.description).joined(separator: "\n")
    }
}
