#if canImport(Glibc)
    package import Glibc
#else
    package import Darwin
#endif

/// What a descriptor or a name stands for; the raw values are preview 1's `filetype`.
public enum HostFileType: UInt8, Sendable {
    case unknown = 0
    case blockDevice = 1
    case characterDevice = 2
    case directory = 3
    case regularFile = 4
    case socketDatagram = 5
    case socketStream = 6
    case symbolicLink = 7

    /// The type in a mode of `stat`.
    package init(mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFREG: self = .regularFile
        case S_IFDIR: self = .directory
        case S_IFLNK: self = .symbolicLink
        case S_IFCHR: self = .characterDevice
        case S_IFBLK: self = .blockDevice
        case S_IFSOCK: self = .socketStream
        default: self = .unknown
        }
    }

    /// The type in a folder entry (`DT_…` of `readdir`); nil where the file system does not say.
    init?(entryType: UInt8) {
        switch entryType {
        case 8: self = .regularFile
        case 4: self = .directory
        case 10: self = .symbolicLink
        case 2: self = .characterDevice
        case 6: self = .blockDevice
        case 12: self = .socketStream
        case 1: self = .unknown
        default: return nil
        }
    }
}

/// What is known of a file. Times are nanoseconds since the epoch.
public struct HostFileStatus: Sendable, Equatable {
    /// The device, with `inode` the file's identity.
    public var device: UInt64 = 0
    /// The number of the file on its device.
    public var inode: UInt64 = 0
    /// What it is.
    public var type: HostFileType
    /// Hard links to it.
    public var links: UInt64 = 1
    /// Bytes in it; of a symbolic link, in its text.
    public var size: UInt64 = 0
    /// Last read.
    public var accessed: UInt64 = 0
    /// Last change of its content.
    public var modified: UInt64 = 0
    /// Last change of what is known of it.
    public var changed: UInt64 = 0

    /// The status of a thing that is not a file.
    public init(type: HostFileType) { self.type = type }

    package init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
        type = HostFileType(mode: status.st_mode)
        links = UInt64(truncatingIfNeeded: status.st_nlink)
        size = UInt64(truncatingIfNeeded: status.st_size)
        #if canImport(Darwin)
            accessed = Self.nanoseconds(status.st_atimespec)
            modified = Self.nanoseconds(status.st_mtimespec)
            changed = Self.nanoseconds(status.st_ctimespec)
        #else
            accessed = Self.nanoseconds(status.st_atim)
            modified = Self.nanoseconds(status.st_mtim)
            changed = Self.nanoseconds(status.st_ctim)
        #endif
    }

    /// Times before the epoch have no number in WASI; they count as the epoch.
    private static func nanoseconds(_ time: timespec) -> UInt64 {
        guard time.tv_sec >= 0 else { return 0 }
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}

/// What to do with a file's time.
public enum HostFileTime: Sendable, Equatable {
    /// Leave it.
    case keep
    /// Set it to the present.
    case now
    /// Set it to this many nanoseconds since the epoch.
    case at(UInt64)

    var specification: timespec {
        switch self {
        // UTIME_OMIT and UTIME_NOW, macros that Swift cannot read.
        case .keep: timespec(tv_sec: 0, tv_nsec: Int((1 << 30) - 2))
        case .now: timespec(tv_sec: 0, tv_nsec: Int((1 << 30) - 1))
        case .at(let time):
            timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
        }
    }
}
