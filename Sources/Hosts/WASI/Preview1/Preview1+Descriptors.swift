import HostSystem
import WasmEngine

/// What is known of a descriptor, and what can be changed about it.
extension Preview1 {
    static let descriptorFunctions: [Function] = [
        Function("fd_advise", [.i32, .i64, .i64, .i32]) { (system, _, values) throws(HostFailure) in
            guard let advice = UInt8(exactly: values[u32: 3]).flatMap(HostFile.Advice.init(rawValue:)) else {
                throw .code(.invalid)
            }
            try told { () throws(HostError) in
                let file = try system.file(values[u32: 0], .fileAdvise)
                try file.advise(offset: values[u64: 1], count: values[u64: 2], advice)
            }
        },
        Function("fd_allocate", [.i32, .i64, .i64]) { (system, call, values) throws(HostFailure) in
            try system.allocate(
                values[u32: 0], offset: values[u64: 1], count: values[u64: 2], for: try call.guest)
        },
        Function("fd_close", [.i32]) { (system, _, values) throws(HostFailure) in
            try told { () throws(HostError) in try system.close(values[u32: 0]) }
        },
        Function("fd_datasync", [.i32]) { (system, call, values) throws(HostFailure) in
            try system.sync(values[u32: 0], metadata: false, for: try call.guest)
        },
        Function("fd_sync", [.i32]) { (system, call, values) throws(HostFailure) in
            try system.sync(values[u32: 0], metadata: true, for: try call.guest)
        },
        Function("fd_fdstat_get", [.i32, .i32]) { (system, call, values) throws(HostFailure) in
            try descriptorStatus(system, values[u32: 0], at: values[u32: 1], in: try call.bytes)
        },
        Function("fd_fdstat_set_flags", [.i32, .i32]) { (system, _, values) throws(HostFailure) in
            let flags = try flags(values[u32: 1])
            try told { () throws(HostError) in try system.setFlags(values[u32: 0], flags) }
        },
        Function("fd_fdstat_set_rights", [.i32, .i64, .i64]) { (system, _, values) throws(HostFailure) in
            try told { () throws(HostError) in
                try system.setRights(
                    values[u32: 0], HostRights(rawValue: values[u64: 1]),
                    inheriting: HostRights(rawValue: values[u64: 2]))
            }
        },
        Function("fd_filestat_get", [.i32, .i32]) { (system, call, values) throws(HostFailure) in
            let status = try told { () throws(HostError) in try system.status(values[u32: 0]) }
            try call.bytes.store(status, at: values[u32: 1])
        },
        Function("fd_filestat_set_size", [.i32, .i64]) { (system, call, values) throws(HostFailure) in
            try system.setSize(values[u32: 0], values[u64: 1], for: try call.guest)
        },
        Function("fd_filestat_set_times", [.i32, .i64, .i64, .i32]) {
            (system, call, values) throws(HostFailure) in
            let times = try times(values[u64: 1], values[u64: 2], values[u32: 3])
            try system.setTimes(
                values[u32: 0], accessed: times.accessed, modified: times.modified, for: try call.guest)
        },
        Function("fd_prestat_get", [.i32, .i32]) { (system, call, values) throws(HostFailure) in
            let name = try preopenName(system, values[u32: 0])
            let memory = try call.bytes
            try memory.store(UInt32(0), at: values[u32: 1])
            try memory.store(UInt32(name.utf8.count), at: values[u32: 1] &+ 4)
        },
        Function("fd_prestat_dir_name", [.i32, .i32, .i32]) { (system, call, values) throws(HostFailure) in
            let name = try preopenName(system, values[u32: 0])
            if name.utf8.count > values[u32: 2] { throw .code(.nameTooLong) }
            try call.bytes.copy(Array(name.utf8), to: values[u32: 1])
        },
        Function("fd_readdir", [.i32, .i32, .i32, .i64, .i32]) { (system, call, values) throws(HostFailure) in
            let buffer = Preview1Range(address: values[u32: 1], count: values[u32: 2])
            let used = try readDirectory(system, values[u32: 0], buffer, values[u64: 3], call)
            try call.bytes.store(used, at: values[u32: 4])
        },
        Function("fd_renumber", [.i32, .i32]) { (system, _, values) throws(HostFailure) in
            try told { () throws(HostError) in try system.renumber(values[u32: 0], to: values[u32: 1]) }
        },
        Function("fd_seek", [.i32, .i64, .i32, .i32]) { (system, call, values) throws(HostFailure) in
            guard let origin = UInt8(exactly: values[u32: 2]).flatMap(HostFile.Origin.init(rawValue:)) else {
                throw .code(.invalid)
            }
            let offset = values[i64: 1]
            let needed: HostRights = offset == 0 && origin == .position ? .fileTell : .fileSeek
            let position = try told { () throws(HostError) in
                try system.file(values[u32: 0], needed).seek(offset, from: origin)
            }
            try call.bytes.store(position, at: values[u32: 3])
        },
        Function("fd_tell", [.i32, .i32]) { (system, call, values) throws(HostFailure) in
            let position = try told { () throws(HostError) in
                try system.file(values[u32: 0], .fileTell).seek(0, from: .position)
            }
            try call.bytes.store(position, at: values[u32: 1])
        },
    ]

