import AppModel
import HostSystem

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Turns the files that a manifest mounts into folders that a guest can be granted.
///
/// A mounted folder is granted as it is. Files mounted one by one, and folders inside such a mount, are copied into a
/// folder of this process, as a guest's folder cannot be put together from parts.
public struct FileStaging: Sendable {
    /// Where copies go: one folder for each component.
    public let folder: String

    /// Copies go below `folder`, which the caller removes at the end.
    public init(folder: String) { self.folder = folder }

    func directories(for component: Component) throws -> [DirectoryGrant] {
        let files = component.files
        let copiesRoot = files.contains { $0.kind == .file } || files.filter { $0.guestPath == "/" }.count > 1
        guard copiesRoot else { return files.map { grant($0.hostPath, $0.guestPath, $0.access) } }
        // Copies are for this user alone, whoever may read the originals.
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let root = "\(folder)/\(component.id)"
        // Longest guest path last, so that a mount inside another one wins.
        for mount in files.sorted(by: { $0.guestPath.utf8.count < $1.guestPath.utf8.count }) {
            try copy(mount, into: root)
        }
        let access = files.contains { $0.access == .readWrite } ? FileMount.Access.readWrite : .readOnly
        return [grant(root, "/", access)]
    }

    private func grant(_ host: String, _ guest: String, _ access: FileMount.Access) -> DirectoryGrant {
        DirectoryGrant(hostPath: host, guestPath: guest, access: access == .readOnly ? .readOnly : .readWrite)
    }

    private func copy(_ mount: FileMount, into root: String) throws {
        let files = FileManager.default
        let target = root + mount.guestPath
        if mount.kind == .folder {
            try files.createDirectory(atPath: target, withIntermediateDirectories: true)
            for name in try files.contentsOfDirectory(atPath: mount.hostPath) {
                try replace("\(target)/\(name)", with: "\(mount.hostPath)/\(name)")
            }
        } else {
            let parent = target[..<(target.lastIndex(of: "/") ?? target.startIndex)]
            try files.createDirectory(atPath: String(parent), withIntermediateDirectories: true)
            try replace(target, with: mount.hostPath)
        }
    }

    private func replace(_ target: String, with source: String) throws {
        if FileManager.default.fileExists(atPath: target) {
            try FileManager.default.removeItem(atPath: target)
        }
        try FileManager.default.copyItem(atPath: source, toPath: target)
    }
}
