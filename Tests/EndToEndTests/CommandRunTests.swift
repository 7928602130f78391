import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `martlet run` as a process.
@Suite("martlet run")
struct CommandRunTests {
    private func run(
        _ guest: Guest, _ arguments: [String] = [], opensInput: Bool = false,
        in folder: TemporaryFolder? = nil, _ test: (MartletProcess) async throws -> Void
    ) async throws {
        let folder = try folder ?? TemporaryFolder()
        try await MartletProcess.with(
            ["run", try guest.file(in: folder)] + arguments, folder: folder, opensInput: opensInput, test)
    }

    @Test(arguments: [0, 1, 7, 125, 255])
    func `the exit code is the guest's`(code: Int32) async throws {
        try await run(.named("exit-code"), ["--", "silent\(code)"]) { process in
            try await process.ends(.exited(code))
            #expect(process.standardOutput.isEmpty)
            #expect(process.standardError.isEmpty)
        }
    }

    @Test func `arguments and variables reach the guest, and nothing else does`() async throws {
        let arguments = ["--env", "A=1", "--env", "B=x y=z", "--", "one", "two words", ""]
        try await run(.named("env"), arguments) { process in
            try await process.ends(.exited(0))
            let lines = process.standardOutput.split(separator: "\n").dropFirst().map(String.init)
            #expect(
                lines == [
                    "argument env.wasm", "argument one", "argument two words", "argument ", "environment A=1",
                    "environment B=x y=z",
                ])
        }
    }

    @Test func `standard input and output are pipes that flow`() async throws {
        try await run(.named("echo"), opensInput: true) { process in
            try await process.write("first ")
            try await eventually("the first piece comes back") { process.standardOutput.hasSuffix("first ") }
            try await process.write("second")
            try await eventually("and the second") { process.standardOutput.hasSuffix("first second") }
            try await process.closeInput()
            try await process.ends(.exited(0))
        }
    }

    @Test func `a trap ends with 134, a message and a backtrace`() async throws {
        try await run(.named("trap"), ["--", "say-something"]) { process in
            try await process.ends(.exited(134))
            #expect(process.standardOutput.hasSuffix("before\n"), "what was written before is not lost")
            let lines = process.standardError.split(separator: "\n").map(String.init)
            #expect(lines.first?.hasPrefix("error: the program was ended: ") == true)
            #expect(lines.first?.contains("unreachable") == true)
            let frames = lines.dropFirst().map { $0.split(separator: " ").dropFirst().first ?? "" }
            #expect(
                frames == ["trap!inner", "trap!middle", "trap!outer", "trap!_start"] || frames.count == 4)
            for (name, frame) in zip(["inner", "middle", "outer", "_start"], frames) {
                #expect(frame.hasSuffix(name))
            }
        }
    }

    @Test(arguments: [
        ("recurse", [], "call stack exhausted"), ("spin", ["--deadline", "300ms"], "deadline"),
        ("spin", ["--cpu-budget", "100ms"], "CPU budget"),
    ])
    func `a guest that misbehaves is ended with 134`(name: String, options: [String], reason: String)
        async throws
    {
        try await run(.named(name), options) { process in
            try await process.ends(.exited(134))
            #expect(process.standardError.contains(reason))
        }
    }

    @Test func `a closed pipe ends the program without a crash`() async throws {
        try await run(.named("huge-stdout")) { process in
            try await eventually("output flows") { process.standardOutputBytes > 100_000 }
            try await process.closeOutput()
            let end = try await process.ended()
            // As of other programs: told of the broken pipe, or ended by the signal for it.
            #expect(end == .exited(1) || end == .killed(SIGPIPE))
            #expect(process.standardError.isEmpty)
        }
    }

    @Test func `memory and tables end at the limits that the operator gave`() async throws {
        try await run(.named("memory-bomb"), ["--memory-max", "1MiB"]) { process in
            try await process.ends(.exited(0))
            #expect(process.standardOutput.hasSuffix("pages 16\n"))
        }
        try await run(.named("table-bomb"), ["--table-elements-max", "2000"]) { process in
            try await process.ends(.exited(0))
            #expect(process.standardOutput.hasSuffix("refused\n"))
        }
    }

    @Test func `open files end at the limit that the operator gave`() async throws {
        let folder = try TemporaryFolder()
        let arguments = ["--dir", "\(folder.path)::/", "--open-files-max", "10"]
        try await run(.named("fd-exhaustion"), arguments, in: folder) { process in
            try await process.ends(.exited(0))
            #expect(process.standardOutput.hasSuffix("opened 6, then 33\n"))
        }
    }

    /// Makes `made` in its first folder; its exit code is the errno.
    private static let making = Guest.text(
        """
        (module
          (import "wasi_snapshot_preview1" "path_create_directory"
            (func $create (param i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "made")
          (func (export "_start")
            (call $proc_exit (call $create (i32.const 3) (i32.const 0) (i32.const 4)))))
        """)

    @Test func `a folder can be changed unless it is granted for reading`() async throws {
        let folder = try TemporaryFolder()
        let data = try folder.folder("data")
        try await run(Self.making, ["--dir", "\(data)::/data:ro"], in: folder) { process in
            // 69 is `rofs`, 76 `notcapable`.
            let end = try await process.ended()
            #expect(end == .exited(69) || end == .exited(76))
        }
        #expect(try folder.names("data") == [])
        try await run(Self.making, ["--dir", "\(data)::/data"], in: folder) { process in
            try await process.ends(.exited(0))
        }
        #expect(try folder.names("data") == ["made"])
        try await run(Self.making) { process in
            try await process.ends(.exited(8))
        }
    }

    @Test(arguments: [
        (Guest.bytes([]), "does not parse"), (.bytes(Array("\0asm".utf8)), ""),
        (.bytes([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 200]), ""),
        (.bytes(Array(repeating: 0xff, count: 1000)), ""),
        (.text("(module"), ""), (.text("(module (memory 1))"), "_start"),
        (.text("(module (import \"env\" \"mystery\" (func)) (func (export \"_start\")))"), "mystery"),
    ])
    func `what is no command is refused with a sentence`(guest: Guest, text: String) async throws {
        try await run(guest) { process in
            try await process.ends(.exited(1))
            #expect(process.standardOutput.isEmpty)
            #expect(process.standardError.hasPrefix("error: "))
            #expect(text.isEmpty || process.standardError.contains(text))
            #expect(process.standardError.utf8.count < 2_000)
        }
    }

    @Test func `a missing file and a missing folder are told`() async throws {
        let folder = try TemporaryFolder()
        try await MartletProcess.with(["run", "nowhere.wasm"], folder: folder) { process in
            try await process.ends(.exited(1))
            #expect(process.standardError.contains("nowhere.wasm"))
        }
        try await run(.named("env"), ["--dir", "\(folder.path)/nowhere::/"]) { process in
            try await process.ends(.exited(1))
            #expect(process.standardError.contains("nowhere"))
        }
    }
}
