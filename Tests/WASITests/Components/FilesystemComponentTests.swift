import Foundation
import HostSystem
import NIOCore
import NIOPosix
import TestSupport
import Testing
import WasmEngine

@testable import WASI

@Suite("wasi:filesystem in components")
struct FilesystemComponentTests {
    private let data = """
        (data (i32.const 256) "hello") (data (i32.const 264) "new.txt") (data (i32.const 272) "../up")
        (data (i32.const 280) "none") (data (i32.const 288) "folder") (data (i32.const 296) "/abs")
        """

    /// A function that has the first preopened folder in `$folder`.
    private func core(_ body: String) -> String {
        """
        (func (export "run") (result i32) (local $folder i32) (local $file i32) (local $s i32) (local $n i32)
          (call $preopens (i32.const 0))
          (local.set $folder (i32.load (i32.load (i32.const 0))))
          \(body)
          (i32.const 0))
        """
    }

    private func run(
        _ body: String, in folder: TemporaryFolder, _ access: HostAccess = .readWrite,
        files: HostFileExecution = .inline, descriptors: Int? = nil
    ) async throws -> Result<UInt32, Trap> {
        var limits = HostSystemLimits()
        if let descriptors { limits.descriptors = descriptors }
        let grant = DirectoryGrant(hostPath: folder.path, guestPath: "/data", access: access)
        let plan = try HostSystemPlan(directories: [grant], files: files, limits: limits)
        return try await ComponentGuest.run(core(body), data: data, plan)
    }

    // open flags: create 1, directory 2, exclusive 4, truncate 8; descriptor flags: read 1, write 2.
    private func open(_ place: Int, _ count: Int, _ openFlags: Int, _ flags: Int) -> String {
        "(call $open (local.get $folder) (i32.const 0) (i32.const \(place)) (i32.const \(count)) (i32.const \(openFlags)) (i32.const \(flags)) (i32.const 0))"
    }

    private func failing(_ step: Int, _ code: Int) -> String {
        expecting(step, "(i32.load8_u (i32.const 0))")
            + expecting(step + 1, "(i32.eq (i32.load8_u (i32.const 4)) (i32.const \(code)))")
    }

    private var opened: String { "(local.set $file (i32.load (i32.const 4)))" }

    private static let offloading = HostFileExecution.offload(NIOSingletons.posixBlockingThreadPool)

    @Test(arguments: [false, true])
    func `a file is made, written, read and looked at`(isOffloading: Bool) async throws {
        let folder = try TemporaryFolder()
        let result = try await run(
            open(264, 7, 1, 3) + expecting(1, "(i32.eqz (i32.load8_u (i32.const 0)))") + opened
                + "(call $file-write (local.get $file) (i32.const 256) (i32.const 5) (i64.const 2) (i32.const 0))"
                + expecting(2, "(i64.eq (i64.load (i32.const 8)) (i64.const 5))")
                + "(call $file-read (local.get $file) (i64.const 100) (i64.const 1) (i32.const 0))"
                + expecting(3, "(i32.eq (i32.load (i32.const 8)) (i32.const 6))")
                + expecting(4, "(i32.eqz (i32.load8_u (i32.const 12)))")
                + "(call $file-read (local.get $file) (i64.const 100) (i64.const 7) (i32.const 0))"
                + expecting(5, "(i32.load8_u (i32.const 12))")
                + "(call $append-via-stream (local.get $file) (i32.const 0))"
                + "(call $blocking-write (i32.load (i32.const 4)) (i32.const 256) (i32.const 5) (i32.const 0))"
                + expecting(6, "(i32.eqz (i32.load8_u (i32.const 0)))")
                + "(call $stat-at (local.get $folder) (i32.const 0) (i32.const 264) (i32.const 7) (i32.const 0))"
                + expecting(7, "(i32.eq (i32.load8_u (i32.const 8)) (i32.const 6))")
                + expecting(8, "(i64.eq (i64.load (i32.const 24)) (i64.const 12))")
                + "(call $read-via-stream (local.get $file) (i64.const 2) (i32.const 0))"
                + "(local.set $s (i32.load (i32.const 4)))"
                + "(call $blocking-read (local.get $s) (i64.const 100) (i32.const 0))"
                + expecting(9, "(i32.eq (i32.load (i32.const 8)) (i32.const 10))")
                + "(call $blocking-read (local.get $s) (i64.const 100) (i32.const 0))"
                + expecting(10, "(i32.load8_u (i32.const 0))"),
            in: folder, files: isOffloading ? Self.offloading : .inline)
        #expect(try result.get() == 0)
        let text = try String(contentsOfFile: folder.path + "/new.txt", encoding: .utf8)
        #expect(text == "\0\0hellohello")
    }

