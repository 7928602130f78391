import HTTPServer
import NIOCore
import NIOHTTP1
import Testing

@Suite struct FramingTests {
    @Test("A request is read as RFC 9112 says, or refused", arguments: FramingVector.all)
    func vector(_ vector: FramingVector) async throws {
        try await withServer(handler: answerWithSummary) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send(vector.bytes)
            switch vector.outcome {
            case .refused(let status):
                let answer = try await client.toEnd()
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
                #expect(answer.contains("connection: close"))
                #expect(!answer.contains("HTTP/1.1 200"))
            case .accepted(let text):
                let answer = try await client.text(until: text)
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
                #expect(answer.hasSuffix(text))
            }
            await client.close()
        }
    }

    @Test(
        "Where a request is cut into packets changes nothing",
        arguments: FramingVector.all.filter { $0.bytes.utf8.count < 300 })
    func byteByByte(_ vector: FramingVector) throws {
        #expect(
            ReferenceReader.readStrictly(vector.bytes, step: 1)
                == ReferenceReader.readStrictly(vector.bytes, step: 9999))
    }

    @Test func bytesBehindARefusedRequestAreNeverARequest() async throws {
        let served = Tally()
        try await withServer(handler: { exchange in
            served.add()
            exchange.respond(.ok)
        }) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send("GET / HTTP/1.1\r\nHost : a\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try await client.toEnd()
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.pieces(cutBy: "HTTP/1.1 ") == 2)
            #expect(served.count == 0)
        }
    }
}

extension String {
    /// How many pieces `separator` cuts the string into.
    func pieces(cutBy separator: String) -> Int {
        var count = 1
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
