import Testing

@testable import ComponentModel

@Suite("Streams and futures")
struct ChannelTests {
    private let bytes = AsyncState.ChannelType(
        .stream, key: ChannelTypeKey(rawValue: 1), elementSize: 1, isNumeric: true)
    private let words = AsyncState.ChannelType(
        .stream, key: ChannelTypeKey(rawValue: 2), elementSize: 8, isNumeric: false)
    private let number = AsyncState.ChannelType(
        .future, key: ChannelTypeKey(rawValue: 3), elementSize: 4, isNumeric: true)
    private let reader = InstanceState(owner: ChannelOwner(rawValue: 1))
    private let writer = InstanceState(owner: ChannelOwner(rawValue: 2))
    private let state = AsyncState()

    /// A channel with its readable end in one instance and its writable end in the other.
    private func channel(
        _ type: AsyncState.ChannelType
    ) throws -> (read: ChannelEndID, readIndex: UInt32, write: ChannelEndID, writeIndex: UInt32) {
        let packed = try state.newChannel(type, in: writer)
        let readable = try state.lift(UInt32(truncatingIfNeeded: packed), type, from: writer)
        let readIndex = try state.place(readable, in: reader)
        let writeIndex = UInt32(packed >> 32)
        let writable = try state.end(writeIndex, type, isReadable: false, in: writer)
        return (readable, readIndex, writable, writeIndex)
    }

    private func payload(_ end: ChannelEndID) -> (CopyResult, UInt32)? {
        state.takeEvent(from: .end(end)).map { event, _ in
            (CopyResult(rawValue: event.payload & 0xf) ?? .dropped, event.payload >> 4)
        }
    }

