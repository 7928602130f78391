import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// `wasi:filesystem`.
extension Preview2 {
    /// What most functions answer.
    typealias FileAnswer<Value: CanonicalPayload> = Result<Value, FilesystemError>

    static func defineFilesystem(in linker: ComponentLinker, _ version: String) {
        let types = linker.interface("wasi:filesystem/types@\(version)")
        types.resource("descriptor", Descriptor.self)
        types.resource("directory-entry-stream", DirectoryEntryStream.self)
        defineDescriptorStreams(in: types)
        defineDescriptorContent(in: types)
        defineDescriptorStatus(in: types)
        defineMetadataHash(in: types)
        defineIdentity(in: types)
        definePaths(in: types)
        definePathPairs(in: types)
        defineDirectories(in: types)
        types.function("filesystem-error-code") {
            (call: borrowing ComponentCall, error: Borrow<IOError>) throws(Trap) -> FilesystemError? in
            FilesystemError(try call.object(error).code)
        }
        definePreopens(in: linker, version)
        guard version == octoberCandidate else { return defineOpen(in: types) }
        defineOctoberFilesystem(in: types)
    }

    /// The same in every version.
    static func definePreopens(in linker: ComponentLinker, _ version: String) {
        linker.interface("wasi:filesystem/preopens@\(version)").function("get-directories") {
            (call: borrowing ComponentCall) throws(Trap) -> [CanonicalTuple<Own<Descriptor>, String>] in
            let system = call.system
            var folders: [CanonicalTuple<Own<Descriptor>, String>] = []
            for folder in system.preopens {
                let descriptor = Descriptor(folder.number, of: system, isOwned: false)
                folders.append(CanonicalTuple(try call.add(descriptor), folder.name))
            }
            return folders
        }
    }

    static func answer<Value: CanonicalPayload>(
        _ body: () throws(HostFailure) -> Value
    ) throws(Trap) -> FileAnswer<Value> {
        do { return .success(try body()) } catch {
            guard case .code(let code) = error else { throw trap(error) }
            return .failure(FilesystemError(code))
        }
    }

    static func answer(_ body: () throws(HostFailure) -> Void) throws(Trap) -> FileAnswer<NoValue> {
        try answer { () throws(HostFailure) in
            try body()
            return NoValue()
        }
    }

    // MARK: - Streams

