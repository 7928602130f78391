import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// Names beneath a folder.
extension Preview3 {
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
            (directory, path) throws(HostError) in try directory.createDirectory(path)
        }
        pathFunction(types, "remove-directory-at", .pathRemoveDirectory) {
            (directory, path) throws(HostError) in try directory.removeDirectory(path)
        }
        pathFunction(types, "unlink-file-at", .pathUnlink) { (directory, path) throws(HostError) in
            try directory.unlink(path)
        }
        defineOpen(in: types)
        defineStatusAt(in: types)
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

    private static func defineOpen(in types: HostInterface) {
        types.function("[method]descriptor.open-at") {
            (
                call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, lookup: PathFlags,
                path: String, open: OpenFlags, flags: DescriptorFlags
            ) throws(Trap) -> FileAnswer<Own<Descriptor>> in
            let file = try FileCall(call, descriptor)
            let opened: UInt32
            // Who makes a file may write it, and who does not say how to open may read.
            let writes = flags.contains(.write)
            do throws(HostFailure) {
                opened = try file.system.open(
                    file.number, path, open.options(following: lookup),
                    reads: flags.contains(.read) || !writes,
                    writes: writes || open.contains(.create), flags: flags.hostFlags, for: file.guest)
            } catch {
                guard case .code(let code) = error else { throw Preview2.trap(error) }
                return .failure(FileCode(code))
            }
            let result = Descriptor(
                opened, of: file.system, isMutating: flags.contains(.mutateDirectory))
            return .success(try call.resources.add(result))
        }
    }

    private static func defineStatusAt(in types: HostInterface) {
        types.function("[method]descriptor.stat-at") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, lookup: PathFlags, path: String)
                throws(Trap) -> FileAnswer<FileStat> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in FileStat(try file.status(of: path, lookup)) }
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
                path: String, accessed: FileTimestamp, modified: FileTimestamp
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
            let file = try FileCall(call, descriptor)
            let new = try FileCall(call, newDescriptor)
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
                path: String, newDescriptor: Borrow<Descriptor>, newPath: String
            ) throws(Trap) -> FileAnswer<NoValue> in
            let file = try FileCall(call, descriptor)
            let new = try FileCall(call, newDescriptor)
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
}
