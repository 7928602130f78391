import ComponentModel
import HostSystem

/// `wasi:filesystem/types`' `descriptor-type`.
enum FileType: CanonicalVariant {
    case blockDevice, characterDevice, directory, fifo, symbolicLink, regularFile, socket
    case other(String?)

    static let cases = CanonicalCases<Self>([
        .case("block-device", .blockDevice), .case("character-device", .characterDevice),
        .case("directory", .directory), .case("fifo", .fifo), .case("symbolic-link", .symbolicLink),
        .case("regular-file", .regularFile), .case("socket", .socket),
        .case("other", make: Self.other) { if case .other(let text) = $0 { text } else { nil } },
    ])

    var caseNumber: Int {
        switch self {
        case .blockDevice: 0
        case .characterDevice: 1
        case .directory: 2
        case .fifo: 3
        case .symbolicLink: 4
        case .regularFile: 5
        case .socket: 6
        case .other: 7
        }
    }

    init(_ type: HostFileType) {
        self =
            switch type {
            case .unknown: .other(nil)
            case .blockDevice: .blockDevice
            case .characterDevice: .characterDevice
            case .directory: .directory
            case .regularFile: .regularFile
            case .socketDatagram, .socketStream: .socket
            case .symbolicLink: .symbolicLink
            }
    }
}

/// `wasi:filesystem/types`' `descriptor-stat`.
struct FileStat: CanonicalRecord {
    typealias Fields = CanonicalTuple<FileType, UInt64, UInt64, Instant?, Instant?, Instant?>

    var fields: Fields
    init(_ fields: Fields) { self.fields = fields }
    static let fieldNames = DescriptorStat.fieldNames

    init(_ status: HostFileStatus) {
        fields = CanonicalTuple(
            FileType(status.type), status.links, status.size, Instant(nanoseconds: status.accessed),
            Instant(nanoseconds: status.modified), Instant(nanoseconds: status.changed))
    }
}

/// `wasi:filesystem/types`' `new-timestamp`.
enum FileTimestamp: CanonicalVariant {
    case noChange
    case now
    case timestamp(Instant)

    static let cases = CanonicalCases<Self>([
        .case("no-change", .noChange), .case("now", .now),
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

/// `wasi:filesystem/types`' `directory-entry`.
struct FolderEntry: CanonicalRecord {
    typealias Fields = CanonicalTuple<FileType, String>

    var fields: Fields
    init(_ fields: Fields) { self.fields = fields }
    static let fieldNames = DirectoryEntry.fieldNames
}
