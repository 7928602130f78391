import AppModel

/// Turns `files` and `exclude_files` of components into mounts, inside the application's folder and within limits.
final class FileResolver {
    /// Canonical path of the application's folder.
    let folder: String
    private let limits: ManifestLimits
    private var visited = 0
    private var matched = 0
    private var steps = 0

    init(folder: String, limits: ManifestLimits) {
        self.folder = folder
        self.limits = limits
    }

    /// Why an entry was refused, as a sentence.
    struct Refusal: Error {
        let sentence: String
    }

    /// A path of the manifest, absolute and canonical, inside the folder. The file need not exist.
    func path(_ text: String) throws(Refusal) -> String {
        if text.isEmpty { throw Refusal(sentence: "must not be empty") }
        if text.hasPrefix("/") {
            throw Refusal(
                sentence: "must be relative to the folder of the manifest, not the absolute path \(text)")
        }
        let canonical = Files.canonical(Files.join(folder, text))
        guard Files.isInside(canonical, folder) else { throw outside(text) }
        return canonical
    }

    private func outside(_ text: String) -> Refusal {
        Refusal(sentence: "\(text) leads out of the application's folder; files must lie inside it")
    }

    /// The mounts of a pattern or plain path, which keep their relative paths in the guest.
    func mounts(pattern text: String, excluding: [GlobPattern]) throws(Refusal) -> [FileMount] {
        let pattern = try normalized(text)
        let plain = try path(pattern)
        let guestPath = "/" + pattern
        switch Files.kind(of: plain) {
        case .folder: return try folderMounts(plain, at: guestPath, excluding: excluding)
        case .file: return try [fileMount(plain, at: guestPath)]
        default: break
        }
        guard GlobPattern.isPattern(pattern) else {
            throw Refusal(sentence: "there is no file or folder \(text)")
        }
        return try globMounts(pattern, excluding: excluding)
    }

    /// The mounts of `{ source, destination }`.
    func mounts(
        source: String, destination: String, excluding: [GlobPattern]
    ) throws(Refusal) -> [FileMount] {
        let guestPath = try Self.guestPath(destination)
        let plain = try path(source)
        switch Files.kind(of: plain) {
        case .folder: return try folderMounts(plain, at: guestPath, excluding: excluding)
        case .file:
            if destination.hasSuffix("/") {
                throw Refusal(
                    sentence:
                        "\(source) is a file, so its destination \(destination) must be the name of a file")
            }
            return try [fileMount(plain, at: guestPath)]
        default: throw Refusal(sentence: "there is no file or folder \(source)")
        }
    }

    /// A destination in the guest without `.`, `..` and doubled slashes.
    static func guestPath(_ text: String) throws(Refusal) -> String {
        guard text.hasPrefix("/") else {
            throw Refusal(sentence: "the destination \(text) must be absolute; write \"/\(text)\"")
        }
        if text.split(separator: "/").contains("..") {
            throw Refusal(sentence: "the destination \(text) must not contain \"..\"")
        }
        return Files.normalized(text)
    }

    /// Parses patterns to leave out.
    func exclusion(_ text: String) throws(Refusal) -> GlobPattern {
        do {
            return try GlobPattern(normalized(text), reach: .path)
        } catch let error as GlobPattern.Invalid {
            throw Refusal(sentence: error.sentence)
        } catch let error as Refusal {
            throw error
        } catch {
            throw Refusal(sentence: "\(error)")
        }
    }

    private func normalized(_ text: String) throws(Refusal) -> String {
        if text.utf8.count > limits.patternBytesMax {
            throw Refusal(sentence: "a pattern may have at most \(limits.patternBytesMax) bytes")
        }
        if text.isEmpty { throw Refusal(sentence: "must not be empty") }
        if text.hasPrefix("/") {
            throw Refusal(
                sentence: "must be relative to the folder of the manifest, not the absolute path \(text)")
        }
        let parts = text.split(separator: "/")
        if parts.last == "." || parts.last == ".." {
            throw Refusal(
                sentence: """
                    a pattern must not end in "." or ".."; write { source = "…", destination = "/…" } to include a \
                    folder, or a pattern that ends in "**/*"
                    """)
        }
        if parts.contains("..") { throw outside(text) }
        return parts.filter { $0 != "." }.joined(separator: "/")
    }
}

