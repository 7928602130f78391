import HostSystem
import NIOCore
import NIOHTTP1
import Testing

@testable import HTTPServer
@testable import HTTPTrigger

@Suite("CGI output")
struct CGIOutputTests {
    private let transport = FakeTransport()
    private let output: CGIOutput

    init() {
        output = CGIOutput(exchange: transport.exchange(), headBytesMax: 100, bodyBytesMax: 100_000)
    }

    @discardableResult
    private func write(_ text: String) throws -> Int {
        let bytes = Array(text.utf8)
        return try output.write(bytes.span.bytes)
    }

    private func isFailure(_ failure: CGIOutput.Failure?, _ text: String) -> Bool {
        failure?.description.contains(text) == true
    }

    @Test func `a short answer leaves at the end, in one piece`() throws {
        try write("Content-Type: a/b\n\nbo")
        try write("dy")
        #expect(transport.status == nil)
        #expect(output.finish() == nil)
        #expect(transport.status == .ok)
        #expect(String(buffer: transport.body) == "body")
        #expect(transport.writes == 0)
        #expect(transport.isFinished)
    }

    @Test(arguments: ["\n\n", "\r\n\r\n", "\n\r\n"])
    func `the head is found however it is cut into pieces`(end: String) throws {
        for size in 1...5 {
            let transport = FakeTransport()
            let output = CGIOutput(exchange: transport.exchange(), headBytesMax: 100, bodyBytesMax: 100)
            var rest = Array("Status: 201\nContent-Type: a/b\(end)\n\nbody".utf8)[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(size))
                #expect(try output.write(piece.span.bytes) == piece.count)
                rest = rest.dropFirst(size)
            }
            #expect(output.finish() == nil)
            #expect(transport.status == .created)
            #expect(String(buffer: transport.body) == "\n\nbody")
        }
    }

    @Test func `what was written leaves when the program waits`() throws {
        try write("Content-Type: a/b\n\nfirst")
        output.flush(beforeWaiting: true)
        #expect(transport.status == .ok)
        #expect(String(buffer: transport.body) == "first")
        #expect(output.isStreaming)
        try write("second")
        #expect(String(buffer: transport.body) == "firstsecond", "a stream that has begun goes on at once")
        #expect(output.finish() == nil)
        #expect(transport.isFinished)
    }

    @Test func `the end of a time slice alone holds a short answer back`() throws {
        try write("Content-Type: a/b\n\nfirst")
        output.flush(beforeWaiting: false)
        #expect(!output.isStreaming)
        #expect(transport.status == nil)
    }

    @Test func `a head that is not whole never leaves`() throws {
        try write("Content-Type: a/b\n")
        output.flush(beforeWaiting: true)
        #expect(transport.status == nil)
        #expect(isFailure(output.finish(), "without a whole header section"))
        #expect(transport.status == nil, "whoever owns the output decides what is answered")
    }

    @Test func `a long answer is streamed`() throws {
        try write("Content-Type: a/b\n\n")
        for _ in 0..<20 { try write(String(repeating: "x", count: 1_000)) }
        #expect(output.isStreaming)
        #expect(transport.status == .ok)
        #expect(output.finish() == nil)
        #expect(transport.body.readableBytes == 20_000)
    }

    @Test func `a head over its limit is refused, and so is all that follows`() throws {
        #expect(throws: HostError.brokenPipe) { try write(String(repeating: "x", count: 101)) }
        #expect(throws: HostError.brokenPipe) { try write("more") }
        #expect(isFailure(output.failure, "longer than 100 bytes"))
        #expect(isFailure(output.finish(), "longer than 100 bytes"))
        #expect(transport.status == nil)
    }

    @Test func `a head over its limit is refused though its end came with it`() throws {
        let text = "Content-Type: a/b\nX-Long: \(String(repeating: "x", count: 100))\n\n"
        #expect(throws: HostError.brokenPipe) { try write(text) }
        #expect(isFailure(output.failure, "longer than 100 bytes"))
    }

    @Test func `a head within its limit passes with a long body behind it`() throws {
        try write("Content-Type: a/b\n\n\(String(repeating: "x", count: 5_000))")
        #expect(output.finish() == nil)
        #expect(transport.body.readableBytes == 5_000)
    }

    @Test func `a body over its limit is refused`() throws {
        try write("Content-Type: a/b\n\n")
        let error = #expect(throws: HostError.self) {
            for _ in 0..<200 { try write(String(repeating: "x", count: 1_000)) }
        }
        #expect(error == .brokenPipe)
        #expect(isFailure(output.failure, "longer than 100000 bytes"))
        #expect(isFailure(output.finish(), "longer than 100000 bytes"))
        #expect(!transport.isFinished, "the client must not take it for a whole response")
    }

    @Test func `a client that does not keep up stops the program until there is room`() throws {
        transport.hasRoom = false
        try write("Content-Type: a/b\n\n")
        output.flush(beforeWaiting: true)
        #expect(output.isWritable, "a head alone blocks nothing")
        try write("first")
        #expect(!output.isWritable)
        #expect(try write("second") == 0)
        let token = WakeToken()
        output.wakeWhenWritable(token)
        #expect(token.isPending)
        transport.exchange?.becameWritable()
        #expect(!token.isPending)
        #expect(output.isWritable)
        #expect(try write("second") == 6)
        #expect(String(buffer: transport.body) == "firstsecond")
    }

    @Test func `room is noticed by a program that does something else`() throws {
        transport.hasRoom = false
        try write("Content-Type: a/b\n\n")
        output.flush(beforeWaiting: true)
        try write("first")
        #expect(!output.isWritable)
        // It reads, for instance.
        transport.exchange?.becameWritable()
        #expect(output.isWritable)
        let token = WakeToken()
        output.wakeWhenWritable(token)
        #expect(!token.isPending)
        #expect(try write("second") == 6)
    }

    @Test func `a program is not left waiting for a client that is gone`() throws {
        transport.hasRoom = false
        try write("Content-Type: a/b\n\n")
        output.flush(beforeWaiting: true)
        try write("first")
        transport.exchange?.end(.clientGone)
        let token = WakeToken()
        output.wakeWhenWritable(token)
        #expect(!token.isPending)
    }

    @Test func `a header section without what matters is refused at its end`() throws {
        #expect(throws: HostError.brokenPipe) { try write("X-Only: 1\n\nbody") }
        #expect(isFailure(output.finish(), "without Content-Type, Status or Location"))
    }

    @Test func `nothing at all is a failure`() {
        #expect(isFailure(output.finish(), "without a whole header section"))
    }
}
