/// An entry of a guest's descriptor table.
public struct HostDescriptor: Sendable {
    /// What it stands for.
    public enum Kind: Sendable {
        /// Standard input, output or error (0, 1, 2) of the instance.
        case standard(UInt8)
        /// A file.
        case file(HostFile)
        /// A folder.
        case directory(HostDirectory)
        /// A pipe or device beneath a folder.
        case stream(DescriptorStream)
        /// A socket.
        case socket(HostSocket)
    }

    /// What it stands for.
    public let kind: Kind
    /// What may be done with it.
    public internal(set) var rights: HostRights
    /// What may be done, at most, with what is opened beneath it.
    public internal(set) var inheriting: HostRights
    /// The guest's flags.
    public internal(set) var flags: HostDescriptorFlags = []
    /// Where a preopened folder is in the guest's eyes.
    public let preopenName: String?
    /// The reader of a folder's names, once the guest has asked for them.
    var directoryStream: HostDirectoryStream?

    init(_ kind: Kind, rights: HostRights, inheriting: HostRights = [], preopenName: String? = nil) {
        self.kind = kind
        self.rights = rights
        self.inheriting = inheriting
        self.preopenName = preopenName
    }

    /// Fails unless the descriptor carries all of `needed`.
    func require(_ needed: HostRights) throws(HostError) {
        if !rights.isSuperset(of: needed) { throw .notCapable }
    }
}

/// Flags of a descriptor; the bits are preview 1's `fdflags`.
public struct HostDescriptorFlags: OptionSet, Sendable {
    /// The bits as preview 1 numbers them.
    public let rawValue: UInt16

    /// Flags from preview 1's bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Every write goes to the end.
    public static let append = HostDescriptorFlags(rawValue: 1 << 0)
    /// Writes wait until content is on the disk.
    public static let dataSync = HostDescriptorFlags(rawValue: 1 << 1)
    /// A call that would wait fails with `wouldBlock`.
    public static let nonBlocking = HostDescriptorFlags(rawValue: 1 << 2)
    /// Reads wait too until what they read is on the disk.
    public static let readSync = HostDescriptorFlags(rawValue: 1 << 3)
    /// Writes wait until content and metadata are on the disk.
    public static let sync = HostDescriptorFlags(rawValue: 1 << 4)

    /// Flags that are decided when a file is opened.
    static let fixed: HostDescriptorFlags = [.dataSync, .readSync, .sync]
}
