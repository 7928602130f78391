import ComponentModel
import ComponentRuntime
import HostSystem

/// `wasi:filesystem/types`' `descriptor`: an entry of the system's descriptor table, closed when the guest drops it.
final class Descriptor: HostResource {
    static let resourceType = RuntimeResourceType.host()

    let number: UInt32
    /// Whether a folder was opened to change what is beneath it.
    let isMutating: Bool
    private let system: GuestSystem
    private let isOwned: Bool

    /// A descriptor that was opened for the guest, or with `isOwned` false one that stays: a preopened folder.
    init(_ number: UInt32, of system: GuestSystem, isOwned: Bool = true, isMutating: Bool = true) {
        self.number = number
        self.isMutating = isMutating
        self.system = system
        self.isOwned = isOwned
    }

    deinit {
        // Only this object knows the number, so it is still open.
        if isOwned { try? system.close(number) }
    }
}

/// `wasi:filesystem/types`' `directory-entry-stream`.
final class DirectoryEntryStream: HostResource {
    static let resourceType = RuntimeResourceType.host()

    private let system: GuestSystem
    private let stream: HostDirectoryStream
    private var ahead: ArraySlice<HostDirectoryEntry> = []
    private var position: UInt64 = 0

    init(_ stream: HostDirectoryStream, of system: GuestSystem) {
        self.stream = stream
        self.system = system
    }

    /// The next name that is not the folder's own or that above it.
    func next(for guest: some HostWaiting) throws(HostFailure) -> DirectoryEntry? {
        while true {
            if ahead.isEmpty {
                ahead = try system.entries(of: stream, after: position, for: guest)
                guard let last = ahead.last else { return nil }
                position = last.next
            }
            let entry = ahead.removeFirst()
            guard let name = String(validating: entry.name, as: UTF8.self) else {
                throw .code(.illegalByteSequence)
            }
            if name != ".", name != ".." {
                return DirectoryEntry(CanonicalTuple(DescriptorType(entry.type), name))
            }
        }
    }
}
