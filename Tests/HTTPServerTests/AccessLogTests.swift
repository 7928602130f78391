import Foundation
import NIOCore
import NIOHTTP1
import NIOConcurrencyHelpers
import TestSupport
import Testing

@testable import HTTPServer

@Suite struct AccessLogTests {
    final class Records: AccessLog {
        let all = NIOLockedValueBox<[AccessRecord]>([])
        let tally = Tally()

        func record(_ batch: [AccessRecord]) {
            all.withLockedValue { $0 += batch }
            tally.add(batch.count)
        }
    }

    @Test func everyRequestIsRecorded() async throws {
        let records = Records()
        try await withServer(
            log: records,
            handler: { exchange in
                if exchange.head.path == "/gone" { return }
                answerWithSummary(exchange)
            }
        ) { server in
            let client = try await RawClient.connect(to: server.address)
            client.send(
                "POST /a?token=1 HTTP/1.1\r\nHost: a\r\nX-Request-ID: one\r\nContent-Length: 3\r\n\r\nabc")
            _ = try await client.text(until: "[abc]")
            client.send("GET /gone HTTP/1.1\r\nHost: a\r\nX-Request-ID: two\r\n\r\n")
            try await eventually("both requests are there") { server.counters.requests == 2 }
            await client.close()
            await records.tally.reached(2)
        }
        let all = records.all.withLockedValue { $0 }
        let one = try #require(all.first { $0.requestID == "one" })
        #expect(one.method == .POST && one.target == "/a?token=1" && one.status == 200)
        #expect(one.bytesIn == 3 && one.bytesOut == "POST /a?token=1 [abc]".utf8.count)
        #expect(one.remoteAddress?.ipAddress == "127.0.0.1" && one.duration.nanoseconds > 0)
        #expect(one.time > 1_700_000_000_000_000_000)
        let two = try #require(all.first { $0.requestID == "two" })
        #expect(two.status == nil && two.cancellation == .clientGone)
    }

    private static let record = AccessRecord(
        requestID: "r1", time: 784_111_777_005_000_000, method: .GET, target: "/a\"\\b?secret=1",
        version: .http1_1,
        status: 404, bytesIn: 1, bytesOut: 2, duration: .microseconds(1042), remoteAddress: nil,
        cancellation: nil)

    private func line(
        _ format: AccessLogWriter.Format, includesQuery: Bool = false,
        _ record: AccessRecord = AccessLogTests.record
    ) async -> String {
        let writer = AccessLogWriter(format: format, descriptor: -1, includesQuery: includesQuery)
        var lines = ByteBuffer()
        writer.write(record, into: &lines)
        await writer.close()
        return String(buffer: lines)
    }

    @Test func linesAreAsDocumentedAndLeaveTheQueryOut() async throws {
        #expect(
            await line(.text) == #"1994-11-06T08:49:37.005Z - GET /a"\b HTTP/1.1 404 1 2 1.042 r1"# + "\n")
        #expect(
            await line(.json)
                == #"{"time":"1994-11-06T08:49:37.005Z","remote":"-","method":"GET","target":"/a\"\\b","#
                + #""protocol":"HTTP/1.1","status":404,"bytes_in":1,"bytes_out":2,"milliseconds":1.042,"#
                + #""request_id":"r1"}"# + "\n")
        #expect(await line(.json, includesQuery: true).contains("?secret=1"))
        var local = Self.record
        local.depth = 2
        #expect(await line(.text, local).hasSuffix(" r1 depth=2\n"))
        #expect(await line(.json, local).hasSuffix(#""request_id":"r1","depth":2}"# + "\n"))
    }

    @Test func batchesReachTheFileInOrder() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("access.log")
        let handle = try #require(FileHandle(forWritingAtPath: path))
        let writer = AccessLogWriter(format: .text, descriptor: handle.fileDescriptor)
        for number in 0..<100 {
            var record = Self.record
            record.requestID = "n\(number)"
            writer.record([record, record])
        }
        await writer.close()
        try handle.close()
        let lines = try #require(folder.content("access.log")).split(separator: "\n")
        #expect(lines.count == 200 && writer.dropped == 0)
        #expect(lines.indices.allSatisfy { lines[$0].hasSuffix(" n\($0 / 2)") })
    }

    @Test func recordsThatCannotBeWrittenAreCounted() async throws {
        let writer = AccessLogWriter(format: .text, descriptor: -1)
        writer.record([Self.record, Self.record])
        await writer.close()
        #expect(writer.dropped == 2)
    }

    @Test(
        "Dates are those of RFC 9110",
        arguments: [
            (Int64(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        ])
    func dates(_ seconds: Int64, _ text: String) {
        #expect(WallClock.httpDate(secondsSince1970: seconds) == text)
    }
}
