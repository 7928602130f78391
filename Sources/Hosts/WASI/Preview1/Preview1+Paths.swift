import HostSystem
import WasmEngine

/// Names beneath a folder.
extension Preview1 {
    static let pathFunctions: [Function] = [
        Function("path_create_directory", [.i32, .i32, .i32]) { (system, call, values) throws(HostFailure) in
            let path = try path(system, call, values, 1)
            try system.onNames(values[u32: 0], .pathCreateDirectory, for: try call.guest) {
                (directory) throws(HostError) in try directory.createDirectory(path)
            }
        },
        Function("path_filestat_get", [.i32, .i32, .i32, .i32, .i32]) {
            (system, call, values) throws(HostFailure) in
            let followsLinks = try followsLinks(values[u32: 1])
            let path = try path(system, call, values, 2)
            let status = try system.status(
                values[u32: 0], path, followsLinks: followsLinks, for: try call.guest)
            try call.bytes.store(status, at: values[u32: 4])
        },
        Function("path_filestat_set_times", [.i32, .i32, .i32, .i32, .i64, .i64, .i32]) {
            (system, call, values) throws(HostFailure) in
            let followsLinks = try followsLinks(values[u32: 1])
            let path = try path(system, call, values, 2)
            let times = try times(values[u64: 4], values[u64: 5], values[u32: 6])
            try system.onNames(values[u32: 0], .pathSetTimes, for: try call.guest) {
                (directory) throws(HostError) in
                try directory.setTimes(
                    of: path, followsLinks: followsLinks, accessed: times.accessed, modified: times.modified)
            }
        },
        Function("path_link", [.i32, .i32, .i32, .i32, .i32, .i32, .i32]) {
            (system, call, values) throws(HostFailure) in
            let followsLinks = try followsLinks(values[u32: 1])
            let (old, new) = (try path(system, call, values, 2), try path(system, call, values, 5))
            try system.onNames(
                values[u32: 0], .pathLinkSource, and: values[u32: 4], .pathLinkTarget, for: try call.guest
            ) { (directory, newDirectory) throws(HostError) in
                try directory.link(old, followsLinks: followsLinks, to: newDirectory, new)
            }
        },
        Function("path_open", [.i32, .i32, .i32, .i32, .i32, .i64, .i64, .i32, .i32]) {
            (system, call, values) throws(HostFailure) in
            let path = try path(system, call, values, 2)
            let options = try options(lookup: values[u32: 1], open: values[u32: 4])
            let opened = try system.open(
                values[u32: 0], path, options, rights: HostRights(rawValue: values[u64: 5]),
                inheriting: HostRights(rawValue: values[u64: 6]), flags: try flags(values[u32: 7]),
                for: try call.guest)
            try call.bytes.store(opened, at: values[u32: 8])
        },
        Function("path_readlink", [.i32, .i32, .i32, .i32, .i32, .i32]) {
            (system, call, values) throws(HostFailure) in
            let path = try path(system, call, values, 1)
            let text = try system.onNames(values[u32: 0], .pathReadLink, for: try call.guest) {
                (directory) throws(HostError) in try directory.readSymbolicLink(path)
            }
            let memory = try call.bytes
            let piece = Array(text.prefix(Int(values[u32: 4])))
            try memory.copy(piece, to: values[u32: 3])
            try memory.store(UInt32(piece.count), at: values[u32: 5])
        },
        Function("path_remove_directory", [.i32, .i32, .i32]) { (system, call, values) throws(HostFailure) in
            let path = try path(system, call, values, 1)
            try system.onNames(values[u32: 0], .pathRemoveDirectory, for: try call.guest) {
                (directory) throws(HostError) in try directory.removeDirectory(path)
            }
        },
        Function("path_rename", [.i32, .i32, .i32, .i32, .i32, .i32]) {
            (system, call, values) throws(HostFailure) in
            let (old, new) = (try path(system, call, values, 1), try path(system, call, values, 4))
            try system.onNames(
                values[u32: 0], .pathRenameSource, and: values[u32: 3], .pathRenameTarget, for: try call.guest
            ) { (directory, newDirectory) throws(HostError) in
                try directory.rename(old, to: newDirectory, new)
            }
        },
        Function("path_symlink", [.i32, .i32, .i32, .i32, .i32]) {
            (system, call, values) throws(HostFailure) in
            let (target, path) = (try path(system, call, values, 0), try path(system, call, values, 3))
            try system.onNames(values[u32: 2], .pathSymbolicLink, for: try call.guest) {
                (directory) throws(HostError) in try directory.createSymbolicLink(path, to: target)
            }
        },
        Function("path_unlink_file", [.i32, .i32, .i32]) { (system, call, values) throws(HostFailure) in
            let path = try path(system, call, values, 1)
            try system.onNames(values[u32: 0], .pathUnlink, for: try call.guest) {
                (directory) throws(HostError) in try directory.unlink(path)
            }
        },
    ]

    /// The path whose address and length are parameters `index` and `index + 1`.
    private static func path(
        _ system: GuestSystem, _ call: borrowing HostCall, _ values: borrowing RawValues, _ index: Int
    ) throws(HostFailure) -> String {
        try call.bytes.path(at: values[u32: index], count: values[u32: index + 1], system.plan.limits)
    }

    private static func followsLinks(_ lookupFlags: UInt32) throws(HostFailure) -> Bool {
        guard lookupFlags < 2 else { throw .code(.invalid) }
        return lookupFlags == 1
    }

    private static func options(lookup: UInt32, open: UInt32) throws(HostFailure) -> HostOpenOptions {
        guard open < 16 else { throw .code(.invalid) }
        var options = HostOpenOptions()
        options.followsLinks = try followsLinks(lookup)
        options.creates = open & 1 != 0
        options.isDirectory = open & 2 != 0
        options.isExclusive = open & 4 != 0
        options.truncates = open & 8 != 0
        return options
    }
}
