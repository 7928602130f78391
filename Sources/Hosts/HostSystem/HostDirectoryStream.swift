#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// One name in a folder.
public struct HostDirectoryEntry: Sendable, Equatable {
    /// Where to go on behind this entry: the system's own number, meaningful for the same stream only.
    public var next: UInt64
    /// The number of the file.
    public var inode: UInt64
    /// What it is, if not changed since.
    public var type: HostFileType
    /// The name as the system has it, usually UTF-8.
    public var name: [UInt8]
}

/// A reader of a folder's names with its own position, so that guests which share a folder do not share that.
///
/// What one call of the system gave is kept until it is used up: a guest with a small buffer asks for it in pieces, and
/// file systems without stable positions give each name once.
public final class HostDirectoryStream: Sendable {
    private struct State {
        var entries: ArraySlice<HostDirectoryEntry> = []
        /// Where `entries` begins, and where the system goes on after it.
        var position: UInt64 = 0
        var systemPosition: UInt64 = 0
    }

    private let owned: OwnedDescriptor
    private var descriptor: Int32 { owned.number }
    private let own: UInt64
    private let chunkBytes: Int
    private let state = Mutex(State())

    /// A stream at the first name of the folder.
    public init(_ directory: HostDirectory) throws(HostError) {
        owned = try OwnedDescriptor { () throws(HostError) in
            try SystemCall.open(at: directory.descriptor, ".", O_RDONLY | O_DIRECTORY)
        }
        chunkBytes = directory.limits.directoryChunkBytes
        own = try SystemCall.status(owned.number).inode
    }

    /// The next entries behind `cookie` (0: from the start), as many as the system gives at once; empty at the end.
    ///
    /// `.` and `..` are among them; `..` has the folder's own number, because what is above may be none of the guest's
    /// business.
    public func entries(after cookie: UInt64) throws(HostError) -> ArraySlice<HostDirectoryEntry> {
        try state.withLock { (state) throws(HostError) in
            if cookie != state.position || cookie == 0 {
                if cookie != 0, let index = state.entries.firstIndex(where: { $0.next == cookie }) {
                    state.entries = state.entries[(index + 1)...]
                } else {
                    state.entries = []
                }
                state.position = cookie
            }
            if state.entries.isEmpty { try fill(&state) }
            return state.entries
        }
    }

    private func fill(_ state: inout State) throws(HostError) {
        if state.systemPosition != state.position || state.position == 0 {
            guard let offset = off_t(exactly: state.position) else { throw .invalid }
            _ = try SystemCall.retrying { lseek(descriptor, offset, Int32(SEEK_SET)) }
        }
        var bytes = [UInt8](repeating: 0, count: chunkBytes)
        let count = try SystemCall.readDirectory(descriptor, &bytes)
        state.entries = try parse(bytes[..<count])[...]
        state.systemPosition = state.entries.last?.next ?? state.position
    }

    /// `struct linux_dirent64`: inode 8, next position 8, record length 2, type 1, name up to a zero byte.
    private func parse(_ bytes: ArraySlice<UInt8>) throws(HostError) -> [HostDirectoryEntry] {
        var entries: [HostDirectoryEntry] = []
        var rest = bytes
        while rest.count > 19 {
            let record = rest.startIndex
            let length = Int(rest[record + 16]) | Int(rest[record + 17]) << 8
            guard length > 19, length <= rest.count else { throw .inputOutput }
            let name = Array(rest[(record + 19)..<(record + length)].prefix { $0 != 0 })
            var inode = Self.number(rest[record..<(record + 8)])
            var type = HostFileType(entryType: rest[record + 18])
            if name == [UInt8(ascii: "."), UInt8(ascii: ".")] { inode = own }
            if type == nil { type = typeOfName(name) }
            entries.append(
                HostDirectoryEntry(
                    next: Self.number(rest[(record + 8)..<(record + 16)]), inode: inode,
                    type: type ?? .unknown, name: name))
            rest = rest[(record + length)...]
        }
        return entries
    }

    /// For file systems that do not say what a name stands for.
    private func typeOfName(_ name: [UInt8]) -> HostFileType? {
        guard let name = String(validating: name, as: UTF8.self) else { return nil }
        // The name may be gone by now; then nothing is known of it.
        return try? SystemCall.status(descriptor, name).type
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
