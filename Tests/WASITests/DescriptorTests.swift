import HostSystem
import NIOCore
import NIOPosix
import TestSupport
import Testing
import WasmEngine

@testable import WASI

@Suite struct DescriptorTests {
    private let place: TemporaryFolder

    init() throws { place = try TemporaryFolder() }

    @Test("Preopened folders are found one after the other")
    func preopens() async throws {
        let guest = try await Guest(in: place)
        #expect(try await guest.call("fd_prestat_get", 3, 0) == nil)
        #expect(try await guest.number(at: 0) == 0)
        #expect(try await guest.number(at: 4) == 5)
        #expect(try await guest.call("fd_prestat_dir_name", 3, 16, 4) == .nameTooLong)
        #expect(try await guest.call("fd_prestat_dir_name", 3, 16, 6) == nil)
        #expect(try await guest.text(at: 16, 6) == "/data\0")
        #expect(try await guest.call("fd_prestat_get", 4, 0) == .badDescriptor)
        #expect(try await guest.call("fd_prestat_get", 1, 0) == .badDescriptor)
        let folder = try await guest.open(".", oflags: 2, rights: 0)
        #expect(try await guest.call("fd_prestat_get", folder, 0) == .badDescriptor)
    }

    @Test("Closing, renumbering and counting descriptors")
    func closing() async throws {
        let guest = try await Guest(in: place)
        let file = try await guest.open("file", oflags: 1)
        #expect(file == 4)
        #expect(try await guest.call("fd_renumber", 4, 9) == .badDescriptor)
        #expect(try await guest.call("fd_renumber", 4, 3) == nil)
        #expect(try await guest.call("fd_close", 4) == .badDescriptor)
        #expect(try await guest.call("fd_prestat_get", 3, 0) == .badDescriptor)
        #expect(try await guest.call("fd_close", 3) == nil)
        #expect(try await guest.call("fd_close", 3) == .badDescriptor)
        #expect(try await guest.call("fd_close", -1) == .badDescriptor)
    }

    @Test("A descriptor's type, flags and rights are in their places")
    func fdstat() async throws {
        let guest = try await Guest(in: place)
        let file = try await guest.open("file", oflags: 1, rights: 1 << 1 | 1 << 3, fdflags: 1)
        #expect(try await guest.call("fd_fdstat_get", file, 0x40) == nil)
        #expect(try await guest.bytes(at: 0x40, 8) == [4, 0, 1, 0, 0, 0, 0, 0])
        #expect(try await guest.number(at: 0x48, bytes: 8) == 1 << 1 | 1 << 3)
        #expect(try await guest.number(at: 0x50, bytes: 8) == 0)
        #expect(try await guest.call("fd_fdstat_set_flags", file, 4) == nil)
        #expect(try await guest.call("fd_fdstat_get", file, 0x40) == nil)
        #expect(try await guest.bytes(at: 0x42, 2) == [4, 0])
        #expect(try await guest.call("fd_fdstat_set_flags", file, 32) == .invalid)
        #expect(try await guest.call("fd_fdstat_set_rights", file, 1 << 1, 0) == nil)
        #expect(try await guest.call("fd_fdstat_set_rights", file, 1 << 3, 0) == .notCapable)
        #expect(try await guest.call("fd_fdstat_set_flags", file, 0) == .notCapable)
        #expect(try await guest.call("fd_fdstat_get", 3, 0x40) == nil)
        #expect(try await guest.bytes(at: 0x40, 1) == [3])
        #expect(try await guest.call("fd_fdstat_get", file, 0x4_0000 - 8) == .badAddress)
    }

