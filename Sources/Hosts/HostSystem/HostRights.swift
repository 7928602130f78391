/// What may be done with a descriptor; the bits are preview 1's `rights`, which newer versions do without.
///
/// A right can be given up, never won back. The grant of a folder is checked apart from them, in `HostDirectory`.
public struct HostRights: OptionSet, Sendable {
    /// The bits as preview 1 numbers them.
    public let rawValue: UInt64

    /// Rights from preview 1's bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let fileDataSync = HostRights(rawValue: 1 << 0)
    public static let fileRead = HostRights(rawValue: 1 << 1)
    public static let fileSeek = HostRights(rawValue: 1 << 2)
    public static let fileSetFlags = HostRights(rawValue: 1 << 3)
    public static let fileSync = HostRights(rawValue: 1 << 4)
    public static let fileTell = HostRights(rawValue: 1 << 5)
    public static let fileWrite = HostRights(rawValue: 1 << 6)
    public static let fileAdvise = HostRights(rawValue: 1 << 7)
    public static let fileAllocate = HostRights(rawValue: 1 << 8)
    public static let pathCreateDirectory = HostRights(rawValue: 1 << 9)
    public static let pathCreateFile = HostRights(rawValue: 1 << 10)
    public static let pathLinkSource = HostRights(rawValue: 1 << 11)
    public static let pathLinkTarget = HostRights(rawValue: 1 << 12)
    public static let pathOpen = HostRights(rawValue: 1 << 13)
    public static let fileReadDirectory = HostRights(rawValue: 1 << 14)
    public static let pathReadLink = HostRights(rawValue: 1 << 15)
    public static let pathRenameSource = HostRights(rawValue: 1 << 16)
    public static let pathRenameTarget = HostRights(rawValue: 1 << 17)
    public static let pathStatus = HostRights(rawValue: 1 << 18)
    public static let pathSetSize = HostRights(rawValue: 1 << 19)
    public static let pathSetTimes = HostRights(rawValue: 1 << 20)
    public static let fileStatus = HostRights(rawValue: 1 << 21)
    public static let fileSetSize = HostRights(rawValue: 1 << 22)
    public static let fileSetTimes = HostRights(rawValue: 1 << 23)
    public static let pathSymbolicLink = HostRights(rawValue: 1 << 24)
    public static let pathRemoveDirectory = HostRights(rawValue: 1 << 25)
    public static let pathUnlink = HostRights(rawValue: 1 << 26)
    public static let poll = HostRights(rawValue: 1 << 27)
    public static let socketShutdown = HostRights(rawValue: 1 << 28)
    public static let socketAccept = HostRights(rawValue: 1 << 29)

    /// All that makes sense on a regular file.
    static let file: HostRights = [
        .fileDataSync, .fileRead, .fileSeek, .fileSetFlags, .fileSync, .fileTell, .fileWrite, .fileAdvise,
        .fileAllocate, .fileStatus, .fileSetSize, .fileSetTimes, .poll,
    ]

    /// All that makes sense on a folder.
    static let directory: HostRights = [
        .fileSetFlags, .fileSync, .fileDataSync, .fileAdvise, .pathCreateDirectory, .pathCreateFile,
        .pathLinkSource,
        .pathLinkTarget, .pathOpen, .fileReadDirectory, .pathReadLink, .pathRenameSource, .pathRenameTarget,
        .pathStatus, .pathSetSize, .pathSetTimes, .fileStatus, .fileSetTimes, .pathSymbolicLink,
        .pathRemoveDirectory, .pathUnlink, .poll,
    ]

    /// All that makes sense on a pipe, a terminal, a request's body.
    static let stream: HostRights = [.fileRead, .fileWrite, .fileSetFlags, .fileStatus, .poll]

    /// All that makes sense on a connection.
    static let socket: HostRights = [
        .fileRead, .fileWrite, .fileSetFlags, .fileStatus, .poll, .socketShutdown,
    ]

    /// All that makes sense on a listening socket.
    static let listener: HostRights = [.fileSetFlags, .fileStatus, .poll, .socketAccept]

    /// Rights that change something; a folder granted for reading has none of them.
    static let changing: HostRights = [
        .fileWrite, .fileAllocate, .fileSetSize, .fileSetTimes, .pathCreateDirectory, .pathCreateFile,
        .pathLinkSource, .pathLinkTarget, .pathRenameSource, .pathRenameTarget, .pathSetSize, .pathSetTimes,
        .pathSymbolicLink, .pathRemoveDirectory, .pathUnlink,
    ]

    /// Rights that need a file opened for writing.
    static let needsWriting: HostRights = [.fileWrite, .fileAllocate, .fileSetSize]

    /// The most that a folder of this access gives for itself, and for what is opened beneath it.
    static func preopened(_ access: HostAccess) -> (base: HostRights, inheriting: HostRights) {
        let all = directory.union(file)
        switch access {
        case .readWrite: return (directory, all)
        case .readOnly: return (directory.subtracting(changing), all.subtracting(changing))
        }
    }
}
