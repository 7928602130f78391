import HostSystem
import NIOCore
import NIOPosix
import TestSupport
import Testing
import WasmEngine

@testable import WASI

@Suite struct StreamTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    @Test("Vectors are written and read one after the other")
    func vectors() async throws {
        let guest = try await Guest(in: place)
        let file = try await guest.open("file", oflags: 1)
        try await guest.put("abcdef", at: 0x1000)
        try await guest.put(words: [0x1000, 2, 0x1004, 0, 0x1003, 3], at: 0x200)
        #expect(try await guest.call("fd_write", file, 0x200, 3, 0x80) == nil)
        #expect(try await guest.number(at: 0x80) == 5)
        #expect(place.content("file") == "abdef")
        try await guest.put("XY", at: 0x1000)
        #expect(try await guest.call("fd_pwrite", file, 0x200, 1, 1, 0x80) == nil)
        #expect(place.content("file") == "aXYef")
        try await guest.put(words: [0x2000, 2, 0x2010, 0, 0x2020, 9], at: 0x200)
        #expect(try await guest.call("fd_pread", file, 0x200, 3, 1, 0x80) == nil)
        #expect(try await guest.number(at: 0x80) == 4)
        #expect(try await guest.text(at: 0x2000, 2) + guest.text(at: 0x2020, 2) == "XYef")
        #expect(try await guest.call("fd_seek", file, 0, 0, 0) == nil)
        #expect(try await guest.read(9, from: file) == "aXYef")
        #expect(try await guest.read(9, from: file) == "")
        #expect(try await guest.call("fd_pread", file, 0x200, 1, -1, 0x80) == .invalid)
        #expect(try await guest.call("fd_pread", 0, 0x200, 1, 0, 0x80) == .invalidSeek)
        #expect(try await guest.call("fd_pwrite", 3, 0x200, 1, 0, 0x80) == .isDirectory)
    }

    @Test("Vectors outside the memory, too many, or too long together are refused before anything is done")
    func badVectors() async throws {
        let guest = try await Guest(in: place)
        let file = try await guest.open("file", oflags: 1)
        try await guest.put(words: [0x1000, 1, 0x4_0000 - 1, 2], at: 0x200)
        #expect(try await guest.call("fd_write", file, 0x200, 2, 0x80) == .badAddress)
        try await guest.put(words: [-1, -1], at: 0x200)
        #expect(try await guest.call("fd_write", file, 0x200, 1, 0x80) == .badAddress)
        #expect(try await guest.call("fd_read", file, 0x200, 1, 0x80) == .badAddress)
        #expect(try await guest.call("fd_write", file, 0x4_0000 - 4, 1, 0x80) == .badAddress)
        #expect(try await guest.call("fd_write", file, -8, 2, 0x80) == .invalid)
        #expect(try await guest.call("fd_write", file, 0x200, 1_025, 0x80) == .invalid)
        #expect(try await guest.call("fd_write", file, 0x200, -1, 0x80) == .invalid)
        #expect(place.content("file") == "")
        #expect(try await guest.call("fd_write", file, 0x200, 0, 0x80) == nil)
    }

    @Test("Large files move in pieces, on the loop and off it", arguments: [false, true])
    func pieces(isOffloading: Bool) async throws {
        var limits = HostSystemLimits()
        limits.transferBytes = 1_000
        let files: HostFileExecution = isOffloading ? .offload(.singleton) : .inline
        let grant = DirectoryGrant(hostPath: place.path, guestPath: "/", access: .readWrite)
        let plan = try HostSystemPlan(directories: [grant], files: files, limits: limits)
        let guest = try await Guest { GuestSystem(plan) }
        let file = try await guest.open("file", oflags: 1)
        let content = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try await guest.put(content, at: 0x1_0000)
        try await guest.put(words: [0x1_0000, 20_000], at: 0x200)
        #expect(try await guest.call("fd_write", file, 0x200, 1, 0x80) == nil)
        #expect(try await guest.number(at: 0x80) == 20_000)
        try await guest.put(words: [0x2_0000, 30_000], at: 0x200)
        #expect(try await guest.call("fd_pread", file, 0x200, 1, 0, 0x80) == nil)
        #expect(try await guest.number(at: 0x80) == 20_000)
        #expect(try await guest.bytes(at: 0x2_0000, 20_000) == content)
    }

    @Test("A guest that reads waits for its input, and takes what is there")
    func waitingForInput() async throws {
        let plan = try HostSystemPlan()
        let guest = try await Guest { GuestSystem(plan, input: ManualInput()) }
        try await guest.put(words: [0x1000, 4, 0x2000, 100], at: 0x200)
        let reading = guest.start("fd_read", [0, 0x200, 2, 0x80])
        try await guest.settle()
        try await guest.with { _, system in (system.input as? ManualInput)?.feed("hello") }
        _ = try await reading.get().get()
        #expect(try await guest.number(at: 0x80) == 5)
        #expect(try await guest.text(at: 0x1000, 4) + guest.text(at: 0x2000, 1) == "hello")
        try await guest.with { _, system in (system.input as? ManualInput)?.feed("!", end: true) }
        #expect(try await guest.read(9, from: 0) == "!")
        #expect(try await guest.read(9, from: 0) == "")
    }

    @Test("A guest that writes waits for room, and writes everything")
    func waitingForRoom() async throws {
        let plan = try HostSystemPlan()
        let guest = try await Guest { GuestSystem(plan, output: ManualOutput(room: 3)) }
        try await guest.put("0123456789", at: 0x1000)
        try await guest.put(words: [0x1000, 2, 0x1002, 8], at: 0x200)
        let writing = guest.start("fd_write", [1, 0x200, 2, 0x80])
        for _ in 0..<7 {
            try await guest.settle()
            try await guest.with { _, system in (system.output as? ManualOutput)?.makeRoom(1) }
        }
        _ = try await writing.get().get()
        #expect(try await guest.number(at: 0x80) == 10)
        let written = try await guest.with { _, system in (system.output as? ManualOutput)?.written }
        #expect(written == Array("0123456789".utf8))
    }

    @Test("A descriptor that must not wait says so instead")
    func nonBlocking() async throws {
        let plan = try HostSystemPlan()
        let guest = try await Guest { GuestSystem(plan, input: ManualInput(), output: ManualOutput(room: 3)) }
        #expect(try await guest.call("fd_fdstat_set_flags", 0, 4) == nil)
        #expect(try await guest.call("fd_fdstat_set_flags", 1, 4) == nil)
        await #expect(throws: HostError.wouldBlock) { try await guest.read(1, from: 0) }
        #expect(try await guest.write("12345", to: 1) == 3)
        await #expect(throws: HostError.wouldBlock) { try await guest.write("45", to: 1) }
    }

    @Test("A guest that is cancelled while it waits unwinds, and a late wake does nothing")
    func cancelling() async throws {
        let plan = try HostSystemPlan()
        let guest = try await Guest { GuestSystem(plan, input: ManualInput()) }
        try await guest.put(words: [0x1000, 4], at: 0x200)
        let reading = guest.start("fd_read", [0, 0x200, 1, 0x80])
        try await guest.settle()
        guest.cancel()
        guard case .failure(let trap) = try await reading.get() else {
            Issue.record("a cancelled guest returned")
            return
        }
        #expect(trap.reason == .cancelled)
        try await guest.with { _, system in (system.input as? ManualInput)?.feed("late") }
        #expect(try await guest.bytes(at: 0x1000, 4) == [0, 0, 0, 0])
    }

    @Test("Streams that the guest does not have, or may not use that way, are bad descriptors")
    func missing() async throws {
        let plan = try HostSystemPlan()
        let guest = try await Guest { GuestSystem(plan, output: DiscardOutput()) }
        await #expect(throws: HostError.badDescriptor) { try await guest.read(1, from: 0) }
        await #expect(throws: HostError.badDescriptor) { try await guest.read(1, from: 1) }
        await #expect(throws: HostError.badDescriptor) { try await guest.write("x", to: 0) }
        await #expect(throws: HostError.badDescriptor) { try await guest.write("x", to: 2) }
        await #expect(throws: HostError.badDescriptor) { try await guest.write("x", to: 3) }
        #expect(try await guest.write("x", to: 1) == 1)
    }

    @Test("Output past its limit is an error that the guest sees")
    func fullOutput() async throws {
        let plan = try HostSystemPlan()
        let guest = try await Guest { GuestSystem(plan, output: BufferOutput(bytesMax: 4)) }
        #expect(try await guest.write("123456", to: 1) == 4)
        await #expect(throws: HostError.noSpace) { try await guest.write("56", to: 1) }
    }
}
