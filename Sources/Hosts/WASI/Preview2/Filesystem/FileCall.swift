import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// What a function about a file works with, in every version.
struct FileCall {
    let system: GuestSystem
    let number: UInt32
    let guest: Fiber

    init(_ call: borrowing ComponentCall, _ descriptor: Borrow<Descriptor>) throws(Trap) {
        system = call.system
        number = try call.object(descriptor).number
        guest = try call.fiber
    }

    /// Work on the names beneath the folder.
    func onNames<Value: Sendable>(
        _ needed: HostRights,
        _ work: @escaping @Sendable (HostDirectory) throws(HostError) -> Value
    ) throws(HostFailure) -> Value { try system.onNames(number, needed, for: guest, work) }

    func status() throws(HostFailure) -> HostFileStatus {
        do { return try system.status(number) } catch { throw .code(error) }
    }

    /// The status of a name beneath the folder.
    func status(of path: String, _ lookup: PathFlags) throws(HostFailure) -> HostFileStatus {
        try system.status(number, path, followsLinks: lookup.contains(.symlinkFollow), for: guest)
    }

    /// The same, checked and not begun.
    func askingStatus(of path: String, _ lookup: PathFlags) throws(HostError) -> FileWork<HostFileStatus> {
        try system.askingStatus(number, path, followsLinks: lookup.contains(.symlinkFollow))
    }

    /// What the descriptor is for, and how it writes.
    func flags() throws(HostError) -> DescriptorFlags {
        let ways = try system.ways(number)
        let host = try system.descriptor(number).flags
        var flags: DescriptorFlags = []
        if ways.reads { flags.insert(.read) }
        if ways.writes { flags.insert(.write) }
        if ways.changes { flags.insert(.mutateDirectory) }
        if host.contains(.sync) { flags.insert(.fileIntegritySync) }
        if host.contains(.dataSync) { flags.insert(.dataIntegritySync) }
        if host.contains(.readSync) { flags.insert(.requestedWriteSync) }
        return flags
    }
}
