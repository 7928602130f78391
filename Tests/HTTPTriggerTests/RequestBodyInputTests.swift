import HostSystem
import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPServer
@testable import HTTPTrigger

@Suite("Request bodies as standard input")
struct RequestBodyInputTests {
    private let transport = FakeTransport()

    private func input(bytesMax: Int = 100) -> RequestBodyInput {
        RequestBodyInput(exchange: transport.exchange(.POST, hasBody: true), bytesMax: bytesMax)
    }

    private func read(_ input: RequestBodyInput, upTo count: Int = 10) throws -> (GuestRead, String) {
        var bytes = [UInt8](repeating: 0, count: count)
        var span = bytes.mutableSpan
        var raw = span.mutableBytes
        let read = try input.read(into: &raw)
        guard case .bytes(let found) = read else { return (read, "") }
        return (read, String(decoding: bytes.prefix(found), as: UTF8.self))
    }

    @Test func `a body is read piece by piece to its end`() throws {
        transport.reads = [
            .bytes(ByteBuffer(string: "abc")), .bytes(ByteBuffer(string: "d")), .end(trailers: nil),
        ]
        let input = input()
        #expect(try read(input).1 == "abc")
        #expect(try read(input).1 == "d")
        #expect(try read(input).0 == .end)
    }

    @Test func `what a question about readiness took is read first`() throws {
        transport.reads = [.bytes(ByteBuffer(string: "abcdef")), .end(trailers: nil)]
        let input = input()
        #expect(try input.readableBytes == 6)
        #expect(try read(input, upTo: 4).1 == "abcd")
        #expect(try input.readableBytes == 2)
        #expect(try read(input, upTo: 4).1 == "ef")
        #expect(try input.readableBytes == nil)
    }

    @Test func `a program that waits is woken once there is something`() throws {
        let input = input()
        #expect(try read(input).0 == .wouldWait)
        let token = WakeToken()
        input.wakeWhenReadable(token)
        #expect(token.isPending)
        transport.reads = [.bytes(ByteBuffer(string: "late"))]
        transport.exchange?.becameReadable()
        #expect(!token.isPending)
        #expect(try read(input).1 == "late")
    }

    @Test func `a body over the limit fails, and says why`() throws {
        transport.reads = [.bytes(ByteBuffer(string: "abc")), .bytes(ByteBuffer(string: "de"))]
        let input = input(bytesMax: 4)
        #expect(try read(input).1 == "abc")
        #expect(throws: HostError.inputOutput) { try read(input) }
        #expect(input.failure == .tooLarge)
    }

    @Test func `a client that is gone fails the read and wakes who waits`() throws {
        let input = input()
        #expect(try read(input).0 == .wouldWait)
        transport.exchange?.end(.clientGone)
        let token = WakeToken()
        input.wakeWhenReadable(token)
        #expect(!token.isPending)
        #expect(throws: HostError.inputOutput) { try read(input) }
        #expect(input.failure == .cancelled(.clientGone))
    }
}
