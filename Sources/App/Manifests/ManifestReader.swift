public import AppModel

/// Reads an application from a manifest or from a bare WebAssembly file.
///
/// Nothing is fetched, run or written. Every path of the result lies inside the application's folder, symbolic
/// links followed.
public struct ManifestReader: Sendable {
    /// An application and what its author should know.
    public struct Outcome: Sendable, Equatable {
        /// The checked application.
        public let application: Application
        /// What works, but perhaps not as the author thinks.
        public let warnings: [ManifestError]
    }

    /// How large things may be.
    public let limits: ManifestLimits

    /// False when the files of components are not looked for, as before a build that makes some of them.
    public let resolvesFiles: Bool

    /// A reader with these limits. Without `resolvesFiles` components have no files.
    public init(limits: ManifestLimits = ManifestLimits(), resolvesFiles: Bool = true) {
        self.limits = limits
        self.resolvesFiles = resolvesFiles
    }

    /// Reads the application at a place found by `ApplicationFile.find(at:)`.
    public func read(_ file: ApplicationFile) throws(ManifestErrors) -> Outcome {
        switch file.kind {
        case .module:
            return Outcome(application: try application(ofModule: file), warnings: [])
        case .spinManifest:
            let bytes = try bytes(of: file, atMost: limits.fileBytesMax)
            return try readSpin(bytes, named: file.shownPath, folder: Files.parent(of: file.path))
        }
    }

    /// Reads a `spin.toml` from memory. `name` stands in errors; relative paths start from `folder`.
    public func readSpin(_ bytes: [UInt8], named name: String, folder: String) throws(ManifestErrors)
        -> Outcome
    {
        let problems = Problems(file: name, limit: limits.problemsMax)
        guard bytes.count <= limits.fileBytesMax else {
            throw ManifestErrors.single(name, "the manifest has more than \(limits.fileBytesMax) bytes")
        }
        let root: TOMLNode
        do {
            root = try TOMLParser.parse(bytes, limits: limits)
        } catch {
            problems.error(error.sentence, at: error.position, key: .root)
            try problems.throwIfAny()
            throw ManifestErrors.single(name, error.sentence)
        }
        let reader = SpinManifestReader(
            problems: problems, limits: limits, folder: Files.canonical(folder), resolvesFiles: resolvesFiles)
        let application = reader.application(root)
        try problems.throwIfAny()
        guard let application else { throw ManifestErrors.single(name, "the manifest could not be read") }
        return Outcome(application: application, warnings: problems.sortedWarnings)
    }

    /// The application that a bare file stands for: one component that gets every request. A core module is a CGI
    /// program unless it exports an HTTP handler; a component speaks the interface that it exports.
    private func application(ofModule file: ApplicationFile) throws(ManifestErrors) -> Application {
        let executor: HTTPTrigger.Executor
        let contents = try bytes(of: file, atMost: ComponentSource.bytesMax)
        switch contents.prefix(8) {
        case _ where file.path.hasSuffix(".wat"):
            executor = Self.isComponentText(contents) ? .http : .wagi(.standard)
        case [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00]:
            executor = BareModule.hasHandler(contents) ? .http : .wagi(.standard)
        case [0x00, 0x61, 0x73, 0x6D, 0x0D, 0x00, 0x01, 0x00]: executor = .http
        default: throw ManifestErrors.single(file.shownPath, "this is not a WebAssembly module or component")
        }
        let fileName = Files.lastComponent(of: file.path)
        let name = String(fileName.prefix(upTo: fileName.lastIndex(of: ".") ?? fileName.endIndex))
        let component = Component(id: "main", source: ComponentSource(path: file.path))
        let trigger = HTTPTrigger(
            id: "main-http-trigger", handler: .component("main"), route: .path("/..."), executor: executor)
        return Application(
            name: name.isEmpty ? "main" : name, folder: Files.parent(of: file.path), components: [component],
            httpTriggers: [trigger])
    }

    /// Whether a text begins with a component, after blanks and comments to the end of the line.
    private static func isComponentText(_ text: [UInt8]) -> Bool {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let line = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if line.isEmpty || line.starts(with: ";;".utf8) { continue }
            return line.starts(with: "(component".utf8)
        }
        return false
    }

    private func bytes(
        of file: ApplicationFile, atMost bytesMax: Int
    ) throws(ManifestErrors) -> [UInt8] {
        do throws(RegularFile.Problem) {
            return try RegularFile(file.path).bytes(atMost: bytesMax)
        } catch { throw ManifestErrors.single(file.shownPath, error.description) }
    }
}

extension ManifestErrors {
    /// One error about a file as a whole.
    static func single(_ file: String, _ sentence: String) -> ManifestErrors {
        let error = ManifestError(file: file, line: 1, column: 1, keyPath: "", sentence: sentence)
        return ManifestErrors(errors: [error], warnings: [])
    }
}
