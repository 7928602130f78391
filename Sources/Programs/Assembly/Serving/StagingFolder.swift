#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where this process puts copies of mounted files: a folder named after it, among the system's temporary files.
struct StagingFolder {
    let path: String

    private static let prefix = "martlet-files-"
    private let parent: String

    init(in parent: String = FileManager.default.temporaryDirectory.path) {
        self.parent = parent
        path = "\(parent)/\(Self.prefix)\(getpid())-\(UUID().uuidString)"
    }

    func remove() {
        // Most applications need no copies: there is nothing to remove then.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Removes the folders of processes that were killed.
    func removeLeftovers() {
        // What cannot be read or removed belongs to somebody else.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] {
            guard name.hasPrefix(Self.prefix),
                let owner = pid_t(name.dropFirst(Self.prefix.count).prefix { $0 != "-" }), owner > 0,
                kill(owner, 0) != 0, errno == ESRCH
            else { continue }
            // Another process may be at it too.
            try? FileManager.default.removeItem(atPath: "\(parent)/\(name)")
        }
    }
}