    @Test("A file's status, size and times are read and set")
    func filestat() async throws {
        try place.file("file", "12345")
        let guest = try await Guest(in: place)
        let file = try await guest.open("file")
        #expect(
            try await guest.call("fd_filestat_set_times", file, 1_000_000_001, 2_000_000_002, 1 | 4) == nil)
        #expect(try await guest.call("fd_filestat_get", file, 0x40) == nil)
        #expect(try await guest.number(at: 0x50, bytes: 8) == 4)
        #expect(try await guest.number(at: 0x58, bytes: 8) == 1)
        #expect(try await guest.number(at: 0x60, bytes: 8) == 5)
        #expect(try await guest.number(at: 0x68, bytes: 8) == 1_000_000_001)
        #expect(try await guest.number(at: 0x70, bytes: 8) == 2_000_000_002)
        #expect(try await guest.call("fd_filestat_set_times", file, 0, 0, 3) == .invalid)
        #expect(try await guest.call("fd_filestat_set_times", file, 0, 0, 16) == .invalid)
        #expect(try await guest.call("fd_filestat_set_times", file, 0, 0, 2 | 8) == nil)
        #expect(try await guest.call("fd_filestat_set_size", file, 2) == nil)
        #expect(place.content("file") == "12")
        #expect(try await guest.call("fd_filestat_set_size", file, -1) == .fileTooLarge)
        #expect(try await guest.call("fd_filestat_get", 0, 0x40) == nil)
        #expect(try await guest.number(at: 0x50, bytes: 8) == 0)
        #expect(try await guest.call("fd_filestat_set_times", 0, 0, 0, 0) == .invalid)
        #expect(try await guest.call("fd_filestat_set_size", 3, 0) == .isDirectory)
        let reading = try await guest.open("file", rights: 1 << 1 | 1 << 22)
        #expect(try await guest.call("fd_filestat_set_size", reading, 0) == nil)
        let readingOnly = try await guest.open("file", rights: 1 << 1)
        #expect(try await guest.call("fd_filestat_set_size", readingOnly, 0) == .notCapable)
    }

    @Test("Room is made, advice is taken, and all is put on the disk")
    func spaceAndSync() async throws {
        let guest = try await Guest(in: place)
        let file = try await guest.open("file", oflags: 1)
        #expect(try await guest.call("fd_allocate", file, 10, 90) == nil)
        #expect(place.content("file")?.utf8.count == 100)
        #expect(try await guest.call("fd_allocate", file, 0, 0) == .invalid)
        #expect(try await guest.call("fd_allocate", file, Int.max, 2) == .fileTooLarge)
        #expect(try await guest.call("fd_allocate", 3, 0, 1) == .isDirectory)
        for advice in 0..<6 { #expect(try await guest.call("fd_advise", file, 0, 100, advice) == nil) }
        #expect(try await guest.call("fd_advise", file, 0, 100, 6) == .invalid)
        #expect(try await guest.call("fd_advise", file, -1, 0, 0) == .invalid)
        #expect(try await guest.call("fd_advise", 0, 0, 0, 0) == .invalidSeek)
        #expect(try await guest.call("fd_sync", file) == nil)
        #expect(try await guest.call("fd_datasync", file) == nil)
        #expect(try await guest.call("fd_sync", 3) == nil)
        #expect(try await guest.call("fd_sync", 0) == .invalid)
        #expect(try await guest.call("fd_datasync", 77) == .badDescriptor)
    }

    @Test("The position moves from all three origins, and not before the start")
    func seeking() async throws {
        try place.file("file", "0123456789")
        let guest = try await Guest(in: place)
        let file = try await guest.open("file")
        #expect(try await guest.call("fd_seek", file, 4, 0, 0) == nil)
        #expect(try await guest.call("fd_seek", file, -1, 1, 0) == nil)
        #expect(try await guest.number(at: 0, bytes: 8) == 3)
        #expect(try await guest.read(2, from: file) == "34")
        #expect(try await guest.call("fd_tell", file, 0) == nil)
        #expect(try await guest.number(at: 0, bytes: 8) == 5)
        #expect(try await guest.call("fd_seek", file, -3, 2, 0) == nil)
        #expect(try await guest.read(9, from: file) == "789")
        #expect(try await guest.call("fd_seek", file, -99, 1, 0) == .invalid)
        #expect(try await guest.call("fd_seek", file, 0, 3, 0) == .invalid)
        #expect(try await guest.call("fd_seek", 0, 0, 0, 0) == .invalidSeek)
        #expect(try await guest.call("fd_seek", 3, 0, 0, 0) == .isDirectory)
        let telling = try await guest.open("file", rights: 1 << 5)
        #expect(try await guest.call("fd_seek", telling, 0, 1, 0) == nil)
        #expect(try await guest.call("fd_seek", telling, 1, 0, 0) == .notCapable)
    }

    @Test("Names of a folder fill the buffer, the last one cut off, and go on behind a cookie")
    func readdir() async throws {
        for index in 0..<20 { try place.file("name-\(index)") }
        let guest = try await Guest(in: place)
        var names: Set<String> = []
        var cookie = 0
        var rounds = 0
        while true {
            rounds += 1
            #expect(try await guest.call("fd_readdir", 3, 0x1000, 100, cookie, 0) == nil)
            let used = try await guest.number(at: 0)
            var address = 0x1000
            while address + 24 <= 0x1000 + used {
                let length = try await guest.number(at: address + 16)
                if address + 24 + length > 0x1000 + used { break }
                let name = try await guest.text(at: address + 24, length)
                #expect(names.insert(name).inserted)
                #expect(try await guest.number(at: address + 20) == (name.hasPrefix("n") ? 4 : 3))
                cookie = try await guest.number(at: address, bytes: 8)
                address += 24 + length
            }
            if used < 100 { break }
        }
        #expect(names.count == 22)
        #expect(rounds > 5)
        #expect(try await guest.call("fd_readdir", 3, 0x1000, 0x8000, 0, 0) == nil)
        #expect(try await guest.number(at: 0) == names.reduce(0) { $0 + 24 + $1.utf8.count })
        #expect(try await guest.call("fd_readdir", 3, 0x4_0000 - 8, 16, 0, 0) == .badAddress)
        #expect(try await guest.call("fd_readdir", 0, 0x1000, 16, 0, 0) == .notDirectory)
    }

    @Test("The process's descriptors do not run out, however many the guest opens")
    func descriptorLimit() async throws {
        try place.file("file")
        let guest = try await Guest(in: place)
        for _ in 0..<252 { _ = try await guest.open("file") }
        await #expect(throws: HostError.tooManyDescriptors) { try await guest.open("file") }
        await #expect(throws: HostError.tooManyDescriptors) { try await guest.open("new", oflags: 1) }
        #expect(try place.names() == ["file"])
    }
}
