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
        types.function("[method]descriptor.is-same-object") {
            (call: borrowing ComponentCall, first: Borrow<Descriptor>, second: Borrow<Descriptor>)
                throws(Trap) -> Bool in
            let files = (try FileCall(call, first), try FileCall(call, second))
            do throws(HostFailure) {
                let (one, other) = (try files.0.status(), try files.1.status())
                return (one.device, one.inode) == (other.device, other.inode)
            } catch {
                guard case .code = error else { throw Preview2.trap(error) }
                return false
            }
        }
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