    @Test func `a waiting reader gets what a writer brings, in parts`() throws {
        let ends = try channel(bytes)
        #expect(try state.startCopy(ends.read, CopyBuffer(address: 100, length: 10), isAsync: true) == nil)
        #expect(payload(ends.read) == nil)
        var copy = try #require(
            try state.startCopy(ends.write, CopyBuffer(address: 500, length: 4), isAsync: true))
        #expect(copy.count == 4 && copy.source == (writer.owner, 500) && copy.target == (reader.owner, 100))
        #expect(try #require(payload(ends.write)) == (.completed, 4))
        copy = try #require(
            try state.startCopy(ends.write, CopyBuffer(address: 600, length: 9), isAsync: true))
        #expect(copy.count == 6 && copy.target.address == 104)
        #expect(try #require(payload(ends.write)) == (.completed, 6))
        #expect(try #require(payload(ends.read)) == (.completed, 10))
        #expect(payload(ends.read) == nil)
    }

    @Test func `addresses move on by whole elements`() throws {
        let ends = try channel(words)
        _ = try state.startCopy(ends.write, CopyBuffer(address: 0, length: 3), isAsync: true)
        _ = try state.startCopy(ends.read, CopyBuffer(address: 64, length: 1), isAsync: true)
        #expect(try #require(payload(ends.read)) == (.completed, 1))
        let copy = try #require(
            try state.startCopy(ends.read, CopyBuffer(address: 128, length: 8), isAsync: true))
        #expect(copy.count == 2 && copy.source.address == 8 && copy.target.address == 128)
    }

    @Test func `after a writer took its event, a reader waits again`() throws {
        let ends = try channel(bytes)
        _ = try state.startCopy(ends.write, CopyBuffer(address: 0, length: 4), isAsync: true)
        _ = try state.startCopy(ends.read, CopyBuffer(address: 0, length: 2), isAsync: true)
        #expect(try #require(payload(ends.read)) == (.completed, 2))
        #expect(try #require(payload(ends.write)) == (.completed, 2))
        #expect(try state.startCopy(ends.read, CopyBuffer(address: 0, length: 2), isAsync: true) == nil)
        #expect(payload(ends.read) == nil)
    }

    @Test func `two empty buffers tell the writer that a reader is there`() throws {
        let ends = try channel(bytes)
        _ = try state.startCopy(ends.read, CopyBuffer(address: 0, length: 0), isAsync: true)
        _ = try state.startCopy(ends.write, CopyBuffer(address: 0, length: 0), isAsync: true)
        #expect(try #require(payload(ends.write)) == (.completed, 0))
        #expect(payload(ends.read) == nil)
        _ = try state.startCopy(ends.write, CopyBuffer(address: 0, length: 3), isAsync: true)
        #expect(try #require(payload(ends.read)) == (.completed, 0))
        #expect(payload(ends.write) == nil)
    }

    @Test func `a dropped end is news for the other`() throws {
        let ends = try channel(bytes)
        _ = try state.startCopy(ends.read, CopyBuffer(address: 0, length: 4), isAsync: true)
        _ = try state.startCopy(ends.write, CopyBuffer(address: 0, length: 1), isAsync: true)
        #expect(try #require(payload(ends.write)) == (.completed, 1))
        try state.dropEnd(ends.writeIndex, bytes, isReadable: false, in: writer)
        #expect(try #require(payload(ends.read)) == (.dropped, 1))
        let trap = #expect(throws: CanonicalTrap.self) {
            try state.startCopy(ends.read, CopyBuffer(address: 0, length: 1), isAsync: true)
        }
        #expect(
            trap?.message == "cannot read from stream after being notified that the writable end dropped")
        try state.dropEnd(ends.readIndex, bytes, isReadable: true, in: reader)
        #expect(state.channels.count == 0)
    }

    @Test func `a copy can be cancelled, and what was copied counts`() throws {
        let ends = try channel(bytes)
        _ = try state.startCopy(ends.read, CopyBuffer(address: 0, length: 4), isAsync: true)
        try state.cancelCopy(ends.read, isAsync: true)
        #expect(try #require(payload(ends.read)) == (.cancelled, 0))
        _ = try state.startCopy(ends.read, CopyBuffer(address: 0, length: 4), isAsync: true)
        _ = try state.startCopy(ends.write, CopyBuffer(address: 0, length: 3), isAsync: true)
        try state.cancelCopy(ends.read, isAsync: true)
        #expect(try #require(payload(ends.read)) == (.cancelled, 3))
        #expect(throws: CanonicalTrap.self) { try state.cancelCopy(ends.read, isAsync: true) }
    }

    @Test func `a busy end can be neither used again, nor dropped, nor given away`() throws {
        let ends = try channel(bytes)
        _ = try state.startCopy(ends.read, CopyBuffer(address: 0, length: 4), isAsync: true)
        let message = { (body: () throws -> Void) in
            #expect(throws: CanonicalTrap.self) { try body() }?.message
        }
        #expect(
            message { _ = try state.startCopy(ends.read, CopyBuffer(address: 0, length: 1), isAsync: true) }
                == "cannot have concurrent operations active on a future/stream")
        #expect(
            message { try state.dropEnd(ends.readIndex, bytes, isReadable: true, in: reader) }
                == "cannot remove busy stream")
        #expect(
            message { _ = try state.lift(ends.readIndex, bytes, from: reader) }
                == "cannot lift busy stream")
    }

    @Test func `only numbers may go from an instance to itself`() throws {
        for (type, isAllowed) in [(bytes, true), (words, false)] {
            let packed = try state.newChannel(type, in: reader)
            let read = try state.end(
                UInt32(truncatingIfNeeded: packed), type, isReadable: true, in: reader)
            let write = try state.end(UInt32(packed >> 32), type, isReadable: false, in: reader)
            _ = try state.startCopy(read, CopyBuffer(address: 0, length: 1), isAsync: true)
            let copy = try? state.startCopy(write, CopyBuffer(address: 0, length: 1), isAsync: true)
            #expect((copy != nil) == isAllowed)
        }
    }

    @Test func `a future is written once and read once`() throws {
        let ends = try channel(number)
        #expect(throws: CanonicalTrap.self) {
            try state.dropEnd(ends.writeIndex, number, isReadable: false, in: writer)
        }
        _ = try state.startCopy(ends.write, CopyBuffer(address: 8, length: 1), isAsync: true)
        let copy = try #require(
            try state.startCopy(ends.read, CopyBuffer(address: 16, length: 1), isAsync: true))
        #expect(copy.count == 1 && copy.source.address == 8 && copy.target.address == 16)
        #expect(try #require(payload(ends.read)) == (.completed, 0))
        #expect(try #require(payload(ends.write)) == (.completed, 0))
        let trap = #expect(throws: CanonicalTrap.self) {
            try state.startCopy(ends.read, CopyBuffer(address: 0, length: 1), isAsync: true)
        }
        #expect(trap?.message == "cannot read from future after previous read succeeded")
        try state.dropEnd(ends.writeIndex, number, isReadable: false, in: writer)
        try state.dropEnd(ends.readIndex, number, isReadable: true, in: reader)
        #expect(state.channels.count == 0)
    }

    @Test func `a future without a reader tells the writer`() throws {
        let ends = try channel(number)
        try state.dropEnd(ends.readIndex, number, isReadable: true, in: reader)
        #expect(try state.startCopy(ends.write, CopyBuffer(address: 8, length: 1), isAsync: true) == nil)
        #expect(try #require(payload(ends.write)).0 == .dropped)
        try state.dropEnd(ends.writeIndex, number, isReadable: false, in: writer)
    }

    @Test func `handles of another type or direction trap`() throws {
        let ends = try channel(bytes)
        #expect(throws: CanonicalTrap.self) {
            try state.end(ends.readIndex, words, isReadable: true, in: reader)
        }
        #expect(throws: CanonicalTrap.self) {
            try state.end(ends.readIndex, bytes, isReadable: false, in: reader)
        }
        #expect(throws: CanonicalTrap.self) {
            try state.end(ends.readIndex, number, isReadable: true, in: reader)
        }
    }
}
