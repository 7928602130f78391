import Foundation

/// Where the specification's scripts are.
enum ConformanceScripts {
    /// Beside the repository; absent where only the repository was cloned.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../../shared/conformance/component-model").standardizedFileURL

    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

    static var all: [String] {
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".wast") }.sorted()
    }
}
