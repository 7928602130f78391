import Foundation
import TestSupport
import Testing

/// `martlet run` of components, as a process.
@Suite("martlet run COMPONENT")
struct ComponentRunTests {
    private func run(
        _ guest: Guest, _ arguments: [String] = [], _ test: (MartletProcess) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        try await MartletProcess.with(
            ["run", try guest.file(in: folder)] + arguments, folder: folder, opensInput: false, test)
    }

    /// A command whose `run` is `core`, with the interfaces that a small command needs.
    private static func command(
        _ core: String, imports: String = "", lowered: String = "", given: String = ""
    )
        -> Guest
    {
        .text(
            """
            (component
              (import "wasi:io/error@0.2.0" (instance $error (export "error" (type (sub resource)))))
              (alias export $error "error" (type $error))
              (import "wasi:io/streams@0.2.0" (instance $streams
                (export "output-stream" (type $out (sub resource)))
                (alias outer 1 $error (type $e))
                (type $v (variant (case "last-operation-failed" (own $e)) (case "closed")))
                (export "stream-error" (type $failure (eq $v)))
                (export "[method]output-stream.blocking-write-and-flush"
                  (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $failure)))))))
              (alias export $streams "output-stream" (type $output-stream))
              (import "wasi:cli/stdout@0.2.0" (instance $stdout
                (alias outer 1 $output-stream (type $out))
                (export "get-stdout" (func (result (own $out))))))
              (import "wasi:cli/exit@0.2.12" (instance $exit
                (export "exit-with-code" (func (param "status-code" u8)))))
              \(imports)
              (core module $Libc (memory (export "memory") 1))
              (core instance $libc (instantiate $Libc))
              (core func $write (canon lower
                (func $streams "[method]output-stream.blocking-write-and-flush") (memory (core memory $libc "memory"))))
              (core func $stdout (canon lower (func $stdout "get-stdout")))
              (core func $exit (canon lower (func $exit "exit-with-code")))
              \(lowered)
              (core module $Main
                (import "libc" "memory" (memory 1))
                (import "host" "write" (func $write (param i32 i32 i32 i32)))
                (import "host" "stdout" (func $stdout (result i32)))
                (import "host" "exit" (func $exit (param i32)))
                \(given.isEmpty ? "" : "(import \"host\" \"given\" (func $given))")
                (data (i32.const 16) "hello\\n")
                (func $hello (call $write (call $stdout) (i32.const 16) (i32.const 6) (i32.const 0)))
                (func (export "run") (result i32) \(core)))
              (core instance $main (instantiate $Main
                (with "libc" (instance $libc))
                (with "host" (instance (export "write" (func $write)) (export "stdout" (func $stdout))
                  (export "exit" (func $exit)) \(given)))))
              (func $run (result (result)) (canon lift (core func $main "run")))
              (component $Run
                (import "run" (func $f (result (result))))
                (export "run" (func $f)))
              (instance $run (instantiate $Run (with "run" (func $run))))
              (export "wasi:cli/run@0.2.3" (instance $run)))
            """)
    }

    /// `run` of core modules: legacy names, standard names, and preview 1 beside `wasi:cli/run`.
    private static let modules = [
        """
        (module
          (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $stdout (result i32)))
          (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
            (func $write (param i32 i32 i32 i32)))
          (memory (export "memory") 1)
          (data (i32.const 16) "hello\\n")
          (func (export "wasi:cli/run@0.2.0#run") (result i32)
            (call $write (call $stdout) (i32.const 16) (i32.const 6) (i32.const 0)) (i32.const 1)))
        """,
        """
        (module
          (import "cm32p2|wasi:cli/stdout@0.2" "get-stdout" (func $stdout (result i32)))
          (import "cm32p2|wasi:io/streams@0.2" "[method]output-stream.blocking-write-and-flush"
            (func $write (param i32 i32 i32 i32)))
          (memory (export "cm32p2_memory") 1)
          (data (i32.const 16) "hello\\n")
          (func (export "cm32p2_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
          (func (export "cm32p2_initialize"))
          (func (export "cm32p2|wasi:cli/run@0.2|run") (result i32)
            (call $write (call $stdout) (i32.const 16) (i32.const 6) (i32.const 0)) (i32.const 1)))
        """,
        """
        (module
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "\\10\\00\\00\\00\\06\\00\\00\\00")
          (data (i32.const 16) "hello\\n")
          (func (export "wasi:cli/run@0.2.0#run") (result i32)
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (i32.const 1)))
        """,
    ]

    @Test(arguments: modules.indices) func `a core module that exports run needs no component around it`(
        index: Int
    ) async throws {
        try await run(.text(Self.modules[index])) { process in
            try await process.ends(.exited(1))
            #expect(process.standardOutput == "hello\n")
        }
    }

    @Test func `a component writes and ends as it says`() async throws {
        for (core, status) in [
            ("(call $hello) (i32.const 0)", Int32(0)), ("(call $hello) (i32.const 1)", 1),
            ("(call $hello) (call $exit (i32.const 42)) (i32.const 0)", 42),
        ] {
            try await run(Self.command(core)) { process in
                try await process.ends(.exited(status))
                #expect(process.standardOutput == "hello\n")
                #expect(process.standardError.isEmpty)
            }
        }
    }

    @Test func `a trap ends with 134 and a message`() async throws {
        try await run(Self.command("(call $hello) (unreachable)")) { process in
            try await process.ends(.exited(134))
            #expect(process.standardOutput == "hello\n")
            #expect(process.standardError.hasPrefix("error: the program was ended: "))
        }
    }

    @Test func `what is not offered is listed before the program runs, and traps when it is called`()
        async throws
    {
        let imports =
            "(import \"acme:things/store@1.0.0\" (instance $store (export \"keep\" (func))))"
        let lowered = "(core func $given (canon lower (func $store \"keep\")))"
        let given = "(export \"given\" (func $given))"
        for (core, status) in [
            ("(call $hello) (i32.const 0)", Int32(0)), ("(call $given) (i32.const 0)", 134),
        ] {
            let guest = Self.command(core, imports: imports, lowered: lowered, given: given)
            try await run(guest) { process in
                try await process.ends(.exited(status))
                #expect(process.standardError.contains("  acme:things/store@1.0.0 keep\n"))
                #expect(process.standardError.contains("which this host does not offer") == (status != 0))
            }
        }
    }

    @Test func `a component that is no command is refused with a sentence`() async throws {
        try await run(.text("(component (instance $i) (export \"acme:things/store@1.0.0\" (instance $i)))")) {
            process in
            try await process.ends(.exited(1))
            #expect(process.standardError.contains("wasi:cli/run"))
            #expect(process.standardError.contains("acme:things/store@1.0.0"))
        }
    }
}
