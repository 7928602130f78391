import ComponentModel
import ComponentRuntime
import Dispatch
import Foundation
import HostSystem
import NIOCore
import NIOPosix
import TestSupport
import Testing
import WasmEngine

@testable import WASI

/// Components of WASI 0.3, whose `run` returns a number.
@Suite struct Preview3Tests {
    private typealias NoParameters = CanonicalTuple<>

    /// A memory with an allocator that never frees.
    private static let libc = """
        (core module $Libc
          (memory (export "memory") 4)
          (global $next (mut i32) (i32.const 4096))
          (func (export "realloc") (param i32 i32 i32 i32) (result i32)
            (local $at i32)
            (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
            (global.set $next (i32.add (local.get $at) (local.get 3)))
            (local.get $at)))
        (core instance $libc (instantiate $Libc))
        """

    private static let streams = """
        (import "wasi:cli/types@0.3.0" (instance $types
          (type $e (enum "io" "illegal-byte-sequence" "pipe")) (export "error-code" (type (eq $e)))))
        (alias export $types "error-code" (type $code))
        (import "wasi:cli/stdin@0.3.0" (instance $stdin
          (alias outer 1 $code (type $c)) (export "error-code" (type $e (eq $c)))
          (export "read-via-stream"
            (func (result (tuple (stream u8) (future (result (error $e)))))))))
        (import "wasi:cli/stdout@0.3.0" (instance $stdout
          (alias outer 1 $code (type $c)) (export "error-code" (type $e (eq $c)))
          (export "write-via-stream"
            (func (param "data" (stream u8)) (result (future (result (error $e))))))))
        (type $bytes (stream u8))
        (type $outcome (future (result (error $code))))
        (core func $in (canon lower (func $stdin "read-via-stream") (memory (core memory $libc "memory"))))
        (core func $out (canon lower (func $stdout "write-via-stream")))
        (core func $new (canon stream.new $bytes))
        (core func $read (canon stream.read $bytes (memory (core memory $libc "memory"))))
        (core func $write (canon stream.write $bytes (memory (core memory $libc "memory"))))
        (core func $drop-read (canon stream.drop-readable $bytes))
        (core func $drop-write (canon stream.drop-writable $bytes))
        (core func $outcome (canon future.read $outcome (memory (core memory $libc "memory"))))
        (core instance $host
          (export "memory" (memory $libc "memory")) (export "in" (func $in)) (export "out" (func $out))
          (export "new" (func $new)) (export "read" (func $read)) (export "write" (func $write))
          (export "drop-read" (func $drop-read)) (export "drop-write" (func $drop-write))
          (export "outcome" (func $outcome)))
        """

    private static func component(_ imports: String, _ core: String) -> String {
        """
        (component
          \(libc)
          \(imports)
          (core module $Main
            (import "host" "memory" (memory 1))
            \(core))
          (core instance $main (instantiate $Main (with "host" (instance $host))))
          (func (export "run") async (result u32) (canon lift (core func $main "run"))))
        """
    }

    private static let streamImports = """
        (import "host" "in" (func $in (param i32)))
        (import "host" "out" (func $out (param i32) (result i32)))
        (import "host" "new" (func $new (result i64)))
        (import "host" "read" (func $read (param i32 i32 i32) (result i32)))
        (import "host" "write" (func $write (param i32 i32 i32) (result i32)))
        (import "host" "drop-read" (func $drop-read (param i32)))
        (import "host" "drop-write" (func $drop-write (param i32)))
        (import "host" "outcome" (func $outcome (param i32 i32) (result i32)))
        """

