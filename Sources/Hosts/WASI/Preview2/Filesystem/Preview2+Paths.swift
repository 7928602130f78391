import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// Names beneath a folder.
extension Preview2 {
    static func defineOpen(in types: HostInterface) {
        types.function("[method]descriptor.open-at") {
            (
                call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, lookup: PathFlags,
                path: String,
                open: OpenFlags, flags: DescriptorFlags
            ) throws(Trap) -> FileAnswer<Own<Descriptor>> in
            try self.open(descriptor, path, open.options(following: lookup), flags, call)
        }
    }

    static func open(
        _ descriptor: Borrow<Descriptor>, _ path: String, _ options: HostOpenOptions,
        _ flags: DescriptorFlags,
        _ call: borrowing ComponentCall
    ) throws(Trap) -> FileAnswer<Own<Descriptor>> {
        let file = try FileCall(call, descriptor)
        let opened: UInt32
        do throws(HostFailure) {
            opened = try file.system.open(
                file.number, path, options, reads: flags.contains(.read), writes: flags.contains(.write),
                flags: flags.hostFlags, for: file.guest)
        } catch {
            guard case .code(let code) = error else { throw trap(error) }
            return .failure(FilesystemError(code))
        }
        return .success(try call.add(Descriptor(opened, of: file.system)))
    }

    /// A function that takes one path and answers nothing.
    private static func pathFunction(
        _ types: HostInterface, _ name: String, _ needed: HostRights,
        _ work: @escaping @Sendable (HostDirectory, String) throws(HostError) -> Void
    ) {
        types.function("[method]descriptor.\(name)") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, path: String) throws(Trap)
                -> FileAnswer<NoValue> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                try file.onNames(needed) { (directory) throws(HostError) in try work(directory, path) }
            }
        }
    }

    static func definePaths(in types: HostInterface) {
        pathFunction(types, "create-directory-at", .pathCreateDirectory) {
            (directory, path) throws(HostError) in
            try directory.createDirectory(path)
        }
        pathFunction(types, "remove-directory-at", .pathRemoveDirectory) {
            (directory, path) throws(HostError) in
            try directory.removeDirectory(path)
        }
        pathFunction(types, "unlink-file-at", .pathUnlink) { (directory, path) throws(HostError) in
            try directory.unlink(path)
        }
        types.function("[method]descriptor.stat-at") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, lookup: PathFlags, path: String)
                throws(Trap) -> FileAnswer<DescriptorStat> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                DescriptorStat(try file.status(of: path, lookup))
            }
        }
        types.function("[method]descriptor.metadata-hash-at") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, lookup: PathFlags, path: String)
                throws(Trap) -> FileAnswer<MetadataHash> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in MetadataHash(try file.status(of: path, lookup)) }
        }
        types.function("[method]descriptor.set-times-at") {
            (
                call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, lookup: PathFlags,
                path: String,
                accessed: NewTimestamp, modified: NewTimestamp
            ) throws(Trap) -> FileAnswer<NoValue> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                try file.onNames(.pathSetTimes) { (directory) throws(HostError) in
                    try directory.setTimes(
                        of: path, followsLinks: lookup.contains(.symlinkFollow),
                        accessed: try accessed.hostTime, modified: try modified.hostTime)
                }
            }
        }
        types.function("[method]descriptor.readlink-at") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, path: String) throws(Trap)
                -> FileAnswer<String> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                try file.onNames(.pathReadLink) { (directory) throws(HostError) in
                    let bytes = try directory.readSymbolicLink(path)
                    guard let text = String(validating: bytes, as: UTF8.self) else {
                        throw .illegalByteSequence
                    }
                    // An absolute target says where things are on the host.
                    if text.utf8.first == UInt8(ascii: "/") { throw .notPermitted }
                    return text
                }
            }
        }
    }

    /// Functions with two names.
    static func definePathPairs(in types: HostInterface) {
        types.function("[method]descriptor.symlink-at") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, target: String, path: String)
                throws(Trap) -> FileAnswer<NoValue> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                try file.onNames(.pathSymbolicLink) { (directory) throws(HostError) in
                    try directory.createSymbolicLink(path, to: target)
                }
            }
        }
        types.function("[method]descriptor.rename-at") {
            (
                call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, path: String,
                newDescriptor: Borrow<Descriptor>, newPath: String
            ) throws(Trap) -> FileAnswer<NoValue> in
            let (file, new) = (try FileCall(call, descriptor), try FileCall(call, newDescriptor))
            return try answer { () throws(HostFailure) in
                try file.system.onNames(
                    file.number, .pathRenameSource, and: new.number, .pathRenameTarget, for: file.guest
                ) { (directory, newDirectory) throws(HostError) in
                    try directory.rename(path, to: newDirectory, newPath)
                }
            }
        }
        types.function("[method]descriptor.link-at") {
            (
                call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, lookup: PathFlags,
                path: String,
                newDescriptor: Borrow<Descriptor>, newPath: String
            ) throws(Trap) -> FileAnswer<NoValue> in
            let (file, new) = (try FileCall(call, descriptor), try FileCall(call, newDescriptor))
            return try answer { () throws(HostFailure) in
                try file.system.onNames(
                    file.number, .pathLinkSource, and: new.number, .pathLinkTarget, for: file.guest
                ) { (directory, newDirectory) throws(HostError) in
                    try directory.link(
                        path, followsLinks: lookup.contains(.symlinkFollow), to: newDirectory, newPath)
                }
            }
        }
    }

    // MARK: - 2023-10-18

    /// What only that release candidate has. Permissions are not WASI's to change, and locks were never more than
    /// a plan: both answer `unsupported`.
    static func defineOctoberFilesystem(in types: HostInterface) {
        types.function("[method]descriptor.open-at") {
            (
                call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, lookup: PathFlags,
                path: String,
                open: OpenFlags, flags: DescriptorFlags, _: FileModes
            ) throws(Trap) -> FileAnswer<Own<Descriptor>> in
            try self.open(descriptor, path, open.options(following: lookup), flags, call)
        }
        types.function("[method]descriptor.access-at") {
            (
                call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, lookup: PathFlags,
                path: String,
                _: AccessType
            ) throws(Trap) -> FileAnswer<NoValue> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in _ = try file.status(of: path, lookup) }
        }
        for name in ["change-file-permissions-at", "change-directory-permissions-at"] {
            types.function("[method]descriptor.\(name)") {
                (
                    _: borrowing ComponentCall, _: Borrow<Descriptor>, _: PathFlags, _: String, _: FileModes
                ) throws(Trap) -> FileAnswer<NoValue> in .failure(.unsupported)
            }
        }
        for name in ["lock-shared", "lock-exclusive", "try-lock-shared", "try-lock-exclusive", "unlock"] {
            types.function("[method]descriptor.\(name)") {
                (_: borrowing ComponentCall, _: Borrow<Descriptor>) throws(Trap) -> FileAnswer<NoValue> in
                .failure(.unsupported)
            }
        }
    }
}
