import NIOCore
import Synchronization
import TestSupport
import Testing

/// Long bodies through guests that stream: what the process keeps of them.
@Suite("Uploads")
struct UploadTests {
    private static let bytes = 256 << 20
    /// Above what the process had before the request.
    private static let memoryMax = 64 << 20

    private func serve(
        _ guest: String, _ test: (MartletProcess, _ port: Int) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let file = try Guest.named(guest).file(in: folder)
        let source = "guest.\(file.hasSuffix(".wat") ? "wat" : "wasm")"
        try folder.copy(file, to: source)
        let isWagi = ["echo", "slow-body"].contains(guest)
        // Longer than the default: a slow machine takes its time for so much.
        let manifest = try folder.file(
            "spin.toml",
            """
            spin_manifest_version = 2
            [application]
            name = "test"
            [[trigger.http]]
            route = "/..."
            component = "guest"
            \(isWagi ? "executor = { type = \"wagi\" }" : "")
            [component.guest]
            source = "\(source)"
            [component.guest.tool.martlet]
            deadline = "600s"
            """)
        let arguments = ["up", "-f", manifest, "--listen", "127.0.0.1:0", "--log-dir", "", "--quiet"]
        try await MartletProcess.with(arguments, folder: folder) { process in
            try await test(process, try await process.port())
        }
    }

    /// Sends a body of so many bytes; each piece when the system has taken the one before.
    private func send(_ count: Int, on client: TestClient, _ sent: Sent = Sent()) async throws {
        client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: \(count)\r\n\r\n")
        while sent.count < count {
            try await client.send(Self.piece)
            sent.add(Self.piece.readableBytes)
        }
    }

    /// Bytes that the system has taken.
    private final class Sent: Sendable {
        private let state = Atomic(0)
        var count: Int { state.load(ordering: .relaxed) }
        func add(_ bytes: Int) { state.add(bytes, ordering: .relaxed) }

        /// Waits until none were taken for a hundred looks.
        func hasStopped() async throws {
            var last = (count: 0, looks: 0)
            try await eventually("the server takes no more") {
                last = count == last.count && count > 0 ? (count, last.looks + 1) : (count, 0)
                return last.looks == 100
            }
        }
    }

    private static let piece: ByteBuffer = {
        var piece = ByteBuffer()
        for number in 0..<(UInt64(1) << 15) { piece.writeInteger(number &* 0x9e37_79b9_7f4a_7c15) }
        return piece
    }()

    @Test(arguments: ["echo", "http-echo", "stream-echo", "slow-body", "http-count", "stream-count"])
    func `a body of 256 MiB passes through little memory`(guest: String) async throws {
        try await serve(guest) { process, port in
            let idle = try process.residentBytes
            try process.forgetResidentPeak()
            let echoes = guest.hasSuffix("echo")
            let client = try await TestClient.connect(port: port, keepsBodies: !echoes, pattern: Self.piece)
            try await send(Self.bytes, on: client)
            let response = try await client.response(within: .minutes(5))
            #expect(response.status == 200)
            if echoes {
                #expect(response.bodyBytes == Self.bytes)
                #expect(response.followsPattern)
            } else if guest == "stream-count" {
                var body = response.body
                #expect(body.readInteger(endianness: .little, as: Int.self) == Self.bytes)
            } else {
                #expect(response.text == "bytes \(Self.bytes)\n")
            }
            let peak = try process.residentPeakBytes
            #expect(peak - idle < Self.memoryMax, "\((peak - idle) >> 20) MiB above idle")
            await client.close()
        }
    }

    @Test(arguments: ["echo", "http-echo", "stream-echo"])
    func `what a client does not read is not kept for it`(guest: String) async throws {
        try await serve(guest) { process, port in
            let idle = try process.residentBytes
            try process.forgetResidentPeak()
            let client = try await TestClient.connect(port: port, keepsBodies: false, pattern: Self.piece)
            try await client.setReading(false)
            let count = Self.memoryMax * 2
            let sent = Sent()
            let sending = Task { try await send(count, on: client, sent) }
            try await sent.hasStopped()
            #expect(sent.count < count)
            #expect(try process.residentPeakBytes - idle < Self.memoryMax)
            try await client.setReading(true)
            try await sending.value
            let response = try await client.response(within: .minutes(5))
            #expect(response.bodyBytes == count)
            #expect(response.followsPattern)
            #expect(try process.residentPeakBytes - idle < Self.memoryMax)
            await client.close()
        }
    }
}
