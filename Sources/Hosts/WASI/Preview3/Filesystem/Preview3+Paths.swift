import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// Names beneath a folder. Calls are under way while the guest does other things.
extension Preview3 {
    /// A function that takes one path and answers nothing.
    private static func pathFunction(
        _ types: HostInterface, _ name: String, _ needed: HostRights,
        _ work: @escaping @Sendable (HostDirectory, String) throws(HostError) -> Void
    ) {
        types.asyncFunction("[method]descriptor.\(name)") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<FileAnswer<NoValue>>,
                descriptor: Borrow<Descriptor>, path: String
            ) throws(Trap) in
            let file = try FileCall(call, descriptor)
            begin(completion, file) { () throws(HostError) in
                try file.system.onNames(file.number, needed) { (directory) throws(HostError) in
                    try work(directory, path)
                }
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
        types.asyncFunction("[method]descriptor.readlink-at") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<FileAnswer<String>>,
                descriptor: Borrow<Descriptor>, path: String
            ) throws(Trap) in
            let file = try FileCall(call, descriptor)
            begin(completion, file) { () throws(HostError) in
                try file.system.onNames(file.number, .pathReadLink) { (directory) throws(HostError) in
                    try directory.readSymbolicLink(path)
                }
            } answer: { (bytes) throws(HostError) in
                guard let text = String(validating: bytes, as: UTF8.self) else { throw .illegalByteSequence }
                // An absolute target says where things are on the host.
                if text.utf8.first == UInt8(ascii: "/") { throw .notPermitted }
                return text
            }
        }
    }

    private static func defineOpen(in types: HostInterface) {
        types.asyncFunction("[method]descriptor.open-at") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<FileAnswer<Own<Descriptor>>>,
                descriptor: Borrow<Descriptor>, lookup: PathFlags, path: String, open: OpenFlags,
                flags: DescriptorFlags
            ) throws(Trap) in
            let file = try FileCall(call, descriptor)
            let (system, resources) = (file.system, call.resources)
            // Who makes a file may write it, and who does not say how to open may read.
            let writes = flags.contains(.write)
            let opening: GuestSystem.Opening
            do throws(HostError) {
                opening = try system.opening(
                    file.number, path, open.options(following: lookup),
                    reads: flags.contains(.read) || !writes,
                    writes: writes || open.contains(.create), flags: flags.hostFlags)
            } catch {
                return completion.complete(.failure(FileCode(error)))
            }
            begin(completion, file) { () throws(HostError) in
                opening.work
            } answer: { (opened) throws(HostError) in
                let result = Descriptor(
                    try system.insert(opened, of: opening), of: system,
                    isMutating: flags.contains(.mutateDirectory))
                // Too many resources at once.
                do throws(Trap) { return try resources.add(result) } catch { throw .tooManyDescriptors }
            }
        }
    }

    private static func defineStatusAt(in types: HostInterface) {
        types.asyncFunction("[method]descriptor.stat-at") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<FileAnswer<FileStat>>,
                descriptor: Borrow<Descriptor>, lookup: PathFlags, path: String
            ) throws(Trap) in
            let file = try FileCall(call, descriptor)
            begin(completion, file) { () throws(HostError) in
                try file.askingStatus(of: path, lookup)
            } answer: { (status) throws(HostError) in
                FileStat(status)
            }
        }
        types.asyncFunction("[method]descriptor.metadata-hash-at") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<FileAnswer<MetadataHash>>,
                descriptor: Borrow<Descriptor>, lookup: PathFlags, path: String
            ) throws(Trap) in
            let file = try FileCall(call, descriptor)
            begin(completion, file) { () throws(HostError) in
                try file.askingStatus(of: path, lookup)
            } answer: { (status) throws(HostError) in
                MetadataHash(status)
            }
        }
        types.asyncFunction("[method]descriptor.set-times-at") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<FileAnswer<NoValue>>,
                descriptor: Borrow<Descriptor>, lookup: PathFlags, path: String, accessed: FileTimestamp,
                modified: FileTimestamp
            ) throws(Trap) in
            let file = try FileCall(call, descriptor)
            begin(completion, file) { () throws(HostError) in
                let (accessed, modified) = (try accessed.hostTime, try modified.hostTime)
                return try file.system.onNames(file.number, .pathSetTimes) { (directory) throws(HostError) in
                    try directory.setTimes(
                        of: path, followsLinks: lookup.contains(.symlinkFollow), accessed: accessed,
                        modified: modified)
                }
            }
        }
    }

    /// Functions with two names.
    static func definePathPairs(in types: HostInterface) {
        types.asyncFunction("[method]descriptor.symlink-at") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<FileAnswer<NoValue>>,
                descriptor: Borrow<Descriptor>, target: String, path: String
            ) throws(Trap) in
            let file = try FileCall(call, descriptor)
            begin(completion, file) { () throws(HostError) in
                try file.system.onNames(file.number, .pathSymbolicLink) { (directory) throws(HostError) in
                    try directory.createSymbolicLink(path, to: target)
                }
            }
        }
        types.asyncFunction("[method]descriptor.rename-at") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<FileAnswer<NoValue>>,
                descriptor: Borrow<Descriptor>, path: String, newDescriptor: Borrow<Descriptor>,
                newPath: String
            ) throws(Trap) in
            let (file, new) = (try FileCall(call, descriptor), try FileCall(call, newDescriptor))
            begin(completion, file) { () throws(HostError) in
                try file.system.onNames(
                    file.number, .pathRenameSource, and: new.number, .pathRenameTarget
                ) { (directory, newDirectory) throws(HostError) in
                    try directory.rename(path, to: newDirectory, newPath)
                }
            }
        }
        types.asyncFunction("[method]descriptor.link-at") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<FileAnswer<NoValue>>,
                descriptor: Borrow<Descriptor>, lookup: PathFlags, path: String,
                newDescriptor: Borrow<Descriptor>, newPath: String
            ) throws(Trap) in
            let (file, new) = (try FileCall(call, descriptor), try FileCall(call, newDescriptor))
            begin(completion, file) { () throws(HostError) in
                try file.system.onNames(
                    file.number, .pathLinkSource, and: new.number, .pathLinkTarget
                ) { (directory, newDirectory) throws(HostError) in
                    try directory.link(
                        path, followsLinks: lookup.contains(.symlinkFollow), to: newDirectory, newPath)
                }
            }
        }
    }
}