    private static func defineDescriptorStreams(in types: HostInterface) {
        types.function("[method]descriptor.read-via-stream") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, offset: UInt64) throws(Trap)
                -> FileAnswer<Own<InputStream>> in
            let file = try FileCall(call, descriptor)
            let input: any GuestInput
            do throws(HostError) {
                input = try file.system.input(file.number, from: offset, for: file.guest)
            } catch {
                return .failure(FilesystemError(error))
            }
            return .success(try call.add(InputStream(input)))
        }
        types.function("[method]descriptor.write-via-stream") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, offset: UInt64) throws(Trap)
                -> FileAnswer<Own<OutputStream>> in
            try output(of: descriptor, from: offset, call)
        }
        types.function("[method]descriptor.append-via-stream") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>) throws(Trap)
                -> FileAnswer<Own<OutputStream>> in
            try output(of: descriptor, from: nil, call)
        }
    }

    private static func output(
        of descriptor: Borrow<Descriptor>, from offset: UInt64?, _ call: borrowing ComponentCall
    ) throws(Trap) -> FileAnswer<Own<OutputStream>> {
        let file = try FileCall(call, descriptor)
        let output: any GuestOutput
        do throws(HostError) {
            output = try file.system.output(file.number, from: offset, for: file.guest)
        } catch {
            return .failure(FilesystemError(error))
        }
        return .success(
            try call.add(OutputStream(output, on: file.guest.eventLoop, of: file.system)))
    }

    // MARK: - Content

    private static func defineDescriptorContent(in types: HostInterface) {
        types.function("[method]descriptor.read") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, length: UInt64, offset: UInt64)
                throws(Trap) -> FileAnswer<CanonicalTuple<[UInt8], Bool>> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                let bytes = try file.system.readBytes(file.number, count: length, at: offset, for: file.guest)
                return CanonicalTuple(bytes, bytes.isEmpty && length > 0)
            }
        }
        types.function("[method]descriptor.write") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, bytes: LentBytes, offset: UInt64)
                throws(Trap) -> FileAnswer<UInt64> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                try bytes.withBytes { (bytes) throws(HostFailure) in
                    UInt64(try file.system.writeBytes(file.number, bytes, at: offset, for: file.guest))
                }
            }
        }
        types.function("[method]descriptor.advise") {
            (
                call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, offset: UInt64, length: UInt64,
                advice: FileAdvice
            ) throws(Trap) -> FileAnswer<NoValue> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                try told { () throws(HostError) in
                    try file.system.file(file.number, .fileAdvise, else: .badDescriptor)
                        .advise(offset: offset, count: length, advice.hostAdvice)
                }
            }
        }
        types.function("[method]descriptor.set-size") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, size: UInt64) throws(Trap)
                -> FileAnswer<NoValue> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                try file.system.setSize(file.number, size, for: file.guest)
            }
        }
        for (name, metadata) in [("sync", true), ("sync-data", false)] {
            types.function("[method]descriptor.\(name)") {
                (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>) throws(Trap)
                    -> FileAnswer<NoValue> in
                let file = try FileCall(call, descriptor)
                return try answer { () throws(HostFailure) in
                    try file.system.sync(file.number, metadata: metadata, for: file.guest)
                }
            }
        }
    }

    // MARK: - Status

    private static func defineDescriptorStatus(in types: HostInterface) {
        types.function("[method]descriptor.get-flags") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>) throws(Trap)
                -> FileAnswer<DescriptorFlags> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                try told { () throws(HostError) in try file.flags() }
            }
        }
        types.function("[method]descriptor.get-type") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>) throws(Trap)
                -> FileAnswer<DescriptorType> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                try told { () throws(HostError) in
                    DescriptorType(file.system.type(of: try file.system.descriptor(file.number)))
                }
            }
        }
        types.function("[method]descriptor.stat") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>) throws(Trap)
                -> FileAnswer<DescriptorStat> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in DescriptorStat(try file.status()) }
        }
        types.function("[method]descriptor.set-times") {
            (
                call: borrowing ComponentCall, descriptor: Borrow<Descriptor>, accessed: NewTimestamp,
                modified: NewTimestamp
            ) throws(Trap) -> FileAnswer<NoValue> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                let times = try told { () throws(HostError) in
                    (try accessed.hostTime, try modified.hostTime)
                }
                try file.system.setTimes(file.number, accessed: times.0, modified: times.1, for: file.guest)
            }
        }
    }

    // MARK: - Folders

    private static func defineMetadataHash(in types: HostInterface) {
        types.function("[method]descriptor.metadata-hash") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>) throws(Trap)
                -> FileAnswer<MetadataHash> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in MetadataHash(try file.status()) }
        }
    }

    /// Whether two descriptors are of one thing. The same in 0.3.
    static func defineIdentity(in types: HostInterface) {
        types.function("[method]descriptor.is-same-object") {
            (call: borrowing ComponentCall, first: Borrow<Descriptor>, second: Borrow<Descriptor>)
                throws(Trap) -> Bool in
            let files = (try FileCall(call, first), try FileCall(call, second))
            do throws(HostFailure) {
                let (one, other) = (try files.0.status(), try files.1.status())
                return (one.device, one.inode) == (other.device, other.inode)
            } catch {
                guard case .code = error else { throw trap(error) }
                return false
            }
        }
    }

    private static func defineDirectories(in types: HostInterface) {
        types.function("[method]descriptor.read-directory") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>) throws(Trap)
                -> FileAnswer<Own<DirectoryEntryStream>> in
            let file = try FileCall(call, descriptor)
            let stream: HostDirectoryStream
            do throws(HostFailure) {
                stream = try file.system.directoryStream(file.number, for: file.guest)
            } catch {
                guard case .code(let code) = error else { throw trap(error) }
                return .failure(FilesystemError(code))
            }
            return .success(try call.add(DirectoryEntryStream(stream, of: file.system)))
        }
        types.function("[method]directory-entry-stream.read-directory-entry") {
            (call: borrowing ComponentCall, stream: Borrow<DirectoryEntryStream>) throws(Trap)
                -> FileAnswer<DirectoryEntry?> in
            let (stream, guest) = (try call.object(stream), try call.fiber)
            return try answer { () throws(HostFailure) in try stream.next(for: guest) }
        }
    }
}
