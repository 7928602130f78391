import NIOCore
import NIOPosix
import NIOSSL

/// HTTP/2 frames as bytes, right or wrong as a test likes.
enum Frames {
    static let preface = ByteBuffer(string: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    static let endStream: UInt8 = 1
    static let endHeaders: UInt8 = 4

    static func frame(_ type: UInt8, _ flags: UInt8, _ stream: Int, _ payload: ByteBuffer = ByteBuffer())
        -> ByteBuffer
    {
        var bytes = ByteBuffer()
        bytes.writeInteger(UInt8(payload.readableBytes >> 16))
        bytes.writeInteger(UInt16(payload.readableBytes & 0xffff))
        bytes.writeInteger(type)
        bytes.writeInteger(flags)
        bytes.writeInteger(UInt32(stream))
        bytes.writeImmutableBuffer(payload)
        return bytes
    }

    static func data(_ text: String, stream: Int, flags: UInt8 = 0) -> ByteBuffer {
        frame(0, flags, stream, ByteBuffer(string: text))
    }
    static func headers(
        _ fields: [(String, String)], stream: Int, flags: UInt8 = endStream | endHeaders
    ) -> ByteBuffer {
        frame(1, flags, stream, block(fields))
    }
    static func reset(_ stream: Int) -> ByteBuffer {
        frame(3, 0, stream, ByteBuffer(integer: UInt32(8)))
    }
    static func settings(_ settings: [(UInt16, UInt32)] = [], flags: UInt8 = 0) -> ByteBuffer {
        var payload = ByteBuffer()
        for (name, value) in settings {
            payload.writeInteger(name)
            payload.writeInteger(value)
        }
        return frame(4, flags, 0, payload)
    }
    static func ping() -> ByteBuffer { frame(6, 0, 0, ByteBuffer(integer: UInt64(1))) }
    static func windowUpdate(_ increment: UInt32, stream: Int) -> ByteBuffer {
        frame(8, 0, stream, ByteBuffer(integer: increment))
    }
    static func continuation(_ fields: [(String, String)], stream: Int, flags: UInt8 = 0) -> ByteBuffer {
        frame(9, flags, stream, block(fields))
    }

    /// HPACK literals without indexing and without Huffman coding (RFC 7541 §6.2.2).
    static func block(_ fields: [(String, String)]) -> ByteBuffer {
        var bytes = ByteBuffer()
        for (name, value) in fields {
            bytes.writeInteger(UInt8(0))
            for text in [name, value] {
                writeLength(text.utf8.count, into: &bytes)
                bytes.writeString(text)
            }
        }
        return bytes
    }

    private static func writeLength(_ length: Int, into bytes: inout ByteBuffer) {
        guard length >= 127 else { return _ = bytes.writeInteger(UInt8(length)) }
        bytes.writeInteger(UInt8(127))
        var rest = length - 127
        while rest >= 128 {
            bytes.writeInteger(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        bytes.writeInteger(UInt8(rest))
    }

    static func get(_ path: String, _ more: [(String, String)] = []) -> [(String, String)] {
        [(":method", "GET"), (":scheme", "http"), (":path", path), (":authority", "a")] + more
    }
    static func post(_ path: String, _ more: [(String, String)] = []) -> [(String, String)] {
        [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "a")] + more
    }
}

/// A received frame.
struct ReceivedFrame: Sendable {
    enum Kind: UInt8 {
        case data, headers, priority, reset, settings, pushPromise, ping, goAway, windowUpdate
    }

    let type: UInt8
    let flags: UInt8
    let stream: Int
    let payload: ByteBuffer

    var kind: Kind? { Kind(rawValue: type) }
    var endsStream: Bool { (kind == .data || kind == .headers) && flags & 1 == 1 }
    /// Of RST_STREAM.
    var code: UInt32 { payload.getInteger(at: payload.readerIndex + (kind == .goAway ? 4 : 0)) ?? .max }

    static func all(in received: ByteBuffer) -> [ReceivedFrame] {
        var bytes = received
        var frames: [ReceivedFrame] = []
        while let high = bytes.getInteger(at: bytes.readerIndex, as: UInt8.self),
            let low = bytes.getInteger(at: bytes.readerIndex + 1, as: UInt16.self),
            bytes.readableBytes >= 9 + (Int(high) << 16 | Int(low))
        {
            bytes.moveReaderIndex(forwardBy: 3)
            let type = bytes.readInteger(as: UInt8.self)!
            let flags = bytes.readInteger(as: UInt8.self)!
            let stream = Int(bytes.readInteger(as: UInt32.self)! & 0x7fff_ffff)
            frames.append(
                ReceivedFrame(
                    type: type, flags: flags, stream: stream,
                    payload: bytes.readSlice(length: Int(high) << 16 | Int(low))!))
        }
        return frames
    }
}

extension RawClient {
    static func http2(
        to address: SocketAddress?, settings: [(UInt16, UInt32)] = [], tls: NIOSSLContext? = nil
    ) async throws -> RawClient {
        let client = try await connect(to: address, tls: tls)
        client.send(Frames.preface)
        client.send(Frames.settings(settings))
        _ = try await client.frames { $0.contains { $0.kind == .settings && $0.flags == 0 } }
        client.send(Frames.settings(flags: 1))
        return client
    }

    /// All frames received so far once `isEnough` holds for them, or at the connection's end.
    func frames(until isEnough: @escaping @Sendable ([ReceivedFrame]) -> Bool) async throws -> [ReceivedFrame]
    {
        ReceivedFrame.all(in: try await received { isEnough(ReceivedFrame.all(in: $0)) })
    }

    /// The response on `stream` once it has ended: the first header block's status, and the body.
    func response(on stream: Int) async throws -> (status: String, body: String, reset: UInt32?) {
        let frames = try await frames { frames in
            frames.contains { $0.stream == stream && ($0.endsStream || $0.kind == .reset) }
        }.filter { $0.stream == stream }
        var decoder = HPACKReader()
        let status = frames.first { $0.kind == .headers }.map { decoder.status($0.payload) } ?? ""
        let body = frames.filter { $0.kind == .data }.map { String(buffer: $0.payload) }.joined()
        return (status, body, frames.first { $0.kind == .reset }?.code)
    }
}

/// Reads just the `:status` that starts a response's block.
struct HPACKReader {
    static let indexed: [UInt8: String] = [
        0x88: "200", 0x89: "204", 0x8a: "206", 0x8b: "304", 0x8c: "400", 0x8d: "404", 0x8e: "500",
    ]

    mutating func status(_ block: ByteBuffer) -> String {
        guard let first = block.getInteger(at: block.readerIndex, as: UInt8.self) else { return "" }
        if let status = Self.indexed[first] { return status }
        // A literal with an indexed name; three digits, perhaps Huffman coded (digits take five or six bits).
        guard let length = block.getInteger(at: block.readerIndex + 1, as: UInt8.self),
            let text = block.getBytes(at: block.readerIndex + 2, length: Int(length & 127))
        else { return "" }
        return length & 128 == 0 ? String(decoding: text, as: UTF8.self) : Self.digits(text)
    }

    /// Huffman codes of digits (RFC 7541 appendix B): 0–2 are five bits 00000–00010, 3–9 six bits from
    /// 011001.
    private static func digits(_ bytes: [UInt8]) -> String {
        let bits = bytes.flatMap { byte in (0..<8).map { Int(byte >> (7 - $0)) & 1 } }
        var index = 0
        var text = ""
        while text.utf8.count < 3, index + 5 <= bits.count {
            let five = bits[index..<index + 5].reduce(0) { $0 << 1 | $1 }
            if five <= 2 {
                text += "\(five)"
                index += 5
            } else if index + 6 <= bits.count {
                let six = bits[index..<index + 6].reduce(0) { $0 << 1 | $1 }
                text += "\(six - 0b011001 + 3)"
                index += 6
            } else {
                break
            }
        }
        return text
    }
}
