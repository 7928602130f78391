#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How to open a name beneath a folder.
public struct HostOpenOptions: Sendable, Equatable {
    /// Follow a symbolic link that is the last name.
    public var followsLinks = false
    /// Make the file where there is none.
    public var creates = false
    /// Fail where there is one; with `creates`.
    public var isExclusive = false
    /// Fail where it is no folder.
    public var isDirectory = false
    /// Empty the file.
    public var truncates = false
    /// Open for reading.
    public var reads = true
    /// Open for writing.
    public var writes = false
    /// Every write goes to the end.
    public var appends = false
    /// Writes wait for the disk: for content and metadata, and for content alone.
    public var syncs = false
    /// See `syncs`.
    public var syncsData = false

    /// Reading, and nothing else.
    public init() {}

    /// Whether opening this way changes anything, or opens the way to it.
    public var isWriting: Bool { writes || creates || truncates }

    var flags: Int32 {
        // Never wait for the other end of a pipe, never get a controlling terminal.
        var flags = O_NONBLOCK | O_NOCTTY
        if writes { flags |= reads ? O_RDWR : O_WRONLY } else { flags |= O_RDONLY }
        if !followsLinks { flags |= O_NOFOLLOW }
        if creates { flags |= O_CREAT }
        if isExclusive { flags |= O_EXCL }
        if isDirectory { flags |= O_DIRECTORY }
        if truncates { flags |= O_TRUNC }
        if appends { flags |= O_APPEND }
        if syncs { flags |= O_SYNC }
        if syncsData { flags |= O_DSYNC }
        return flags
    }
}

/// What a name turned out to be when it was opened.
public enum HostOpened: Sendable {
    /// A file, or a block device.
    case file(HostFile)
    /// A folder, with the access of the one it was found beneath.
    case directory(HostDirectory)
    /// A pipe or a character device: something to wait for.
    case stream(DescriptorStream)
}

extension HostDirectory {
    /// Opens what `path` names.
    ///
    /// With `isCachedOnly` fails with `wouldBlock` where a disk might have to be asked.
    public func open(
        _ path: String, _ options: HostOpenOptions, isCachedOnly: Bool = false
    ) throws(HostError) -> HostOpened {
        if options.isWriting { try requireWritable() }
        if options.isDirectory && options.creates { throw .invalid }
        let path = try GuestPath(path, limits: limits)
        let opened = try OwnedDescriptor { () throws(HostError) in
            try openBeneath(path, options.flags, mode: 0o666, isCachedOnly: isCachedOnly)
        }
        let type = try SystemCall.status(opened.number).type
        switch type {
        case .directory:
            let directory = HostDirectory(opened, access: access, limits: limits, resolution: resolution)
            return .directory(directory)
        case .regularFile, .blockDevice:
            return .file(HostFile(opened, type: type, options: options, access: access))
        default: return .stream(DescriptorStream(opened, type: type))
        }
    }

    /// The status of the folder itself.
    public func status() throws(HostError) -> HostFileStatus { try SystemCall.status(descriptor) }

    /// Sets the folder's own times.
    public func setTimes(accessed: HostFileTime, modified: HostFileTime) throws(HostError) {
        try requireWritable()
        try SystemCall.setTimes(descriptor, accessed: accessed, modified: modified)
    }

    /// Waits until the folder's names are on the disk.
    public func sync() throws(HostError) {
        _ = try SystemCall.retrying { fsync(descriptor) }
    }
}
