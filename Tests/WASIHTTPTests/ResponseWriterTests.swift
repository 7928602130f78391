import NIOCore
import NIOHTTP1
import Testing

@testable import WASIHTTP

@Suite struct ResponseWriterTests {
    private let exchange = FakeExchange()
    private var limits = HTTPHostLimits()

    private func head(_ status: UInt16 = 200, _ headers: HTTPHeaders = [:]) -> ResponseHead {
        var head = ResponseHead(fields: HTTPFields(received: headers))
        _ = head.setStatus(status)
        return head
    }

    private func bytes(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

    @Test func `a short answer leaves in one piece`() throws {
        let writer = ResponseWriter(exchange)
        let body = OutgoingBody(.response, declared: nil)
        writer.send(head(201, ["a": "b"]), body: body)
        try body.write(bytes("He"))
        try body.write(bytes("llo"))
        #expect(exchange.events.isEmpty && !writer.isComplete)
        try body.finish()
        #expect(exchange.events == ["respond 201 [a: b] Hello"] && writer.isComplete)
    }

    @Test func `a response without a body is complete at once`() {
        let writer = ResponseWriter(exchange)
        writer.send(head(404), body: nil)
        #expect(exchange.events == ["respond 404 [] "])
    }

    @Test(arguments: [(RequestMethod.head, UInt16(200)), (.get, 204), (.get, 304)])
    func `a response that has no body by rule is begun at once and what the guest writes is dropped`(
        method: RequestMethod, status: UInt16
    ) throws {
        exchange.method = method
        let writer = ResponseWriter(exchange)
        let body = OutgoingBody(.response, declared: 5)
        writer.send(head(status, ["content-length": "5"]), body: body)
        try body.write(bytes("Hel"))
        #expect(throws: HTTPErrorCode.self) { try body.finish() }
        #expect(exchange.events == ["head \(status) [content-length: 5]", "finish"])
        #expect(writer.isComplete && writer.failure == nil)
    }

    @Test func `what is written before the response is set follows it`() throws {
        let writer = ResponseWriter(exchange)
        let body = OutgoingBody(.response, declared: nil)
        try body.write(bytes("early"))
        try body.finish()
        writer.send(head(), body: body)
        #expect(exchange.events == ["respond 200 [] early"])
    }

    @Test func `a body that has nowhere to go yet takes a limited number of bytes`() throws {
        let body = OutgoingBody(.response, declared: nil)
        var isWoken = false
        let room = try #require(body.room)
        try body.write(ByteBuffer(repeating: 0x61, count: room))
        #expect(body.room == 0)
        body.wakeWhenWritable { isWoken = true }
        #expect(!isWoken)
        ResponseWriter(exchange).send(head(), body: body)
        #expect(isWoken && body.room != 0)
        #expect(exchange.events.isEmpty)
        try body.finish()
        #expect(exchange.events.count == 1)
    }

    @Test func `a long answer is streamed and waits for the client`() throws {
        let writer = ResponseWriter(exchange)
        let body = OutgoingBody(.response, declared: nil)
        writer.send(head(), body: body)
        exchange.hasRoom = false
        try body.write(ByteBuffer(repeating: 0x61, count: HTTPHostLimits().heldResponseBytes + 1))
        #expect(exchange.events.count == 2 && writer.isStreaming)
        #expect(body.room == 0)
        var isWoken = false
        body.wakeWhenWritable { isWoken = true }
        exchange.hasRoom = true
        exchange.onWritable?()
        #expect(isWoken && body.room == HTTPHostLimits().writeBytes)
        try body.write(bytes("x"))
        try body.finish()
        #expect(exchange.events.suffix(2) == ["write x", "finish"])
    }

    @Test func `a guest that waits has its answer sent so far`() throws {
        let writer = ResponseWriter(exchange)
        let body = OutgoingBody(.response, declared: nil)
        writer.send(head(), body: body)
        try body.write(bytes("a"))
        writer.flush()
        #expect(exchange.events == ["head 200 []", "write a"])
        try body.write(bytes("b"))
        try body.finish(trailers: HTTPFields(received: ["t": "1"]))
        #expect(exchange.events.suffix(2) == ["write b", "finish [t: 1]"])
    }

    @Test func `trailers follow a short answer`() throws {
        let writer = ResponseWriter(exchange)
        let body = OutgoingBody(.response, declared: nil)
        writer.send(head(), body: body)
        try body.write(bytes("a"))
        try body.finish(trailers: HTTPFields(received: ["t": "1"]))
        #expect(exchange.events == ["head 200 []", "write a", "finish [t: 1]"])
    }

    @Test func `a body longer than declared fails and a shorter one cannot be finished`() throws {
        let long = OutgoingBody(.response, declared: 3)
        #expect(throws: HTTPErrorCode.httpResponseBodySize(4)) { try long.write(bytes("four")) }
        #expect(long.room == nil && long.failure == .httpResponseBodySize(4))
        let short = OutgoingBody(.request, declared: 3)
        try short.write(bytes("2b"))
        #expect(throws: HTTPErrorCode.httpRequestBodySize(2)) { try short.finish() }
        #expect(!short.isOpen)
    }

    @Test func `a body that is given up before anything was sent leaves the client without a part of it`()
        throws
    {
        let writer = ResponseWriter(exchange)
        let body = OutgoingBody(.response, declared: nil)
        writer.send(head(), body: body)
        try body.write(bytes("a"))
        body.abort(.httpProtocolError)
        #expect(exchange.events.isEmpty && writer.failure != nil && !writer.isStreaming)
    }

    @Test func `a body that is given up in the middle is cut`() throws {
        let writer = ResponseWriter(exchange)
        let body = OutgoingBody(.response, declared: nil)
        writer.send(head(), body: body)
        writer.flush()
        body.abort(.httpProtocolError)
        #expect(exchange.events == ["head 200 []", "abort"] && writer.failure != nil)
    }

    @Test func `interim responses come before the response only and are limited`() throws {
        let writer = ResponseWriter(exchange)
        try writer.sendInformational(103, HTTPFields(received: ["link": "x"]))
        #expect(exchange.events == ["interim 103 [link: x]"])
        for status in [99, 101, 200] as [UInt16] {
            #expect(throws: HTTPErrorCode.httpProtocolError) {
                try writer.sendInformational(status, HTTPFields())
            }
        }
        for _ in 1..<32 { try writer.sendInformational(102, HTTPFields()) }
        #expect(throws: HTTPErrorCode.self) { try writer.sendInformational(102, HTTPFields()) }
        let other = ResponseWriter(exchange)
        other.send(head(), body: nil)
        #expect(throws: HTTPErrorCode.httpProtocolError) { try other.sendInformational(103, HTTPFields()) }
    }

    @Test func `a header section over the limit and an interim status are no responses`() {
        var limits = HTTPHostLimits()
        limits.responseHeaderBytes = 50
        let large = ResponseWriter(exchange, limits: limits)
        large.send(head(200, ["a": String(repeating: "x", count: 50)]), body: nil)
        #expect(large.failure?.contains("50 bytes") == true)
        let interim = ResponseWriter(exchange)
        interim.send(head(103), body: nil)
        #expect(interim.failure?.contains("103") == true)
        #expect(exchange.events.isEmpty)
    }
}
