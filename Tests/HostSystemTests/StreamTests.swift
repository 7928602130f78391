import Foundation
import NIOCore
import Testing

@testable import HostSystem

/// A pair of connected pipe ends, closed at the end.
final class Pipe {
    var reading: Int32
    var writing: Int32

    init() {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        close(reading)
        close(writing)
    }

    func put(_ text: String) { _ = text.withCString { write(writing, $0, strlen($0)) } }
}

extension GuestOutput {
    func write(_ bytes: [UInt8]) throws(HostError) -> Int { try write(bytes.span.bytes) }
}

extension GuestInput {
    func read(_ count: Int) throws -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        switch try read(into: &raw) {
        case .bytes(let count): return Array(bytes.prefix(count))
        case .end: return []
        case .wouldWait: return nil
        }
    }
}

@Suite struct StreamTests {
    private let guest = TestGuest()

    @Test("Input from memory is read in pieces, and then at its end")
    func bufferInput() throws {
        let input = BufferInput(ByteBuffer(string: "abc"))
        #expect(try input.read(2) == Array("ab".utf8))
        #expect(input.readableBytes == 1)
        #expect(try input.read(2) == Array("c".utf8))
        #expect(input.readableBytes == nil)
        #expect(try input.read(2) == [])
    }

    @Test("Output into memory ends at its limit")
    func bufferOutput() throws {
        let output = BufferOutput(bytesMax: 4)
        #expect(try output.write([1, 2, 3]) == 3)
        #expect(try output.write([4, 5]) == 1)
        #expect(failure { try output.write([6]) } == .noSpace)
        #expect(output.buffer.readableBytesView.elementsEqual([1, 2, 3, 4]))
    }

    @Test("Reading an empty pipe waits for bytes, without blocking it for others")
    func waitingForBytes() throws {
        let pipe = Pipe()
        let input = try DescriptorStream(inherited: pipe.reading)
        #expect(try input.read(10) == nil)
        #expect(input.readableBytes == 0)
        guest.onWait = { pipe.put("hello") }
        let system = GuestSystem(try HostSystemPlan(), input: input)
        try system.waitUntilReadable(input, for: guest)
        #expect(guest.waits == 1)
        #expect(try input.read(10) == Array("hello".utf8))
        #expect(fcntl(pipe.reading, F_GETFL) & O_NONBLOCK == 0)
        close(pipe.writing)
        pipe.writing = -1
        #expect(input.readableBytes == nil)
        #expect(try input.read(10) == [])
    }

    @Test("Writing to a full pipe waits for room, and takes no more than fits")
    func waitingForRoom() throws {
        let pipe = Pipe()
        let output = try DescriptorStream(inherited: pipe.writing)
        let bytes = [UInt8](repeating: 1, count: 1_000_000)
        var written = 0
        while true {
            let count = try output.write(bytes)
            if count == 0 { break }
            written += count
        }
        #expect(written > 0 && written < bytes.count)
        #expect(!output.isWritable)
        guest.onWait = {
            var taken = [UInt8](repeating: 0, count: written)
            _ = read(pipe.reading, &taken, taken.count)
        }
        let system = GuestSystem(try HostSystemPlan(), output: output)
        try system.waitUntilWritable(output, for: guest)
        #expect(output.isWritable)
    }

    @Test("A pipe that nobody reads any more is an error")
    func brokenPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        let output = try DescriptorStream(inherited: pipe.writing)
        close(pipe.reading)
        pipe.reading = -1
        #expect(failure { try output.write([1]) } == .brokenPipe)
    }

    @Test("A guest that ends while a descriptor is watched lets it go")
    func forgetting() throws {
        let pipe = Pipe()
        weak var gone: DescriptorStream?
        do {
            let input = try DescriptorStream(inherited: pipe.reading)
            gone = input
            guest.isEnding = true
            let system = GuestSystem(try HostSystemPlan(), input: input)
            #expect(throws: HostFailure.self) { try system.waitUntilReadable(input, for: guest) }
        }
        // The watching thread drops what it holds at its next round, which the end of the wait has caused.
        while gone != nil { sched_yield() }
    }

    @Test("Sockets move bytes, peek, end and accept")
    func sockets() throws {
        var ends: [Int32] = [0, 0]
        socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
        let left = try HostSocket(owning: ends[0])
        let right = try HostSocket(owning: ends[1])
        #expect(try right.read(5) == nil)
        #expect(try left.write([1, 2, 3]) == 3)
        #expect(right.readableBytes == 3)
        var one: [UInt8] = [0]
        var span = one.mutableSpan
        var raw = span.mutableBytes
        #expect(try right.receive(into: &raw, peeks: true) == .bytes(1))
        #expect(try right.read(5) == [1, 2, 3])
        try left.shutdown(reading: false, writing: true)
        #expect(right.readableBytes == nil)
        #expect(try right.read(5) == [])
        #expect(failure { try left.accept() } == .invalid)
        let pipe = Pipe()
        #expect(failure { try HostSocket(owning: pipe.reading) } == .notSocket)
    }

    @Test("A wake before, during and after the wait is one wake")
    func wakes() throws {
        let token = WakeToken()
        token.wake()
        var count = 0
        nonisolated(unsafe) let counter = { count += 1 }
        token.arm { counter() }
        token.wake()
        token.disarm()
        token.wake()
        #expect(count == 1)
    }
}
