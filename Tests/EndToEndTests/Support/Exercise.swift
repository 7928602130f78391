import NIOCore
import NIOSSL
import TestSupport
import Testing

/// What one path is made to do: bodies of many sizes, by clients of many tempers.
struct Exercise: Sendable {
    let port: Int
    let path: String
    let tls: NIOSSLContext?
    let seed: Int

    // Nobody is as slow as that who gets there.
    private static let limit = TimeAmount.minutes(5)

    /// Around the sizes of buffers, windows and pieces.
    private static let sizes = [
        0, 1, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 262_143, 262_144, 262_145, 300_000, 1_048_583,
    ]

    /// Without small letters, which `stream-upper` changes, and without the mark that ends `stream-echo`.
    private static let bytes: ByteBuffer = {
        var generator = SeededGenerator(seed: 1)
        var bytes = ByteBuffer()
        for _ in 0..<(2 << 20) { bytes.writeInteger(UInt8.random(in: 0x22...0x60, using: &generator)) }
        return bytes
    }()

    /// One request.
    private struct Plan: Sendable, CustomStringConvertible {
        let body: ByteBuffer
        let isChunked: Bool
        /// Bytes of the longest piece that it is sent in; nil for one piece.
        let piece: Int?
        /// Whether the end of the body is a frame of its own.
        let endsApart: Bool
        /// Where the client leaves; nil for one that stays.
        let leaves: Int?
        let pace: Pace?

        init(_ generator: inout SeededGenerator) {
            let size = Exercise.sizes.randomElement(using: &generator) ?? 0
            let start = Int.random(in: 0...(Exercise.bytes.readableBytes - size), using: &generator)
            body = Exercise.bytes.getSlice(at: start, length: size) ?? ByteBuffer()
            isChunked = Bool.random(using: &generator)
            piece = [nil, nil, 1000, 5_000, 40_000].randomElement(using: &generator) ?? nil
            endsApart = Bool.random(using: &generator)
            leaves =
                Int.random(in: 0..<8, using: &generator) > 0 ? nil : .random(in: 0...size, using: &generator)
            pace = Self.pace(&generator)
        }

        static func pace(_ generator: inout SeededGenerator) -> Pace? {
            guard let longest: Int64 = [0, 0, 200, 1500].randomElement(using: &generator), longest > 0 else {
                return nil
            }
            return Pace(seed: generator.next() | 1, longest: longest)
        }

        /// The body, as far as the client sends it.
        func pieces(_ generator: inout SeededGenerator) -> [ByteBuffer] {
            var rest = body.getSlice(at: body.readerIndex, length: leaves ?? body.readableBytes) ?? body
            var pieces: [ByteBuffer] = []
            while rest.readableBytes > 0 {
                let count = piece.map { Int.random(in: 1...$0, using: &generator) } ?? rest.readableBytes
                pieces.append(rest.readSlice(length: min(count, rest.readableBytes)) ?? ByteBuffer())
            }
            return pieces
        }

        var description: String {
            "\(body.readableBytes) bytes, \(isChunked ? "chunked" : "counted"), pieces \(piece ?? 0), "
                + "\(endsApart ? "end apart, " : "")leaves \(leaves ?? -1), pace \(pace?.longest ?? 0)"
        }
    }

    /// What did not come back as it was sent.
    struct Difference: Error, CustomStringConvertible { let description: String }

    func run(_ round: Int, isNew: Bool) async throws {
        var generator = SeededGenerator(seed: UInt64(bitPattern: Int64(seed &+ round &* 7919)) | 1)
        _ = generator.next()
        if isNew { try await runHTTP2(&generator) } else { try await runHTTP1(&generator) }
    }

    private func check(_ plan: Plan, _ status: String, _ body: ByteBuffer) throws {
        // `middleware` makes the answer its own.
        guard status == "200" || status == "299", body == plan.body else {
            throw Difference(description: "status \(status), \(body.readableBytes) bytes")
        }
    }

    private func failed(_ plan: Plan, _ error: any Error, isNew: Bool) {
        let kind = "\(isNew ? "HTTP/2" : "HTTP/1.1")\(tls == nil ? "" : " over TLS")"
        Issue.record("\(path) by \(kind), seed \(seed), \(plan): \(error)")
    }

    // MARK: - HTTP/1.1

    /// Some requests on one connection, one after the other.
    private func runHTTP1(_ generator: inout SeededGenerator) async throws {
        let client = try await TestClient.connect(port: port, tls: tls)
        if let pace = Plan.pace(&generator) { try await client.readSlowly(pace) }
        for _ in 0..<6 {
            let plan = Plan(&generator)
            do {
                let pieces = plan.pieces(&generator)
                async let response = client.response(within: Self.limit)
                await send(pieces, of: plan, on: client)
                if plan.leaves != nil {
                    await client.close()
                    // Whatever there was of it.
                    _ = try? await response
                    break
                }
                let answer = try await response
                try check(plan, "\(answer.status)", answer.body)
                // A server may say so where the answer began before much of the body had come.
                if answer["connection"] == "close" { break }
            } catch {
                failed(plan, error, isNew: false)
                break
            }
        }
        await client.close()
    }

    private func send(_ pieces: [ByteBuffer], of plan: Plan, on client: TestClient) async {
        let framing =
            plan.isChunked ? "transfer-encoding: chunked" : "content-length: \(plan.body.readableBytes)"
        client.send("POST \(path) HTTP/1.1\r\nhost: a\r\n\(framing)\r\n\r\n")
        for piece in pieces {
            var bytes = piece
            if plan.isChunked {
                bytes = ByteBuffer(string: "\(String(piece.readableBytes, radix: 16))\r\n")
                bytes.writeImmutableBuffer(piece)
                bytes.writeString("\r\n")
            }
            // The answer says what became of it.
            try? await client.send(bytes)
        }
        if plan.isChunked, plan.leaves == nil { client.send("0\r\n\r\n") }
    }

    // MARK: - HTTP/2

    /// Some requests at once on one connection.
    private func runHTTP2(_ generator: inout SeededGenerator) async throws {
        let client = try await HTTP2Client.connect(port: port, tls: tls)
        if let pace = Plan.pace(&generator) { try await client.readSlowly(pace) }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                let plan = Plan(&generator)
                let pieces = plan.pieces(&generator)
                group.addTask {
                    do { try await run(plan, pieces, on: client) } catch { failed(plan, error, isNew: true) }
                }
            }
        }
        await client.close()
    }

    private func run(_ plan: Plan, _ pieces: [ByteBuffer], on client: HTTP2Client) async throws {
        let request = try await client.open("POST", path, reading: plan.pace)
        async let answer = request.answer(within: Self.limit)
        let isWhole = plan.leaves == nil && !plan.endsApart
        // The answer says what became of them.
        for piece in isWhole ? pieces.dropLast() : pieces[...] { try? await request.send(piece) }
        if plan.leaves != nil {
            request.reset()
            _ = try? await answer
            return
        }
        request.finish(isWhole ? pieces.last ?? ByteBuffer() : ByteBuffer())
        let came = try await answer
        try check(plan, came.status, came.body)
    }
}
