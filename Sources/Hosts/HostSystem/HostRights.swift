/// What may be done with a descriptor; the bits are preview 1's `rights`, which newer versions do without.
///
/// A right can be given up, never won back. The grant of a folder is checked apart from them, in `HostDirectory`.
public struct HostRights: OptionSet, Sendable {
    /// The bits as preview 1 numbers them.
    public let rawValue: UInt64

    /// Rights from preview 1's bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let fileDataSync = HostRights(rawValue: 1 << 0)
    /// Reading bytes.
    public static let fileRead = HostRights(rawValue: 1 << 1)
    package static let fileSeek = HostRights(rawValue: 1 << 2)
    package static let fileSetFlags = HostRights(rawValue: 1 << 3)
    package static let fileSync = HostRights(rawValue: 1 << 4)
    package static let fileTell = HostRights(rawValue: 1 << 5)
    /// Writing bytes.
    public static let fileWrite = HostRights(rawValue: 1 << 6)
    package static let fileAdvise = HostRights(rawValue: 1 << 7)
    package static let fileAllocate = HostRights(rawValue: 1 << 8)
    package static let pathCreateDirectory = HostRights(rawValue: 1 << 9)
    package static let pathCreateFile = HostRights(rawValue: 1 << 10)
    package static let pathLinkSource = HostRights(rawValue: 1 << 11)
    package static let pathLinkTarget = HostRights(rawValue: 1 << 12)
    package static let pathOpen = HostRights(rawValue: 1 << 13)
    package static let fileReadDirectory = HostRights(rawValue: 1 << 14)
    package static let pathReadLink = HostRights(rawValue: 1 << 15)
    package static let pathRenameSource = HostRights(rawValue: 1 << 16)
    package static let pathRenameTarget = HostRights(rawValue: 1 << 17)
    package static let pathStatus = HostRights(rawValue: 1 << 18)
    package static let pathSetSize = HostRights(rawValue: 1 << 19)
    package static let pathSetTimes = HostRights(rawValue: 1 << 20)
    package static let fileStatus = HostRights(rawValue: 1 << 21)
    package static let fileSetSize = HostRights(rawValue: 1 << 22)
    package static let fileSetTimes = HostRights(rawValue: 1 << 23)
    package static let pathSymbolicLink = HostRights(rawValue: 1 << 24)
    package static let pathRemoveDirectory = HostRights(rawValue: 1 << 25)
    package static let pathUnlink = HostRights(rawValue: 1 << 26)
    package static let poll = HostRights(rawValue: 1 << 27)
    package static let socketShutdown = HostRights(rawValue: 1 << 28)
    package static let socketAccept = HostRights(rawValue: 1 << 29)

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
