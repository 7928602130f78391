import Foundation

/// The repository's files as text, by path from its root. What builds and tools leave behind is not part of it.
struct Repository: Sendable {
    let root: URL
    /// Sorted paths of all files.
    let paths: [String]

    static let current = Repository(containing: #filePath)

    init(containing file: String) {
        var folder = URL(fileURLWithPath: file).resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/" {
            let manifest = try? String(
                contentsOf: folder.appendingPathComponent("Package.swift"), encoding: .utf8)
            if manifest?.contains("name: \"martlet\"") == true { break }
            folder.deleteLastPathComponent()
        }
        root = folder
        paths = Repository.paths(below: folder).sorted()
    }

    private static func paths(below root: URL) -> [String] {
        guard let walk = FileManager.default.enumerator(atPath: root.path) else { return [] }
        var found: [String] = []
        while let path = walk.nextObject() as? String {
            let type = walk.fileAttributes?[.type] as? FileAttributeType
            if path.hasPrefix(".build") || path == ".git" || path == ".deps" {
                walk.skipDescendants()
            } else if type == .typeRegular {
                found.append(path)
            }
        }
        return found
    }

    /// The text of a file; nil when it is not text.
    func text(_ path: String) -> String? {
        try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
    }

    /// The Swift files below the given folders, read once.
    func swiftFiles(in folders: [String] = ["Sources", "Tests", "Benchmarks"]) -> [SwiftText] {
        Repository.swiftTexts.filter { file in folders.contains { file.path.hasPrefix($0 + "/") } }
    }

    private static let swiftTexts: [SwiftText] = current.paths.filter { $0.hasSuffix(".swift") }
        .compactMap { path in current.text(path).map { SwiftText(path: path, text: $0) } }
}
