/// A file or a folder of the host that a guest sees under a path of its own.
public struct FileMount: Sendable, Equatable {
    /// What the guest may do with it.
    public enum Access: Sendable, Equatable {
        case readOnly
        case readWrite
    }

    /// What lies at the host path.
    public enum Kind: Sendable, Equatable {
        /// One regular file.
        case file
        /// A folder with everything below it.
        case folder
    }

    /// Absolute path on the host, with no symbolic link in it at the time the manifest was read.
    public var hostPath: String
    /// Absolute path in the guest, without `.`, `..`, doubled or trailing slashes.
    public var guestPath: String
    /// What lies at the host path.
    public var kind: Kind
    /// What the guest may do with it.
    public var access: Access

    /// A mount of `hostPath` at `guestPath`.
    public init(hostPath: String, guestPath: String, kind: Kind, access: Access = .readOnly) {
        self.hostPath = hostPath
        self.guestPath = guestPath
        self.kind = kind
        self.access = access
    }
}
