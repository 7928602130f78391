import ComponentModel
import HostSystem

/// `wasi:filesystem/types`' `descriptor-type`.
enum DescriptorType: UInt8, CanonicalEnum {
    case unknown, blockDevice, characterDevice, directory, fifo, symbolicLink, regularFile, socket

    init(_ type: HostFileType) {
        self =
            switch type {
            case .unknown: .unknown
            case .blockDevice: .blockDevice
            case .characterDevice: .characterDevice
            case .directory: .directory
            case .regularFile: .regularFile
            case .socketDatagram, .socketStream: .socket
            case .symbolicLink: .symbolicLink
            }
    }
}

/// `wasi:filesystem/types`' `descriptor-flags`.
struct DescriptorFlags: CanonicalFlags {
    let rawValue: UInt8
    static let labels = [
        "read", "write", "file-integrity-sync", "data-integrity-sync", "requested-write-sync",
        "mutate-directory",
    ]
    static let read = DescriptorFlags(rawValue: 1 << 0)
    static let write = DescriptorFlags(rawValue: 1 << 1)
    static let fileIntegritySync = DescriptorFlags(rawValue: 1 << 2)
    static let dataIntegritySync = DescriptorFlags(rawValue: 1 << 3)
    static let requestedWriteSync = DescriptorFlags(rawValue: 1 << 4)
    static let mutateDirectory = DescriptorFlags(rawValue: 1 << 5)

    /// What of them the core keeps with a descriptor.
    var hostFlags: HostDescriptorFlags {
        var flags: HostDescriptorFlags = []
        if contains(.fileIntegritySync) { flags.insert(.sync) }
        if contains(.dataIntegritySync) { flags.insert(.dataSync) }
        if contains(.requestedWriteSync) { flags.insert(.readSync) }
        return flags
    }
}

/// `wasi:filesystem/types`' `path-flags`.
struct PathFlags: CanonicalFlags {
    let rawValue: UInt8
    static let labels = ["symlink-follow"]
    static let symlinkFollow = PathFlags(rawValue: 1 << 0)
}

/// `wasi:filesystem/types`' `open-flags`.
struct OpenFlags: CanonicalFlags {
    let rawValue: UInt8
    static let labels = ["create", "directory", "exclusive", "truncate"]
    static let create = OpenFlags(rawValue: 1 << 0)
    static let directory = OpenFlags(rawValue: 1 << 1)
    static let exclusive = OpenFlags(rawValue: 1 << 2)
    static let truncate = OpenFlags(rawValue: 1 << 3)

    func options(following flags: PathFlags) -> HostOpenOptions {
        var options = HostOpenOptions()
        options.followsLinks = flags.contains(.symlinkFollow)
        options.creates = contains(.create)
        options.isDirectory = contains(.directory)
        options.isExclusive = contains(.exclusive)
        options.truncates = contains(.truncate)
        return options
    }
}

/// `wasi:filesystem/types`' `modes` of 2023-10-18.
struct FileModes: CanonicalFlags {
    let rawValue: UInt8
    static let labels = ["readable", "writable", "executable"]
}

/// `wasi:filesystem/types`' `advice`, numbered as the core numbers it.
enum FileAdvice: UInt8, CanonicalEnum {
    case normal, sequential, random, willNeed, dontNeed, noReuse

    var hostAdvice: HostFile.Advice { HostFile.Advice(rawValue: rawValue) ?? .normal }
}

/// `wasi:filesystem/types`' `new-timestamp`.
enum NewTimestamp: CanonicalVariant {
    case noChange
    case now
    case timestamp(Datetime)

    static let cases = CanonicalCases<Self>([
        .case("no-change", .noChange),
        .case("now", .now),
        .case("timestamp", make: Self.timestamp) {
            if case .timestamp(let time) = $0 { time } else { nil }
        },
    ])

    var caseNumber: Int {
        switch self {
        case .noChange: 0
        case .now: 1
        case .timestamp: 2
        }
    }

    /// The core's form. A time that it cannot hold fails with `invalid`.
    var hostTime: HostFileTime {
        get throws(HostError) {
            switch self {
            case .noChange: return .keep
            case .now: return .now
            case .timestamp(let time):
                guard let time = time.hostTime else { throw .invalid }
                return .at(time)
            }
        }
    }
}

/// `wasi:filesystem/types`' `access-type` of 2023-10-18.
enum AccessType: CanonicalVariant {
    case access(FileModes)
    case exists

    static let cases = CanonicalCases<Self>([
        .case("access", make: Self.access) { if case .access(let modes) = $0 { modes } else { nil } },
        .case("exists", .exists),
    ])

    var caseNumber: Int {
        if case .exists = self { 1 } else { 0 }
    }
}

/// `wasi:filesystem/types`' `descriptor-stat`.
struct DescriptorStat: CanonicalRecord {
    typealias Fields = CanonicalTuple<DescriptorType, UInt64, UInt64, Datetime?, Datetime?, Datetime?>

    var fields: Fields
    init(_ fields: Fields) { self.fields = fields }
    static let fieldNames = [
        "type", "link-count", "size", "data-access-timestamp", "data-modification-timestamp",
        "status-change-timestamp",
    ]

    init(_ status: HostFileStatus) {
        fields = CanonicalTuple(
            DescriptorType(status.type), status.links, status.size, Datetime(nanoseconds: status.accessed),
            Datetime(nanoseconds: status.modified), Datetime(nanoseconds: status.changed))
    }
}

/// `wasi:filesystem/types`' `directory-entry`.
struct DirectoryEntry: CanonicalRecord {
    typealias Fields = CanonicalTuple<DescriptorType, String>

    var fields: Fields
    init(_ fields: Fields) { self.fields = fields }
    static let fieldNames = ["type", "name"]
}

/// `wasi:filesystem/types`' `metadata-hash-value`.
struct MetadataHash: CanonicalRecord {
    typealias Fields = CanonicalTuple<UInt64, UInt64>

    var fields: Fields
    init(_ fields: Fields) { self.fields = fields }
    static let fieldNames = ["lower", "upper"]

    /// Mixed from what identifies the file, so that the numbers themselves stay with the host.
    init(_ status: HostFileStatus) {
        let lower = Self.mixed(status.inode ^ Self.mixed(status.device))
        fields = CanonicalTuple(lower, Self.mixed(lower ^ status.inode))
    }

    /// The finaliser of SplitMix64.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var bits = value &+ 0x9e37_79b9_7f4a_7c15
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        return bits ^ bits >> 31
    }
}