    /// Runs a component with standard input, and an output of so many bytes: what `run` says and what was written.
    private func run(
        _ text: String, _ given: HostSystemPlan? = nil, input: String = "", room: Int = 1_000
    ) async throws -> (value: UInt32, output: String) {
        let linker = ComponentLinker()
        Preview2.define(in: linker)
        Preview3.define(in: linker)
        let component = try Component(try WasmText.binary(fromText: text), features: .all)
        let linked = try linker.link(component, engine: ComponentGuest.engine)
        let function = try linked.function("run", parameters: NoParameters.self, result: UInt32.self)
        let plan = if let given { given } else { try HostSystemPlan() }
        return try await ComponentGuest.scheduler.onLoop { scheduler, promise in
            let output = BufferOutput(bytesMax: room)
            let system = GuestSystem(plan, input: BufferInput(ByteBuffer(string: input)), output: output)
            let instance = try ComponentInstance(linked)
            Preview2.install(system, in: instance.store)
            instance.start(function, NoParameters(), on: scheduler) { result in
                switch result {
                case .success(let value): promise.succeed((value, String(buffer: output.buffer)))
                case .failure(let trap): promise.fail(trap)
                }
                withExtendedLifetime(instance) {}
            }
        }
    }

    @Test func `standard input goes through the guest to standard output`() async throws {
        let guest = Self.component(
            Self.streams,
            """
            \(Self.streamImports)
            (func (export "run") (result i32)
              (local $ends i64) (local $to i32) (local $done i32) (local $status i32) (local $count i32)
              (call $in (i32.const 0))
              (local.set $ends (call $new))
              (local.set $to (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
              (local.set $done (call $out (i32.wrap_i64 (local.get $ends))))
              (loop $more
                (local.set $status (call $read (i32.load (i32.const 0)) (i32.const 64) (i32.const 5)))
                (local.set $count (i32.shr_u (local.get $status) (i32.const 4)))
                (if (local.get $count)
                  (then (drop (call $write (local.get $to) (i32.const 64) (local.get $count)))))
                (br_if $more (i32.eqz (i32.and (local.get $status) (i32.const 15)))))
              (call $drop-write (local.get $to))
              (i32.store (i32.const 16) (i32.const -1))
              (i32.store (i32.const 24) (i32.const -1))
              (drop (call $outcome (local.get $done) (i32.const 16)))
              (drop (call $outcome (i32.load (i32.const 4)) (i32.const 24)))
              (i32.or (i32.load8_u (i32.const 16)) (i32.load8_u (i32.const 24))))
            """)
        let result = try await run(guest, input: "sand martins")
        #expect(result.value == 0)
        #expect(result.output == "sand martins")
    }

    @Test func `standard input that is handed to standard output passes the guest by`() async throws {
        let guest = Self.component(
            Self.streams,
            """
            \(Self.streamImports)
            (func (export "run") (result i32)
              (call $in (i32.const 0))
              (i32.store (i32.const 16) (i32.const -1))
              (drop (call $outcome (call $out (i32.load (i32.const 0))) (i32.const 16)))
              (i32.load8_u (i32.const 16)))
            """)
        let result = try await run(guest, input: "swifts")
        #expect(result.value == 0)
        #expect(result.output == "swifts")
    }

    @Test func `an output that fails says so in the future and ends the stream`() async throws {
        let guest = Self.component(
            Self.streams,
            """
            \(Self.streamImports)
            (func (export "run") (result i32)
              (local $ends i64) (local $to i32) (local $done i32)
              (local.set $ends (call $new))
              (local.set $to (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
              (local.set $done (call $out (i32.wrap_i64 (local.get $ends))))
              (if (i32.ne (call $write (local.get $to) (i32.const 64) (i32.const 8)) (i32.const 64))
                (then (return (i32.const 90))))
              (if (i32.ne (call $write (local.get $to) (i32.const 64) (i32.const 4)) (i32.const 1))
                (then (return (i32.const 91))))
              (call $drop-write (local.get $to))
              (drop (call $outcome (local.get $done) (i32.const 16)))
              (i32.load16_u (i32.const 16)))
            """)
        // The case `error`, with `io` behind it.
        #expect(try await run(guest, room: 4).value == 1)
    }

