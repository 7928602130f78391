import Foundation
import HostSystem
import NIOCore
import TestSupport
import Testing
import WasmEngine

@testable import WASI

@Suite struct SocketTests {
    /// A guest with one end of a connection as descriptor 3, and the other end.
    private func connected() async throws -> (Guest, Int32) {
        var ends: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        let plan = try HostSystemPlan()
        let own = ends[0]
        let guest = try await Guest {
            let system = GuestSystem(plan)
            _ = try system.add(HostSocket(owning: own))
            return system
        }
        return (guest, ends[1])
    }

    private func send(_ text: String, _ socket: Int32) {
        _ = text.withCString { write(socket, $0, strlen($0)) }
    }

    @Test("Bytes are received, peeked at, sent, and the end is seen")
    func bytes() async throws {
        let (guest, other) = try await connected()
        send("hello", other)
        try await guest.put(words: [0x1000, 3, 0x2000, 3], at: 0x200)
        #expect(try await guest.call("sock_recv", 3, 0x200, 2, 1, 0x80, 0x84) == nil)
        #expect(try await guest.number(at: 0x80) == 3)
        #expect(try await guest.call("sock_recv", 3, 0x200, 2, 0, 0x80, 0x84) == nil)
        #expect(try await guest.number(at: 0x80) == 5)
        #expect(try await guest.text(at: 0x1000, 3) + guest.text(at: 0x2000, 2) == "hello")
        #expect(try await guest.number(at: 0x84, bytes: 2) == 0)
        #expect(try await guest.call("sock_send", 3, 0x200, 1, 0, 0x80) == nil)
        #expect(try await guest.number(at: 0x80) == 3)
        var bytes = [UInt8](repeating: 0, count: 10)
        #expect(read(other, &bytes, 10) == 3)
        #expect(Array(bytes.prefix(3)) == Array("hel".utf8))
        close(other)
        #expect(try await guest.call("sock_recv", 3, 0x200, 2, 0, 0x80, 0x84) == nil)
        #expect(try await guest.number(at: 0x80) == 0)
        #expect(try await guest.call("sock_send", 3, 0x200, 1, 0, 0x80) == .brokenPipe)
    }

    @Test("Receiving waits for the first bytes, or for all of them")
    func waiting() async throws {
        let (guest, other) = try await connected()
        defer { close(other) }
        try await guest.put(words: [0x1000, 6], at: 0x200)
        let receiving = guest.start("sock_recv", [3, 0x200, 1, 0, 0x80, 0x84])
        try await guest.settle()
        send("abc", other)
        _ = try await receiving.get().get()
        #expect(try await guest.number(at: 0x80) == 3)
        let all = guest.start("sock_recv", [3, 0x200, 1, 2, 0x80, 0x84])
        send("123", other)
        try await guest.settle()
        send("456", other)
        _ = try await all.get().get()
        #expect(try await guest.number(at: 0x80) == 6)
        #expect(try await guest.text(at: 0x1000, 6) == "123456")
        #expect(try await guest.call("fd_fdstat_set_flags", 3, 4) == nil)
        #expect(try await guest.call("sock_recv", 3, 0x200, 1, 0, 0x80, 0x84) == .wouldBlock)
    }

    @Test("Shutting down ends a direction")
    func shutdown() async throws {
        let (guest, other) = try await connected()
        defer { close(other) }
        #expect(try await guest.call("sock_shutdown", 3, 2) == nil)
        var byte: UInt8 = 0
        #expect(read(other, &byte, 1) == 0)
        #expect(try await guest.call("sock_shutdown", 3, 0) == .invalid)
        #expect(try await guest.call("sock_shutdown", 3, 4) == .invalid)
        #expect(try await guest.call("sock_shutdown", 3, 1) == nil)
    }

    @Test("Connections are accepted, with a wait where none is there")
    func accepting() async throws {
        let place = try TemporaryFolder()
        let path = "\(place.path)/socket"
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(withAddress(path) { bind(listener, $0, $1) } == 0)
        #expect(listen(listener, 8) == 0)
        let plan = try HostSystemPlan()
        let guest = try await Guest {
            let system = GuestSystem(plan)
            _ = try system.add(HostSocket(owning: listener))
            return system
        }
        let accepting = guest.start("sock_accept", [3, 4, 0x80])
        try await guest.settle()
        let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        #expect(withAddress(path) { connect(client, $0, $1) } == 0)
        _ = try await accepting.get().get()
        let accepted = try await guest.number(at: 0x80)
        #expect(accepted == 4)
        #expect(try await guest.write("welcome", to: accepted) == 7)
        await #expect(throws: HostError.wouldBlock) { try await guest.read(1, from: accepted) }
        #expect(try await guest.call("fd_fdstat_set_flags", 3, 4) == nil)
        #expect(try await guest.call("sock_accept", 3, 0, 0x80) == .wouldBlock)
        #expect(try await guest.call("sock_accept", 3, 1, 0x80) == .invalid)
        #expect(try await guest.call("sock_accept", accepted, 0, 0x80) == .notCapable)
    }

    @Test("What is no socket is told so")
    func noSockets() async throws {
        let plan = try HostSystemPlan()
        let guest = try await Guest { GuestSystem(plan, output: DiscardOutput()) }
        #expect(try await guest.call("sock_accept", 1, 0, 0x80) == .notSocket)
        #expect(try await guest.call("sock_recv", 1, 0x200, 0, 0, 0x80, 0x84) == .notSocket)
        #expect(try await guest.call("sock_send", 1, 0x200, 0, 0, 0x80) == .notSocket)
        #expect(try await guest.call("sock_shutdown", 1, 1) == .notSocket)
        #expect(try await guest.call("sock_shutdown", 9, 1) == .badDescriptor)
        #expect(try await guest.call("sock_recv", 1, 0x200, 0, 4, 0x80, 0x84) == .invalid)
    }

    private func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(100)) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
