/// The file that says what an application is.
public struct ApplicationFile: Sendable, Equatable {
    /// What kind of file it is.
    public enum Kind: Sendable, Equatable {
        /// A Spin manifest.
        case spinManifest
        /// A WebAssembly module or component that is an application by itself.
        case module
    }

    /// What kind of file it is.
    public let kind: Kind
    /// Absolute path.
    public let path: String
    /// The path as the caller gave it, for messages.
    public let shownPath: String

    /// There is no application where it was looked for.
    public struct NotFound: Error, Sendable, Equatable, CustomStringConvertible {
        /// What was looked for and what to do.
        public let description: String
    }

    /// Finds the application at `path`: a `.wasm` or `.wat` file, a manifest, or a folder with a `spin.toml` in it. Relative
    /// paths start from the current folder.
    public static func find(at path: String) throws(NotFound) -> ApplicationFile {
        let absolute = Files.absolute(path)
        switch Files.kind(of: absolute) {
        case .folder:
            let shown = path == "." || path.isEmpty ? "spin.toml" : Files.join(path, "spin.toml")
            let manifest = Files.join(absolute, "spin.toml")
            guard case .file = Files.kind(of: manifest) else {
                let place = path == "." || path.isEmpty ? "this folder" : "the folder \(path)"
                throw NotFound(
                    description: """
                        no spin.toml in \(place); name a manifest or a .wasm file, or change to the folder of an \
                        application
                        """)
            }
            return ApplicationFile(kind: .spinManifest, path: manifest, shownPath: shown)
        case .file where path.hasSuffix(".wasm") || path.hasSuffix(".wat"):
            return ApplicationFile(kind: .module, path: absolute, shownPath: path)
        case .file where path.hasSuffix(".toml"):
            return ApplicationFile(kind: .spinManifest, path: absolute, shownPath: path)
        case .file:
            throw NotFound(
                description: "\(path) is neither a manifest (.toml) nor a WebAssembly file (.wasm, .wat)")
        case .other:
            throw NotFound(description: "\(path) is neither a file nor a folder")
        case .missing:
            throw NotFound(description: "there is no file or folder \(path)")
        }
    }
}

/// Finds the application at `path`, see `ApplicationFile.find(at:)`.
public func applicationFile(at path: String) throws(ApplicationFile.NotFound) -> ApplicationFile {
    try ApplicationFile.find(at: path)
}