    @Test func `a wait for the clock takes its time and lets others run`() async throws {
        let guest = Self.component(
            """
            (import "wasi:clocks/monotonic-clock@0.3.0" (instance $clock
              (export "now" (func (result u64)))
              (export "wait-for" (func async (param "how-long" u64)))))
            (core func $now (canon lower (func $clock "now")))
            (core func $wait (canon lower (func $clock "wait-for")))
            (core func $begin (canon lower (func $clock "wait-for") async))
            (core instance $host (export "memory" (memory $libc "memory")) (export "now" (func $now))
              (export "wait" (func $wait)) (export "begin" (func $begin)))
            """,
            """
            (import "host" "now" (func $now (result i64)))
            (import "host" "wait" (func $wait (param i64)))
            (import "host" "begin" (func $begin (param i64) (result i32)))
            (func (export "run") (result i32)
              (local $start i64)
              (local.set $start (call $now))
              ;; A call that has started (1), with its handle above.
              (if (i32.ne (i32.and (call $begin (i64.const 60000000000)) (i32.const 15)) (i32.const 1))
                (then (return (i32.const 90))))
              (call $wait (i64.const 5000000))
              (i64.lt_u (i64.sub (call $now) (local.get $start)) (i64.const 5000000)))
            """)
        #expect(try await run(guest).value == 0)
    }

    @Test func `the seed is the same whenever it is asked for`() async throws {
        let guest = Self.component(
            """
            (import "wasi:random/insecure-seed@0.3.0-rc-2026-03-15" (instance $seed
              (export "get-insecure-seed" (func (result (tuple u64 u64))))))
            (core func $seed (canon lower (func $seed "get-insecure-seed")
              (memory (core memory $libc "memory"))))
            (core instance $host (export "memory" (memory $libc "memory")) (export "seed" (func $seed)))
            """,
            """
            (import "host" "seed" (func $seed (param i32)))
            (func (export "run") (result i32)
              (call $seed (i32.const 16))
              (call $seed (i32.const 32))
              (i32.or
                (i64.ne (i64.load (i32.const 16)) (i64.load (i32.const 32)))
                (i64.eqz (i64.or (i64.load (i32.const 16)) (i64.load (i32.const 24))))))
            """)
        #expect(try await run(guest).value == 0)
    }

    private static let folder = """
        (import "wasi:filesystem/types@0.3.0" (instance $types
          (export "descriptor" (type $descriptor (sub resource)))
          (type $t (variant (case "block-device") (case "character-device") (case "directory")
            (case "fifo") (case "symbolic-link") (case "regular-file") (case "socket")
            (case "other" (option string))))
          (export "descriptor-type" (type $type (eq $t)))
          (type $r (record (field "type" $type) (field "name" string)))
          (export "directory-entry" (type $entry (eq $r)))
          (type $v (variant (case "access") (case "already") (case "bad-descriptor") (case "busy")
            (case "deadlock") (case "quota") (case "exist") (case "file-too-large")
            (case "illegal-byte-sequence") (case "in-progress") (case "interrupted") (case "invalid")
            (case "io") (case "is-directory") (case "loop") (case "too-many-links") (case "message-size")
            (case "name-too-long") (case "no-device") (case "no-entry") (case "no-lock")
            (case "insufficient-memory") (case "insufficient-space") (case "not-directory")
            (case "not-empty") (case "not-recoverable") (case "unsupported") (case "no-tty")
            (case "no-such-device") (case "overflow") (case "not-permitted") (case "pipe")
            (case "read-only") (case "invalid-seek") (case "text-file-busy") (case "cross-device")
            (case "other" (option string))))
          (export "error-code" (type $code (eq $v)))
          (export "[method]descriptor.read-directory" (func (param "self" (borrow $descriptor))
            (result (tuple (stream $entry) (future (result (error $code)))))))))
        (alias export $types "descriptor" (type $descriptor))
        (alias export $types "directory-entry" (type $entry))
        (import "wasi:filesystem/preopens@0.3.0" (instance $preopens
          (alias outer 1 $descriptor (type $d)) (export "descriptor" (type $own (eq $d)))
          (export "get-directories" (func (result (list (tuple (own $own) string)))))))
        (type $entries (stream $entry))
        (core func $folders (canon lower (func $preopens "get-directories")
          (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
        (core func $list (canon lower (func $types "[method]descriptor.read-directory")
          (memory (core memory $libc "memory"))))
        (core func $read (canon stream.read $entries
          (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
        (core instance $host (export "memory" (memory $libc "memory")) (export "folders" (func $folders))
          (export "list" (func $list)) (export "read" (func $read)))
        """

