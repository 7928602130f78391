import Foundation

/// A folder of the host for one test, removed with everything in it.
public final class TemporaryFolder: Sendable {
    /// Without symbolic links.
    public let path: String

    /// A new, empty folder.
    public init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "martlet-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.resolvingSymlinksInPath().path
    }

    deinit {
        // A test may have removed it; what cannot be removed is left to the system's cleaning.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Makes a folder and gives its path.
    @discardableResult
    public func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
        return "\(path)/\(name)"
    }

    /// Writes a file, in a folder that is made where it is missing, and gives its path.
    @discardableResult
    public func file(_ name: String, _ content: String = "") throws -> String {
        try file(name, Array(content.utf8))
    }

    /// The same with bytes.
    @discardableResult
    public func file(_ name: String, _ content: [UInt8]) throws -> String {
        let file = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(content).write(to: file)
        return "\(path)/\(name)"
    }

    /// Copies a file of the host, unless it is there already.
    public func copy(_ file: String, to name: String) throws {
        guard !FileManager.default.fileExists(atPath: "\(path)/\(name)") else { return }
        try FileManager.default.copyItem(atPath: file, toPath: "\(path)/\(name)")
    }

    /// Makes a symbolic link, to something that need not be there.
    public func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
    }

    /// The text of a file; nil where there is none.
    public func content(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(path)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    /// All names beneath, links not followed.
    public func names(_ below: String = ".") throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(path)/\(below)").sorted()
    }
}
