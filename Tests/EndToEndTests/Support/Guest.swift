import Foundation
import TestSupport
import Testing

/// A program that a test serves or runs.
enum Guest: Sendable {
    /// A guest of the repository, by its name: C from `.build-guests`, text from `guests/wat`.
    case named(String)
    /// WebAssembly text, or anything that pretends to be some.
    case text(String)
    /// Bytes of a file.
    case bytes([UInt8])

    /// A file with it; one of the repository, or a new one in `folder`.
    func file(in folder: TemporaryFolder) throws -> String {
        switch self {
        case .named(let name):
            try Self.cancelIfMissing(name)
            let candidates = [".build-guests/\(name).wasm", "guests/wat/\(name).wat"].map {
                "\(Built.root)/\($0)"
            }
            return try #require(
                candidates.first { FileManager.default.fileExists(atPath: $0) },
                "the guest \(name) is not built; run `make guests`")
        case .text(let text): return try folder.file("\(UUID().uuidString).wat", text)
        case .bytes(let bytes):
            let path = "\(folder.path)/\(UUID().uuidString).wasm"
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            return path
        }
    }

    /// Ends the test, and says so, where the toolchain of a guest is not here: `scripts/build-guests` left a word about it.
    private static func cancelIfMissing(_ name: String) throws {
        let file = "\(Built.root)/.build-guests/\(name).missing"
        guard FileManager.default.fileExists(atPath: file) else { return }
        let why = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").joined(
            separator: " ")
        let test = Test.current.map { $0.displayName ?? $0.name } ?? "a test"
        // A case that is cancelled leaves no line of its own.
        FileHandle.standardError.write(Data("not run: \"\(test)\" with \(name): \(why)\n".utf8))
        try Test.cancel("the guest \(name) is not built: \(why)")
    }

    /// A command that writes `output` with one call, and then runs `after`.
    static func writing(_ output: String, then after: String = "") -> Guest {
        let length = output.utf8.count
        return .text(
            """
            (module
              (import "wasi_snapshot_preview1" "fd_write"
                (func $fd_write (param i32 i32 i32 i32) (result i32)))
              (import "wasi_snapshot_preview1" "fd_read"
                (func $fd_read (param i32 i32 i32 i32) (result i32)))
              (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
              (memory (export "memory") 2)
              (data (i32.const 0) "\(Guest.escaped(littleEndian: 64))\(Guest.escaped(littleEndian: length))")
              (data (i32.const 16) "\(Guest.escaped(littleEndian: 65536))\(Guest.escaped(littleEndian: 4096))")
              (data (i32.const 64) "\(output.utf8.map { Guest.escaped($0) }.joined())")
              (func $write (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
              (func $read (result i32)
                (drop (call $fd_read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 24)))
                (i32.load (i32.const 24)))
              (func (export "_start") (call $write) \(after)))
            """)
    }

    private static func escaped(littleEndian number: Int) -> String {
        (0..<4).map { escaped(UInt8(number >> ($0 * 8) & 0xff)) }.joined()
    }

    private static func escaped(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return "\\" + (digits.count == 1 ? "0" : "") + digits
    }
}

/// Where this build put things.
enum Built {
    /// The repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The `martlet` program, built beside the tests.
    static let martlet: String = {
        let tests = CommandLine.arguments.first.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath() }
        let beside = tests?.deletingLastPathComponent().appendingPathComponent("martlet").path
        return beside.flatMap { FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil }
            ?? "\(root)/.build/debug/martlet"
    }()
}
