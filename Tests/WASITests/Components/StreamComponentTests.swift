import HostSystem
import NIOCore
import Synchronization
import Testing
import WasmEngine

@testable import WASI

@Suite("wasi:io in components")
struct StreamComponentTests {
    private typealias World = ComponentGuest.World

    /// A function that has its input stream in `$in` and its output stream in `$out`.
    private func core(_ body: String) -> String {
        """
        (func (export "run") (result i32) (local $in i32) (local $out i32) (local $p i32) (local $q i32)
          (local.set $in (call $stdin)) (local.set $out (call $stdout))
          \(body)
          (i32.const 0))
        """
    }

    private func world(_ input: (any GuestInput)?, _ output: (any GuestOutput)?) throws -> World {
        World(input: input, output: output, plan: try HostSystemPlan())
    }

    @Test func `reading gives what is there, then the end`() async throws {
        let result = try await ComponentGuest.run(
            core(
                "(call $read (local.get $in) (i64.const 3) (i32.const 0))"
                    + expecting(1, "(i32.eqz (i32.load8_u (i32.const 0)))")
                    + expecting(2, "(i32.eq (i32.load (i32.const 8)) (i32.const 3))")
                    + expecting(3, "(i32.eq (i32.load16_u (i32.load (i32.const 4))) (i32.const 0x6261))")
                    + "(call $skip (local.get $in) (i64.const 1) (i32.const 0))"
                    + expecting(4, "(i64.eq (i64.load (i32.const 8)) (i64.const 1))")
                    + "(call $read (local.get $in) (i64.const 0) (i32.const 0))"
                    + expecting(5, "(i32.eqz (i32.load8_u (i32.const 0)))")
                    + "(call $read (local.get $in) (i64.const 100) (i32.const 0))"
                    + expecting(6, "(i32.eq (i32.load (i32.const 8)) (i32.const 1))")
                    + "(call $read (local.get $in) (i64.const 100) (i32.const 0))"
                    + expecting(7, "(i32.eq (i32.load8_u (i32.const 0)) (i32.const 1))")
                    + expecting(8, "(i32.eq (i32.load8_u (i32.const 4)) (i32.const 1))"))
        ) { try world(BufferInput(ByteBuffer(string: "abcde")), nil) }
        #expect(try result.get() == 0)
    }

    @Test func `a read without bytes gives none, a blocking one waits`() async throws {
        let result = try await ComponentGuest.run(
            core(
                "(call $read (local.get $in) (i64.const 9) (i32.const 0))"
                    + expecting(1, "(i32.eqz (i32.load8_u (i32.const 0)))")
                    + expecting(2, "(i32.eqz (i32.load (i32.const 8)))")
                    + "(local.set $p (call $subscribe-input (local.get $in)))"
                    + expecting(3, "(i32.eqz (call $ready (local.get $p)))")
                    + "(call $blocking-read (local.get $in) (i64.const 9) (i32.const 0))"
                    + expecting(4, "(i32.eq (i32.load (i32.const 8)) (i32.const 5))")
                    + "(call $block (local.get $p))" + expecting(5, "(call $ready (local.get $p))")
                    + "(call $blocking-read (local.get $in) (i64.const 9) (i32.const 0))"
                    + expecting(6, "(i32.eq (i32.load8_u (i32.const 0)) (i32.const 1))"))
        ) {
            let input = ManualInput()
            var waits = 0
            input.onWait = {
                waits += 1
                let isFirst = waits == 1
                ComponentGuest.loop.assumeIsolated().execute {
                    input.feed(isFirst ? "hello" : "", end: !isFirst)
                }
            }
            return try world(input, nil)
        }
        #expect(try result.get() == 0)
    }