    @Test func `paths that lead out are refused`() async throws {
        let folder = try TemporaryFolder()
        let inner = try folder.folder("inner")
        let result = try await ComponentGuest.run(
            core(
                open(272, 5, 0, 1) + failing(1, 31) + open(296, 4, 0, 1) + failing(3, 31) + open(280, 4, 0, 1)
                    + failing(5, 20)), data: data,
            HostSystemPlan(directories: [DirectoryGrant(hostPath: inner, guestPath: "/", access: .readWrite)])
        )
        #expect(try result.get() == 0)
    }

    @Test func `a folder granted for reading is not changed`() async throws {
        let folder = try TemporaryFolder()
        let result = try await run(
            open(264, 7, 1, 2) + failing(1, 33)
                + "(call $create-directory (local.get $folder) (i32.const 288) (i32.const 6) (i32.const 0))"
                + expecting(3, "(i32.eq (i32.load8_u (i32.const 1)) (i32.const 33))"), in: folder, .readOnly)
        #expect(try result.get() == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func `a file opened for writing cannot be read, nor the other way round`() async throws {
        let folder = try TemporaryFolder()
        let result = try await run(
            open(264, 7, 1, 2) + opened
                + "(call $file-read (local.get $file) (i64.const 1) (i64.const 0) (i32.const 0))"
                + failing(1, 31)
                + open(264, 7, 0, 1) + opened
                + "(call $file-write (local.get $file) (i32.const 256) (i32.const 5) (i64.const 2) (i32.const 0))"
                + expecting(3, "(i32.eq (i32.load8_u (i32.const 8)) (i32.const 31))"), in: folder)
        #expect(try result.get() == 0)
    }

    @Test func `names of a folder come without its own and that above`() async throws {
        let folder = try TemporaryFolder()
        for name in ["a", "b"] { try Data().write(to: URL(fileURLWithPath: folder.path + "/" + name)) }
        let next = "(call $next-entry (local.get $s) (i32.const 0))"
        let result = try await run(
            "(call $read-directory (local.get $folder) (i32.const 0)) (local.set $s (i32.load (i32.const 4)))"
                + next
                + expecting(1, "(i32.load8_u (i32.const 4))")
                + expecting(2, "(i32.eq (i32.load8_u (i32.const 8)) (i32.const 6))")
                + expecting(3, "(i32.eq (i32.load (i32.const 16)) (i32.const 1))") + next
                + expecting(4, "(i32.load8_u (i32.const 4))") + next
                + expecting(5, "(i32.eqz (i32.load8_u (i32.const 4)))"), in: folder)
        #expect(try result.get() == 0)
    }

    @Test func `a dropped descriptor makes room for another`() async throws {
        let folder = try TemporaryFolder()
        let dropping =
            "(loop " + open(264, 7, 1, 3) + expecting(1, "(i32.eqz (i32.load8_u (i32.const 0)))") + opened
            + "(call $drop-descriptor (local.get $file)) (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 20))))"
        #expect(try await run(dropping, in: folder, descriptors: 6).get() == 0)
        let keeping = dropping.replacingOccurrences(of: "(call $drop-descriptor (local.get $file))", with: "")
        #expect(try await run(keeping, in: folder, descriptors: 6).get() == 1)
    }

    @Test func `two descriptors of one folder are the same object`() async throws {
        let folder = try TemporaryFolder()
        let result = try await run(
            "(call $preopens (i32.const 0))"
                + expecting(
                    1, "(call $is-same (local.get $folder) (i32.load (i32.load (i32.const 0))))")
                + open(264, 7, 1, 3) + opened
                + expecting(2, "(i32.eqz (call $is-same (local.get $folder) (local.get $file)))"), in: folder)
        #expect(try result.get() == 0)
    }
}
