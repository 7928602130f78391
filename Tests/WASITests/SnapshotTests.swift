import Foundation
import Testing
import WasmEngine

@testable import WASI

/// The snapshot as `wasi_snapshot_preview1.witx` has it, lowered to the core types that a guest imports.
@Suite struct SnapshotTests {
    static let signatures = [
        "args_get": "i32 i32", "args_sizes_get": "i32 i32", "environ_get": "i32 i32",
        "environ_sizes_get": "i32 i32", "clock_res_get": "i32 i32", "clock_time_get": "i32 i64 i32",
        "fd_advise": "i32 i64 i64 i32", "fd_allocate": "i32 i64 i64", "fd_close": "i32", "fd_datasync": "i32",
        "fd_fdstat_get": "i32 i32", "fd_fdstat_set_flags": "i32 i32", "fd_fdstat_set_rights": "i32 i64 i64",
        "fd_filestat_get": "i32 i32", "fd_filestat_set_size": "i32 i64",
        "fd_filestat_set_times": "i32 i64 i64 i32", "fd_pread": "i32 i32 i32 i64 i32",
        "fd_prestat_get": "i32 i32", "fd_prestat_dir_name": "i32 i32 i32", "fd_pwrite": "i32 i32 i32 i64 i32",
        "fd_read": "i32 i32 i32 i32", "fd_readdir": "i32 i32 i32 i64 i32", "fd_renumber": "i32 i32",
        "fd_seek": "i32 i64 i32 i32", "fd_sync": "i32", "fd_tell": "i32 i32", "fd_write": "i32 i32 i32 i32",
        "path_create_directory": "i32 i32 i32", "path_filestat_get": "i32 i32 i32 i32 i32",
        "path_filestat_set_times": "i32 i32 i32 i32 i64 i64 i32", "path_link": "i32 i32 i32 i32 i32 i32 i32",
        "path_open": "i32 i32 i32 i32 i32 i64 i64 i32 i32", "path_readlink": "i32 i32 i32 i32 i32 i32",
        "path_remove_directory": "i32 i32 i32", "path_rename": "i32 i32 i32 i32 i32 i32",
        "path_symlink": "i32 i32 i32 i32 i32", "path_unlink_file": "i32 i32 i32",
        "poll_oneoff": "i32 i32 i32 i32", "proc_exit": "i32", "proc_raise": "i32", "sched_yield": "",
        "random_get": "i32 i32", "sock_accept": "i32 i32 i32", "sock_recv": "i32 i32 i32 i32 i32 i32",
        "sock_send": "i32 i32 i32 i32 i32", "sock_shutdown": "i32 i32",
    ]

    @Test("Every function of the snapshot is there, with its signature, and no other")
    func signatures() {
        var offered = Dictionary(
            uniqueKeysWithValues: Preview1.functions.map { function in
                (function.name, function.parameters.map { "\($0)" }.joined(separator: " "))
            })
        offered["proc_exit"] = "i32"
        #expect(offered == Self.signatures)
        #expect(Set(Preview1.functionNames) == Set(Self.signatures.keys))
    }

    @Test("Every function of the snapshot is called by a test of this folder")
    func everyFunctionIsCalled() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().resolvingSymlinksInPath()
        let sources = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasSuffix("Tests.swift") }
            .map { try String(contentsOf: $0, encoding: .utf8) }
            .joined()
        for name in Self.signatures.keys.sorted() {
            let isCalled = sources.contains("call(\"\(name)\"") || sources.contains("start(\"\(name)\"")
            #expect(isCalled, "\(name) has no test")
        }
    }
}