    @Test func `a write within the permit goes out, and one beyond it traps`() async throws {
        let output = LockedOutput()
        let text =
            "(call $check-write (local.get $out) (i32.const 0))"
            + expecting(1, "(i64.eq (i64.load (i32.const 8)) (i64.const 262144))")
            + "(call $write (local.get $out) (i32.const 100) (i32.const 5) (i32.const 0))"
            + expecting(2, "(i32.eqz (i32.load8_u (i32.const 0)))")
            + "(call $write-zeroes (local.get $out) (i64.const 2) (i32.const 0))"
            + expecting(3, "(i32.eqz (i32.load8_u (i32.const 0)))")
        let data = "(data (i32.const 100) \"hello\")"
        let result = try await ComponentGuest.run(core(text), data: data) { try output.world(self.world) }
        #expect(try result.get() == 0)
        #expect(output.text == "hello\0\0")
        let beyond = try await ComponentGuest.run(
            core("(call $write-zeroes (local.get $out) (i64.const 262145) (i32.const 0))")
        ) { try output.world(self.world) }
        #expect(trap(of: beyond)?.message.contains("permitted") == true)
        let blocking = try await ComponentGuest.run(
            core("(call $blocking-write (local.get $out) (i32.const 0) (i32.const 4097) (i32.const 0))")
        ) { try output.world(self.world) }
        #expect(trap(of: blocking)?.message.contains("4096") == true)
    }

    @Test func `bytes that an output does not take at once are written without the guest`() async throws {
        let done = ComponentGuest.loop.makePromise(of: String.self)
        let result = try await ComponentGuest.run(
            core(
                "(call $write (local.get $out) (i32.const 100) (i32.const 5) (i32.const 0))"
                    + "(call $check-write (local.get $out) (i32.const 0))"
                    + expecting(1, "(i64.lt_u (i64.load (i32.const 8)) (i64.const 262144))")),
            data: "(data (i32.const 100) \"hello\")"
        ) {
            let output = ManualOutput(room: 2)
            var world = try world(nil, output)
            world.onEnd = { system in
                system.whenDrained { done.succeed(String(decoding: output.written, as: UTF8.self)) }
                output.makeRoom(3)
            }
            return world
        }
        #expect(try result.get() == 0)
        #expect(try await done.futureResult.get() == "hello")
    }

    @Test func `a blocking write waits until all is out, and a flush keeps others from writing`() async throws
    {
        let result = try await ComponentGuest.run(
            core(
                "(call $blocking-write (local.get $out) (i32.const 100) (i32.const 5) (i32.const 0))"
                    + expecting(1, "(i32.eqz (i32.load8_u (i32.const 0)))")
                    + "(call $write (local.get $out) (i32.const 100) (i32.const 5) (i32.const 0))"
                    + "(local.set $p (call $subscribe-output (local.get $out)))"
                    + "(call $blocking-flush (local.get $out) (i32.const 0))"
                    + expecting(2, "(i32.eqz (i32.load8_u (i32.const 0)))"))
        ) {
            let output = ManualOutput(room: 1)
            var world = try world(nil, output)
            world.onStart = { _ in
                output.makeRoom(4)
                output.makeRoom(5)
            }
            return world
        }
        #expect(try result.get() == 0)
    }

    @Test func `a failure is told once with its error, then the stream is closed`() async throws {
        let result = try await ComponentGuest.run(
            core(
                "(call $blocking-write (local.get $out) (i32.const 0) (i32.const 3) (i32.const 0))"
                    + expecting(1, "(i32.eqz (i32.load8_u (i32.const 0)))")
                    + "(call $blocking-write (local.get $out) (i32.const 0) (i32.const 3) (i32.const 0))"
                    + expecting(2, "(i32.eq (i32.load8_u (i32.const 0)) (i32.const 1))")
                    + expecting(3, "(i32.eqz (i32.load8_u (i32.const 4)))")
                    + "(local.set $p (i32.load (i32.const 8)))"
                    + "(call $debug (local.get $p) (i32.const 16))"
                    + expecting(4, "(i32.gt_u (i32.load (i32.const 20)) (i32.const 0))")
                    + "(call $filesystem-error-code (local.get $p) (i32.const 24))"
                    + expecting(5, "(i32.eq (i32.load16_u (i32.const 24)) (i32.const 0x1701))")
                    + "(call $drop-error (local.get $p))"
                    + "(call $check-write (local.get $out) (i32.const 0))"
                    + expecting(6, "(i32.eq (i32.load8_u (i32.const 0)) (i32.const 1))")
                    + expecting(7, "(i32.eq (i32.load8_u (i32.const 8)) (i32.const 1))"))
        ) { try world(nil, BufferOutput(bytesMax: 3)) }
        #expect(try result.get() == 0)
    }