    private static let making = folder.replacingOccurrences(
        of: "(export \"[method]descriptor.read-directory\"",
        with: """
            (export "[method]descriptor.create-directory-at" (func async
              (param "self" (borrow $descriptor)) (param "path" string) (result (result (error $code)))))
            (export "[method]descriptor.read-directory"
            """
    ).replacingOccurrences(
        of: "(core instance $host ",
        with: """
            (core func $make (canon lower (func $types "[method]descriptor.create-directory-at") async
              (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
            (core instance $host (export "make" (func $make))
            """)

    @Test func `work on files is under way while the guest goes on`() async throws {
        let folder = try TemporaryFolder()
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let isOver = DispatchSemaphore(value: 0)
        // Nothing can be done for the guest before it has ended.
        pool.submit { _ in isOver.wait() }
        let plan = try HostSystemPlan(
            directories: [DirectoryGrant(hostPath: folder.path, guestPath: "/", access: .readWrite)],
            files: .offload(pool))
        // Two calls that have started (1), with their handles above.
        let guest = Self.component(
            Self.making,
            """
            (import "host" "folders" (func $folders (param i32)))
            (import "host" "make" (func $make (param i32 i32 i32 i32) (result i32)))
            (data (i32.const 256) "onetwo")
            (func $begin (param $at i32) (result i32)
              (i32.and (i32.const 15)
                (call $make (i32.load (i32.load (i32.const 0))) (local.get $at) (i32.const 3) (i32.const 16))))
            (func (export "run") (result i32)
              (call $folders (i32.const 0))
              (i32.add (i32.mul (i32.const 10) (call $begin (i32.const 256))) (call $begin (i32.const 259))))
            """)
        let result: Result<UInt32, any Error>
        do { result = .success(try await run(guest, plan).value) } catch { result = .failure(error) }
        isOver.signal()
        #expect(try result.get() == 11)
        // What has begun is done, whoever has gone.
        try await eventually("both folders are made") {
            ["one", "two"].allSatisfy { FileManager.default.fileExists(atPath: "\(folder.path)/\($0)") }
        }
        try await pool.shutdownGracefully()
    }

    @Test(arguments: [false, true])
    func `the names of a folder come as a stream`(isOffloading: Bool) async throws {
        let folder = try TemporaryFolder()
        for name in ["a", "bc", "def", "ghij"] { try folder.file(name) }
        let plan = try HostSystemPlan(
            directories: [DirectoryGrant(hostPath: folder.path, guestPath: "/")],
            files: isOffloading ? .offload(.singleton) : .inline)
        // Two at a time; the sum of the lengths of names, in the low half, and of regular files, above.
        let guest = Self.component(
            Self.folder,
            """
            (import "host" "folders" (func $folders (param i32)))
            (import "host" "list" (func $list (param i32 i32)))
            (import "host" "read" (func $read (param i32 i32 i32) (result i32)))
            (func (export "run") (result i32)
              (local $status i32) (local $count i32) (local $at i32) (local $sum i32)
              (call $folders (i32.const 0))
              (call $list (i32.load (i32.load (i32.const 0))) (i32.const 16))
              (loop $more
                (local.set $status (call $read (i32.load (i32.const 16)) (i32.const 64) (i32.const 2)))
                (local.set $count (i32.shr_u (local.get $status) (i32.const 4)))
                (local.set $at (i32.const 64))
                (block $added
                  (loop $add
                    (br_if $added (i32.eqz (local.get $count)))
                    (local.set $sum (i32.add (local.get $sum) (i32.load offset=20 (local.get $at))))
                    (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 5))
                      (then (local.set $sum (i32.add (local.get $sum) (i32.const 65536)))))
                    (local.set $at (i32.add (local.get $at) (i32.const 24)))
                    (local.set $count (i32.sub (local.get $count) (i32.const 1)))
                    (br $add)))
                (br_if $more (i32.eqz (i32.and (local.get $status) (i32.const 15)))))
              (local.get $sum))
            """)
        #expect(try await run(guest, plan).value == 4 << 16 + 10)
    }
}
