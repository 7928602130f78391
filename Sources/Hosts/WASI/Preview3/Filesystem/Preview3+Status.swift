import ComponentModel
import ComponentRuntime
import HostSystem
import WasmEngine

/// What is known of a descriptor.
extension Preview3 {
    static func defineStatus(in types: HostInterface) {
        types.function("[method]descriptor.get-flags") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>) throws(Trap)
                -> FileAnswer<DescriptorFlags> in
            let file = try FileCall(call, descriptor)
            let isMutating = try call.object(descriptor).isMutating
            return try answer { () throws(HostFailure) in
                var flags = try told { () throws(HostError) in try file.flags() }
                if !isMutating { flags.remove(.mutateDirectory) }
                return flags
            }
        }
        types.function("[method]descriptor.get-type") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>) throws(Trap)
                -> FileAnswer<FileType> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in
                try told { () throws(HostError) in
                    FileType(file.system.type(of: try file.system.descriptor(file.number)))
                }
            }
        }
        types.function("[method]descriptor.stat") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>) throws(Trap)
                -> FileAnswer<FileStat> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in FileStat(try file.status()) }
        }
        types.function("[method]descriptor.metadata-hash") {
            (call: borrowing ComponentCall, descriptor: Borrow<Descriptor>) throws(Trap)
                -> FileAnswer<MetadataHash> in
            let file = try FileCall(call, descriptor)
            return try answer { () throws(HostFailure) in MetadataHash(try file.status()) }
        }
        Preview2.defineIdentity(in: types)
        types.asyncFunction("[method]descriptor.set-times") {
            (
                call: borrowing ComponentCall, completion: HostCompletion<FileAnswer<NoValue>>,
                descriptor: Borrow<Descriptor>, accessed: FileTimestamp, modified: FileTimestamp
            ) throws(Trap) in
            let file = try FileCall(call, descriptor)
            begin(completion, file) { () throws(HostError) in
                try file.system.settingTimes(
                    file.number, accessed: try accessed.hostTime, modified: try modified.hostTime)
            }
        }
    }
}
