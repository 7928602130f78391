#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a grant allows on a folder and all beneath it.
public enum HostAccess: Sendable, Equatable {
    /// Look and read.
    case readOnly
    /// Look, read, create, change and remove.
    case readWrite
}

/// How paths are kept beneath a folder.
public enum PathResolution: Sendable, Equatable {
    /// By the kernel, with `openat2` and `RESOLVE_BENEATH`.
    case kernel
    /// By walking component by component; for kernels without that call.
    case walk

    /// What this machine can do.
    public static var best: PathResolution { SystemCall.canOpenBeneath ? .kernel : .walk }
}

/// An open folder that a guest may use, and the only way to anything beneath it.
///
/// No path given to it leads out: not by `..`, not by a symbolic link (an absolute one is refused, it has no meaning in
/// here), not while others move folders and links about. Writing is refused here where the grant is for reading, for
/// every WASI version alike. Calls may wait for a disk; they may be made from any thread.
public final class HostDirectory: Sendable {
    private let owned: OwnedDescriptor
    var descriptor: Int32 { owned.number }
    let limits: HostSystemLimits
    let resolution: PathResolution

    /// What the grant allows.
    public let access: HostAccess

    init(
        _ owned: consuming OwnedDescriptor, access: HostAccess, limits: HostSystemLimits,
        resolution: PathResolution
    ) {
        self.owned = owned
        self.access = access
        self.limits = limits
        self.resolution = resolution
    }

    /// Opens a folder of the host for guests. Here, and only here, the path is the operator's, and followed anywhere.
    public init(
        hostPath: String, access: HostAccess, limits: HostSystemLimits = HostSystemLimits(),
        resolution: PathResolution = .best
    ) throws(HostError) {
        owned = OwnedDescriptor(uncounted: try SystemCall.open(hostPath, O_RDONLY | O_DIRECTORY))
        self.access = access
        self.limits = limits
        self.resolution = resolution
    }

    /// Times that a lookup with `..` is tried again when renames elsewhere disturb it, before it is walked instead.
    private static let lookupAttempts = 16

    func requireWritable() throws(HostError) {
        if access == .readOnly { throw .readOnly }
    }

    /// Opens `path` beneath the folder. With `isCachedOnly` fails with `wouldBlock` where a disk might have to be asked.
    func openBeneath(
        _ path: GuestPath, _ flags: Int32, mode: UInt32 = 0, isCachedOnly: Bool = false
    ) throws(HostError) -> Int32 {
        switch resolution {
        case .walk:
            if isCachedOnly { throw .wouldBlock }
            return try openWalking(path.text, flags, mode: mode)
        case .kernel:
            for _ in 0..<Self.lookupAttempts {
                do {
                    return try SystemCall.openBeneath(
                        descriptor, path.text, flags, mode: mode, isCachedOnly: isCachedOnly)
                } catch {
                    switch error {
                    case .crossDevice: throw .notPermitted
                    case .wouldBlock where !isCachedOnly: continue
                    default: throw error
                    }
                }
            }
            return try openWalking(path.text, flags, mode: mode)
        }
    }

    private func openWalking(_ path: String, _ flags: Int32, mode: UInt32) throws(HostError) -> Int32 {
        let isExclusive = flags & O_CREAT != 0 && flags & O_EXCL != 0
        var walk = PathWalk(root: descriptor, limits: limits)
        let place = try walk.find(path, followLast: flags & O_NOFOLLOW == 0 && !isExclusive)
        var flags = flags | O_NOFOLLOW
        if place.hasTrailingSlash {
            if flags & O_CREAT != 0 { throw .isDirectory }
            flags |= O_DIRECTORY
        }
        return try SystemCall.open(at: place.directory, place.name, flags, mode: mode)
    }

    /// Gives `body` the folder that holds the last name of `path`.
    func withParent<Value>(
        of path: GuestPath, _ body: (Int32) throws(HostError) -> Value
    ) throws(HostError) -> Value {
        guard let parent = path.parent else { return try body(descriptor) }
        let parentPath = try GuestPath(parent, limits: limits)
        if resolution == .walk {
            var walk = PathWalk(root: descriptor, limits: limits)
            return try body(try walk.enterAll(parent))
        }
        let opened = try openBeneath(parentPath, SystemCall.pathOnly | O_DIRECTORY)
        defer { SystemCall.close(opened) }
        return try body(opened)
    }

    /// Checks that a path of dots leads to a folder beneath, then fails with `error`: such a name can be neither made
    /// nor removed.
    func refuseDots(_ path: GuestPath, _ error: HostError) throws(HostError) {
        guard path.isDots else { return }
        SystemCall.close(try openBeneath(path, SystemCall.pathOnly | O_DIRECTORY))
        throw error
    }
}