    static func flags(_ bits: UInt32) throws(HostFailure) -> HostDescriptorFlags {
        guard bits < 32 else { throw .code(.invalid) }
        return HostDescriptorFlags(rawValue: UInt16(bits))
    }

    /// What `fstflags` say to do with the two times.
    static func times(
        _ accessed: UInt64, _ modified: UInt64, _ flags: UInt32
    ) throws(HostFailure) -> (accessed: HostFileTime, modified: HostFileTime) {
        func choose(_ time: UInt64, _ bits: UInt32) throws(HostFailure) -> HostFileTime {
            switch bits {
            case 0: .keep
            case 1: .at(time)
            case 2: .now
            default: throw .code(.invalid)
            }
        }
        guard flags < 16 else { throw .code(.invalid) }
        return (try choose(accessed, flags & 3), try choose(modified, flags >> 2))
    }

    private static func preopenName(_ system: GuestSystem, _ number: UInt32) throws(HostFailure) -> String {
        let descriptor = try told { () throws(HostError) in try system.descriptor(number) }
        guard let name = descriptor.preopenName else { throw .code(.badDescriptor) }
        return name
    }

    private static func descriptorStatus(
        _ system: GuestSystem, _ number: UInt32, at address: UInt32, in memory: Preview1Memory
    ) throws(HostFailure) {
        let descriptor = try told { () throws(HostError) in try system.descriptor(number) }
        try memory.require(at: address, count: 24)
        try memory.store(UInt16(system.type(of: descriptor).rawValue), at: address)
        try memory.store(descriptor.flags.rawValue, at: address + 2)
        try memory.store(UInt32(0), at: address + 4)
        try memory.store(descriptor.rights.rawValue, at: address + 8)
        try memory.store(descriptor.inheriting.rawValue, at: address + 16)
    }

    /// Fills the buffer with `dirent`s and names; the last one may be cut off. Less than a full buffer means the end.
    private static func readDirectory(
        _ system: GuestSystem, _ number: UInt32, _ buffer: Preview1Range, _ cookie: UInt64,
        _ call: borrowing HostCall
    ) throws(HostFailure) -> UInt32 {
        let memory = try call.bytes
        try memory.require(at: buffer.address, count: buffer.count)
        var (rest, next) = (buffer, cookie)
        while rest.count > 0 {
            let entries = try system.entries(number, after: next, for: try call.guest)
            if entries.isEmpty { break }
            for entry in entries {
                let record = encode(entry)
                let piece = record.count <= rest.count ? record : Array(record.prefix(Int(rest.count)))
                try memory.copy(piece, to: rest.address)
                rest = rest.dropping(piece.count)
                next = entry.next
                if rest.count == 0 { break }
            }
        }
        return buffer.count - rest.count
    }

    private static func encode(_ entry: HostDirectoryEntry) -> [UInt8] {
        var record: [UInt8] = []
        record.reserveCapacity(24 + entry.name.count)
        func append(_ number: UInt64, bytes: Int) {
            for index in 0..<bytes { record.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(index)))) }
        }
        append(entry.next, bytes: 8)
        append(entry.inode, bytes: 8)
        append(UInt64(entry.name.count), bytes: 4)
        append(UInt64(entry.type.rawValue), bytes: 4)
        record.append(contentsOf: entry.name)
        return record
    }
}