    @Test func `a guest without streams has closed ones`() async throws {
        let result = try await ComponentGuest.run(
            core(
                "(call $read (local.get $in) (i64.const 3) (i32.const 0))"
                    + expecting(1, "(i32.eq (i32.load8_u (i32.const 4)) (i32.const 1))")
                    + "(call $check-write (local.get $out) (i32.const 0))"
                    + expecting(2, "(i32.eq (i32.load8_u (i32.const 8)) (i32.const 1))")))
        #expect(try result.get() == 0)
    }

    @Test func `splicing moves bytes from one stream to the other`() async throws {
        let output = LockedOutput()
        let result = try await ComponentGuest.run(
            core(
                "(call $splice (local.get $out) (local.get $in) (i64.const 3) (i32.const 0))"
                    + expecting(1, "(i64.eq (i64.load (i32.const 8)) (i64.const 3))")
                    + "(call $blocking-splice (local.get $out) (local.get $in) (i64.const 99) (i32.const 0))"
                    + expecting(2, "(i64.eq (i64.load (i32.const 8)) (i64.const 2))")
                    + "(call $blocking-splice (local.get $out) (local.get $in) (i64.const 99) (i32.const 0))"
                    + expecting(3, "(i32.eq (i32.load8_u (i32.const 8)) (i32.const 1))"))
        ) {
            var world = try output.world(self.world)
            world.input = BufferInput(ByteBuffer(string: "abcde"))
            return world
        }
        #expect(try result.get() == 0)
        #expect(output.text == "abcde")
    }

    @Test func `poll gives the indices of all that are ready`() async throws {
        let result = try await ComponentGuest.run(
            core(
                "(i32.store (i32.const 32) (call $subscribe-input (local.get $in)))"
                    + "(i32.store (i32.const 36) (call $subscribe-output (local.get $out)))"
                    + "(i32.store (i32.const 40) (call $after (i64.const 0)))"
                    + "(call $poll (i32.const 32) (i32.const 3) (i32.const 0))"
                    + expecting(1, "(i32.eq (i32.load (i32.const 4)) (i32.const 2))")
                    + expecting(2, "(i32.eq (i32.load (i32.load (i32.const 0))) (i32.const 1))")
                    + expecting(3, "(i32.eq (i32.load offset=4 (i32.load (i32.const 0))) (i32.const 2))"))
        ) { try world(ManualInput(), DiscardOutput()) }
        #expect(try result.get() == 0)
    }

    @Test func `an empty poll traps`() async throws {
        let result = try await ComponentGuest.run(
            core("(call $poll (i32.const 32) (i32.const 0) (i32.const 0))"))
        #expect(trap(of: result)?.message.contains("empty") == true)
    }

    @Test func `a stream may not go before what was subscribed to`() async throws {
        let subscribing = "(local.set $p (call $subscribe-input (local.get $in)))"
        let wrong = try await ComponentGuest.run(
            core(subscribing + "(call $drop-input-stream (local.get $in))"))
        #expect(trap(of: wrong)?.message.contains("depend") == true)
        let right = try await ComponentGuest.run(
            core(
                subscribing + "(call $drop-pollable (local.get $p)) (call $drop-input-stream (local.get $in))"
            ))
        #expect(try right.get() == 0)
    }

    @Test func `resources of the host end at the limit`() async throws {
        let looping =
            "(loop (call $drop-pollable (call $after (i64.const 0))) (br_if 0 (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (i32.const 1000))))"
        let keeping =
            "(loop (drop (call $after (i64.const 0))) (br_if 0 (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (i32.const 1000))))"
        for (body, isFine) in [(looping, true), (keeping, false)] {
            let result = try await ComponentGuest.run(core(body)) {
                var world = try world(nil, nil)
                world.limits.entries = 10
                return world
            }
            #expect((trap(of: result) == nil) == isFine)
        }
    }
}

/// Output that the test reads after the run, on another thread.
final class LockedOutput: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    func world(
        _ make: ((any GuestInput)?, (any GuestOutput)?) throws -> ComponentGuest.World
    ) throws -> ComponentGuest.World { try make(nil, Writer(self)) }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    private final class Writer: GuestOutput {
        let owner: LockedOutput
        init(_ owner: LockedOutput) { self.owner = owner }
        var isWritable: Bool { true }
        func write(_ bytes: RawSpan) throws(HostError) -> Int {
            let copy = bytes.copied()
            owner.bytes.withLock { $0 += copy }
            return copy.count
        }
        func wakeWhenWritable(_ token: WakeToken) { token.wake() }
    }
}
