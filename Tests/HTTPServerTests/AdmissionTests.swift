import HTTPServer
import NIOCore
import NIOPosix
import NIOHTTP1
import TestSupport
import Testing

@Suite struct AdmissionTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.any()

    @Test func placesAreBoundedAndHandedOn() async throws {
        let queue = AdmissionQueue(
            AdmissionLimits(concurrentRequests: 2, queuedRequests: 1, queueWait: .hours(1)))
        #expect(queue.tryEnter() && queue.tryEnter() && !queue.tryEnter())
        let admitted = Outcome<Bool>()
        #expect(
            queue.wait(on: loop) {
                if case .admitted = $0 { admitted.set(true) } else { admitted.set(false) }
            } != nil)
        #expect(queue.wait(on: loop) { _ in } == nil)
        #expect(queue.refused == 1)
        queue.leave()
        #expect(try await admitted.value())
        #expect(queue.working == 2 && queue.waiting == 0)
        queue.leave()
        queue.leave()
        #expect(queue.working == 0 && queue.tryEnter())
    }

    @Test func whoWaitsTooLongIsRefused() async throws {
        let queue = AdmissionQueue(
            AdmissionLimits(concurrentRequests: 1, queuedRequests: 1, queueWait: .milliseconds(20)))
        #expect(queue.tryEnter())
        let refused = Outcome<Bool>()
        _ = queue.wait(on: loop) { if case .refused = $0 { refused.set(true) } else { refused.set(false) } }
        #expect(try await refused.value())
        #expect(queue.waiting == 0 && queue.refused == 1)
    }

    @Test func whoGivesUpIsForgotten() async throws {
        let queue = AdmissionQueue(
            AdmissionLimits(concurrentRequests: 1, queuedRequests: 1, queueWait: .hours(1)))
        #expect(queue.tryEnter())
        let ticket = try #require(queue.wait(on: loop) { _ in Issue.record("decided") })
        #expect(queue.giveUp(ticket) && !queue.giveUp(ticket))
        queue.leave()
        #expect(queue.working == 0)
    }

    @Test func manyLoopsNeverExceedTheLimit() async throws {
        let queue = AdmissionQueue(
            AdmissionLimits(concurrentRequests: 3, queuedRequests: 5000, queueWait: .hours(1)))
        let done = Tally()
        for _ in 0..<2000 {
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            loop.execute {
                let leave: @Sendable () -> Void = {
                    #expect(queue.working <= 3)
                    loop.execute {
                        queue.leave()
                        done.add()
                    }
                }
                if queue.tryEnter() { leave() } else { _ = queue.wait(on: loop) { _ in leave() } }
            }
        }
        await done.reached(2000)
        #expect(queue.working == 0 && queue.waiting == 0)
    }

    @Test(
        "Beyond the limits the answer is 503 with Retry-After, and the handler is not called",
        arguments: [false, true])
    func serviceUnavailable(isHTTP2: Bool) async throws {
        let go = Outcome<Bool>()
        let served = Tally()
        try await withServer(
            {
                $0.admission = AdmissionLimits(
                    concurrentRequests: 1, queuedRequests: 1, queueWait: .hours(1))
            },
            handler: { exchange in
                served.add()
                let bound = NIOLoopBound(exchange, eventLoop: exchange.eventLoop)
                go.onceSet(on: exchange.eventLoop) {
                    bound.value.respond(.ok, body: ByteBuffer(string: "fine"))
                }
            }
        ) { server in
            let working = try await Self.request(server, isHTTP2: isHTTP2)
            await served.reached(1)
            let waiting = try await Self.request(server, isHTTP2: isHTTP2)
            try await eventually("the second one waits") { server.admission?.waiting == 1 }
            let refused = try await RawClient.connect(to: server.address)
            refused.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try await refused.text(until: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("retry-after: 3600\r\n"))
            #expect(served.count == 1)
            go.set(true)
            for client in [working, waiting] {
                _ = try await client.received { String(buffer: $0).contains("fine") }
            }
            #expect(served.count == 2)
            for client in [working, waiting, refused] { await client.close() }
        }
    }

    private static func request(_ server: HTTPServer, isHTTP2: Bool) async throws -> RawClient {
        if isHTTP2 {
            let client = try await RawClient.http2(to: server.address)
            client.send(Frames.headers(Frames.get("/"), stream: 1))
            return client
        }
        let client = try await RawClient.connect(to: server.address)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        return client
    }

    @Test func aClientThatLeavesTheQueueFreesItsPlaceInIt() async throws {
        let served = Tally()
        try await withServer(
            {
                $0.admission = AdmissionLimits(
                    concurrentRequests: 1, queuedRequests: 1, queueWait: .hours(1))
            }, handler: { _ in served.add() }
        ) { server in
            let working = try await Self.request(server, isHTTP2: false)
            await served.reached(1)
            let waiting = try await Self.request(server, isHTTP2: false)
            try await eventually("the second one waits") { server.admission?.waiting == 1 }
            await waiting.close()
            try await eventually("nobody waits") { server.admission?.waiting == 0 }
            await working.close()
            try await eventually("nobody is at work") { server.admission?.working == 0 }
            #expect(served.count == 1)
        }
    }
}
