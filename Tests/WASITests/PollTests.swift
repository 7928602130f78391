import HostSystem
import NIOCore
import Testing
import WasmEngine

@testable import WASI

@Suite struct PollTests {
    private func guest(_ input: @escaping @Sendable () -> any GuestInput = { ManualInput() }) async throws
        -> Guest
    {
        let plan = try HostSystemPlan()
        return try await Guest { GuestSystem(plan, input: input(), output: DiscardOutput()) }
    }

    /// A clock subscription as words of four bytes.
    private func clock(_ userData: Int, _ nanoseconds: Int, id: Int = 1, flags: Int = 0) -> [Int] {
        [userData, 0, 0, 0, id, 0, nanoseconds & 0xffff_ffff, nanoseconds >> 32, 0, 0, flags, 0]
    }

    private func descriptor(_ userData: Int, _ number: Int, tag: Int) -> [Int] {
        [userData, 0, tag, 0, number, 0, 0, 0, 0, 0, 0, 0]
    }

    /// The user data, error, type, bytes and flags of each event.
    private func events(_ guest: Guest) async throws -> [[Int]] {
        var events: [[Int]] = []
        for index in 0..<(try await guest.number(at: 0x80)) {
            let address = 0x4000 + 32 * index
            events.append([
                try await guest.number(at: address, bytes: 8),
                try await guest.number(at: address + 8, bytes: 2),
                try await guest.number(at: address + 10, bytes: 1),
                try await guest.number(at: address + 16, bytes: 8),
                try await guest.number(at: address + 24, bytes: 2),
            ])
        }
        return events
    }

    @Test("Events are what came true of the subscriptions, in their order and layout")
    func layout() async throws {
        let guest = try await guest { BufferInput(ByteBuffer(string: "abc")) }
        let subscriptions = [
            clock(7, 0), descriptor(8, 0, tag: 1), descriptor(9, 1, tag: 2), descriptor(10, 99, tag: 1),
            clock(11, 60_000_000_000), clock(12, 0, id: 9), clock(13, 0, flags: 2),
        ]
        try await guest.put(words: subscriptions.flatMap { $0 }, at: 0x1000)
        #expect(try await guest.call("poll_oneoff", 0x1000, 0x4000, subscriptions.count, 0x80) == nil)
        #expect(
            try await events(guest) == [
                [7, 0, 0, 0, 0], [8, 0, 1, 3, 0], [9, 0, 2, 0, 0], [10, 8, 1, 0, 0], [12, 28, 0, 0, 0],
                [13, 28, 0, 0, 0],
            ])
    }

    @Test("The end of input is readable, with a hang-up")
    func hangUp() async throws {
        let guest = try await guest { BufferInput() }
        try await guest.put(words: descriptor(1, 0, tag: 1), at: 0x1000)
        #expect(try await guest.call("poll_oneoff", 0x1000, 0x4000, 1, 0x80) == nil)
        #expect(try await events(guest) == [[1, 0, 1, 0, 1]])
    }

    @Test("Waiting does not keep the loop from others: another guest feeds this one")
    func waiting() async throws {
        let guest = try await guest()
        try await guest.put(words: clock(1, 3_600_000_000_000) + descriptor(2, 0, tag: 1), at: 0x1000)
        let polling = guest.start("poll_oneoff", [0x1000, 0x4000, 2, 0x80])
        try await guest.settle()
        let other = try await self.guest()
        #expect(try await other.call("sched_yield") == nil)
        try await guest.with { _, system in (system.input as? ManualInput)?.feed("x") }
        _ = try await polling.get().get()
        #expect(try await events(guest) == [[2, 0, 1, 1, 0]])
    }

    @Test("A sleeping guest sleeps as long as it asked for, on a time span and until a moment")
    func sleeping() async throws {
        let guest = try await guest()
        #expect(try await guest.call("clock_time_get", 1, 0, 0) == nil)
        let start = try await guest.number(at: 0, bytes: 8)
        try await guest.put(words: clock(1, 3_000_000), at: 0x1000)
        #expect(try await guest.call("poll_oneoff", 0x1000, 0x4000, 1, 0x80) == nil)
        try await guest.put(words: clock(1, start + 5_000_000, flags: 1), at: 0x1000)
        #expect(try await guest.call("poll_oneoff", 0x1000, 0x4000, 1, 0x80) == nil)
        #expect(try await guest.call("clock_time_get", 1, 0, 0) == nil)
        #expect(try await guest.number(at: 0, bytes: 8) >= start + 5_000_000)
    }

    @Test("Nothing to wait for, too much, a tag without meaning and bad addresses are refused")
    func refusals() async throws {
        let guest = try await guest()
        #expect(try await guest.call("poll_oneoff", 0x1000, 0x4000, 0, 0x80) == .invalid)
        #expect(try await guest.call("poll_oneoff", 0x1000, 0x4000, 1_025, 0x80) == .invalid)
        #expect(try await guest.call("poll_oneoff", 0x4_0000 - 47, 0x4000, 1, 0x80) == .badAddress)
        #expect(try await guest.call("poll_oneoff", -40, 0x4000, 1, 0x80) == .badAddress)
        try await guest.put(words: descriptor(1, 0, tag: 3), at: 0x1000)
        #expect(try await guest.call("poll_oneoff", 0x1000, 0x4000, 1, 0x80) == .invalid)
    }

    @Test("A guest that is cancelled while it polls ends")
    func cancelling() async throws {
        let guest = try await guest()
        try await guest.put(words: clock(1, 3_600_000_000_000) + descriptor(2, 0, tag: 1), at: 0x1000)
        let polling = guest.start("poll_oneoff", [0x1000, 0x4000, 2, 0x80])
        try await guest.settle()
        guest.cancel()
        guard case .failure(let trap) = try await polling.get() else {
            Issue.record("a cancelled guest returned")
            return
        }
        #expect(trap.reason == .cancelled)
    }
}