// Walking.
extension FileResolver {
    private func fileMount(_ path: String, at guestPath: String) throws(Refusal) -> FileMount {
        matched += 1
        if matched > limits.matchedFilesMax {
            throw Refusal(
                sentence:
                    "the patterns name more than \(limits.matchedFilesMax) files; mount a folder instead")
        }
        return FileMount(hostPath: path, guestPath: guestPath, kind: .file)
    }

    /// A whole folder, or its files one by one when some are left out or lead elsewhere.
    private func folderMounts(
        _ path: String, at guestPath: String, excluding: [GlobPattern]
    ) throws(Refusal) -> [FileMount] {
        if excluding.isEmpty { return [FileMount(hostPath: path, guestPath: guestPath, kind: .folder)] }
        var mounts: [FileMount] = []
        try walk(path, depthLeft: nil) { (file: String, relative: String) throws(Refusal) in
            if try isExcluded(Files.join(path, relative), excluding) { return }
            mounts.append(try fileMount(file, at: Files.join(guestPath, relative)))
        }
        return mounts
    }

    private func globMounts(_ text: String, excluding: [GlobPattern]) throws(Refusal) -> [FileMount] {
        let pattern: GlobPattern
        do {
            pattern = try GlobPattern(text, reach: .part)
        } catch {
            throw Refusal(sentence: error.sentence)
        }
        let prefix = pattern.literalPrefix.joined(separator: "/")
        let start = prefix.isEmpty ? folder : try path(prefix)
        var mounts: [FileMount] = []
        try walk(start, depthLeft: pattern.depth) { (file: String, relative: String) throws(Refusal) in
            let shown = prefix.isEmpty ? relative : prefix + "/" + relative
            guard try matches(pattern, shown), try !isExcluded(Files.join(start, relative), excluding) else {
                return
            }
            mounts.append(try fileMount(file, at: "/" + shown))
        }
        return mounts
    }

    private func isExcluded(_ path: String, _ excluding: [GlobPattern]) throws(Refusal) -> Bool {
        let relative = String(path.utf8.dropFirst(folder == "/" ? 1 : folder.utf8.count + 1)) ?? path
        for pattern in excluding {
            if try matches(pattern, relative) { return true }
        }
        return false
    }

    private func matches(_ pattern: GlobPattern, _ path: String) throws(Refusal) -> Bool {
        steps += pattern.steps(for: path)
        if steps > limits.matchStepsMax {
            throw Refusal(
                sentence:
                    "matching the patterns of this application takes too long; use fewer or simpler ones")
        }
        return pattern.matches(path)
    }

    /// Calls `found` with each regular file below `start`: its canonical path, and its path below `start`.
    ///
    /// Symbolic links to files are followed inside the application's folder. Links to folders are followed only
    /// where the depth is bounded, so that a cycle ends.
    private func walk(
        _ start: String, depthLeft: Int?, found: (String, String) throws(Refusal) -> Void
    ) throws(Refusal) {
        var pending: [(path: String, relative: String, depth: Int)] = [(start, "", 0)]
        while let (path, relative, depth) = pending.popLast() {
            for name in Files.names(in: path) {
                visited += 1
                if visited > limits.visitedFilesMax {
                    throw Refusal(
                        sentence: """
                            the patterns of this application look at more than \(limits.visitedFilesMax) files; \
                            start them with a folder
                            """)
                }
                let shown = relative.isEmpty ? name : relative + "/" + name
                let child = Files.join(path, name)
                let isLink = Files.isSymbolicLink(child)
                let target = isLink ? Files.canonical(child) : child
                switch Files.kindWithoutFollowing(target) {
                case .file:
                    guard Files.isInside(target, folder) else { throw outside(shown) }
                    try found(target, shown)
                case .folder where !isLink || depthLeft != nil:
                    if isLink, !Files.isInside(target, folder) { throw outside(shown) }
                    if let depthLeft, depth + 1 >= depthLeft { continue }
                    if depth + 1 >= limits.folderDepthMax {
                        throw Refusal(
                            sentence: "folders are nested deeper than \(limits.folderDepthMax): \(shown)")
                    }
                    pending.append((target, shown, depth + 1))
                default: continue
                }
            }
        }
    }
}
