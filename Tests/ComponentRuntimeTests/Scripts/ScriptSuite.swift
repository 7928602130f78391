import Foundation

/// A folder of scripts.
struct ScriptSuite {
    let folder: URL

    /// The specification's own, beside the repository; absent where only the repository was cloned.
    static let specification = ScriptSuite(
        folder: URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../../shared/conformance/component-model").standardizedFileURL)

    /// The one that `make conformance COMPONENT_SUITE=FOLDER` names.
    static let named = ProcessInfo.processInfo.environment["COMPONENT_SUITE"].flatMap { path in
        path.isEmpty ? nil : ScriptSuite(folder: URL(filePath: path).standardizedFileURL)
    }

    var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

    /// Paths below the folder.
    var scripts: [String] {
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".wast") }.sorted()
    }

    func text(of script: String) throws -> String {
        try String(contentsOf: folder.appending(path: script), encoding: .utf8)
    }
}
