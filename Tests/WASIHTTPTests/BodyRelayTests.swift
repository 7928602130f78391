import ComponentRuntime
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import WASI
@testable import WASIHTTP

/// Bodies on their way without a guest: who holds whom, and for how long.
@Suite struct BodyRelayTests {
    private let target = FakeExchange()

    /// A relay that waits for its source.
    private func relay(from source: FakeExchange) -> OutgoingBody {
        let outgoing = OutgoingBody(.request, declared: nil)
        outgoing.attach(target)
        BodyRelay(from: IncomingBody(source, bytesMax: 100), to: outgoing).run()
        return outgoing
    }

    @Test func `a body that is complete lets go of its source`() {
        var source: FakeExchange? = FakeExchange()
        weak let weakSource = source
        let outgoing = source.map { relay(from: $0) }
        for pieces in [[BodyPiece.bytes(ByteBuffer(string: "a"))], [.end(trailers: nil)]] {
            source?.pieces = pieces
            source?.onReadable?()
        }
        source = nil
        #expect(target.events == ["write a", "finish"])
        withExtendedLifetime(outgoing) { #expect(weakSource == nil) }
    }

    @Test func `a source that has nothing to say is let go of when nobody takes the body any more`() {
        var source: FakeExchange? = FakeExchange()
        weak let weakSource = source
        let outgoing = source.map { relay(from: $0) }
        source = nil
        #expect(weakSource != nil)
        target.isBodyClosed = true
        target.onWritable?()
        #expect(target.events == ["abort"])
        withExtendedLifetime(outgoing) { #expect(weakSource == nil) }
    }

    @Test func `room comes back to a body that waits, however often`() {
        let source = FakeExchange()
        target.hasRoom = false
        let outgoing = relay(from: source)
        source.pieces = [
            .bytes(ByteBuffer(string: "a")), .bytes(ByteBuffer(string: "b")), .end(trailers: nil),
        ]
        source.onReadable?()
        #expect(target.events == ["write a"])
        target.onWritable?()
        #expect(target.events == ["write a", "write b"])
        target.onWritable?()
        #expect(target.events == ["write a", "write b", "finish"])
        withExtendedLifetime(outgoing) {}
    }

    @Test func `what a stream has taken from a guest belongs to a body that is finished`() throws {
        let body = OutgoingBody(.response, declared: 100_000)
        let stream = body.takeStream(on: EmbeddedEventLoop())
        // More than is kept of a body whose message has not been sent.
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
        try stream?.write(bytes.span.bytes)
        try body.finish()
        body.attach(target)
        #expect(target.events.map(\.utf8.count) == [100_006, 6])
    }
}

/// Requests that have failed before anybody could listen.
@Suite struct EarlyFailureTests {
    @Test func `a future of a request that has failed already is ready`() throws {
        let future = FutureIncomingResponse(of: FailedExchange(.httpProtocolError))
        #expect(FutureIncomingResponse.Ready(future).isReady)
        guard case .success(.failure(.httpProtocolError))? = future.take() else {
            Issue.record("the failure is not there")
            return
        }
    }
}

/// What becomes of a body whose stream a guest of 0.3 has dropped.
@Suite struct IncomingByteSourceTests {
    private func drop(_ exchange: FakeExchange) -> HostFuture<TrailersResult> {
        let source = IncomingByteSource(IncomingBody(exchange, bytesMax: 100), resources: ResourceTable())
        source.closed(.dropped)
        return source.trailers
    }

    @Test func `the trailers come, however many pieces are left of the body`() {
        var exchange: FakeExchange? = FakeExchange()
        weak let weakExchange = exchange
        let trailers = exchange.map { drop($0) }
        for piece in [BodyPiece.bytes(ByteBuffer(string: "a")), .bytes(ByteBuffer(string: "b"))] {
            exchange?.pieces = [piece]
            exchange?.onReadable?()
            #expect(trailers?.isResolved == false)
        }
        exchange?.pieces = [.end(trailers: nil)]
        exchange?.onReadable?()
        #expect(trailers?.isResolved == true)
        exchange = nil
        #expect(weakExchange == nil)
    }

    @Test func `without anybody who wants the trailers the body is let go of`() {
        var exchange: FakeExchange? = FakeExchange()
        weak let weakExchange = exchange
        let trailers = exchange.map { drop($0) }
        exchange = nil
        #expect(weakExchange != nil)
        trailers?.onDrop?(.dropped)
        #expect(weakExchange == nil)
    }
}
