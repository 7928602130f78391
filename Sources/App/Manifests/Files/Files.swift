#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the manifest reader asks of the file system, with paths as text.
enum Files {
    enum Kind: Equatable {
        case file
        case folder
        case other
        case missing
    }

    /// What lies at a path, symbolic links followed.
    static func kind(of path: String) -> Kind {
        kindWithoutFollowing(canonical(path))
    }

    /// What lies at a path; a symbolic link is `other`.
    static func kindWithoutFollowing(_ path: String) -> Kind {
        // Absent, unreadable and "part of the path is no folder" all mean that there is nothing to use.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            return .missing
        }
        switch attributes[.type] as? FileAttributeType {
        case .typeRegular: return .file
        case .typeDirectory: return .folder
        default: return .other
        }
    }

    static func isSymbolicLink(_ path: String) -> Bool {
        // A path that is no link fails here, which is the answer.
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
    }

    /// The names in a folder, sorted; empty when it cannot be read.
    static func names(in folder: String) -> [String] {
        // A folder that vanished or may not be read has no names to offer; the pattern then matches nothing.
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    /// The path with all symbolic links resolved, as far as it exists.
    static func canonical(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }

    static func absolute(_ path: String) -> String {
        normalized(path.hasPrefix("/") ? path : join(FileManager.default.currentDirectoryPath, path))
    }

    static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    static func parent(of path: String) -> String {
        let parts = path.split(separator: "/").dropLast()
        return "/" + parts.joined(separator: "/")
    }

    static func lastComponent(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }

    /// An absolute path without `.`, `..` and doubled slashes, by text alone.
    static func normalized(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// True when `path` is `folder` or lies below it. Both are canonical.
    static func isInside(_ path: String, _ folder: String) -> Bool {
        folder == "/" || path == folder || path.hasPrefix(folder + "/")
    }
}
