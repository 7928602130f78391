import AppModel
import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import HTTPServer

/// What a byte sequence says, as one reader understands it.
struct ReadRequest: Equatable {
    var method = ""
    var target = ""
    var fields: [String] = []
    var body: [UInt8] = []
    var trailers: [String] = []
}

enum ReferenceReader {
    /// Our parser, fed `step` bytes at a time; nil where it refuses. The second value is what was left
    /// unread.
    static func readStrictly(_ text: String, step: Int) -> [ReadRequest]? {
        readStrictly(Array(text.utf8), step: step)
    }

    /// As the other reader makes text of bytes.
    private static func mended(_ value: String) -> String {
        String(decoding: FieldText.bytes(of: value) ?? Array(value.utf8), as: UTF8.self)
    }

    static func readStrictly(
        _ bytes: [UInt8], step: Int, limits: HTTPServerLimits = HTTPServerLimits()
    ) -> [ReadRequest]? {
        var parser = HTTP1RequestParser(limits: limits, scheme: "http")
        var input = ByteBuffer()
        var requests: [ReadRequest] = []
        var isInBody = false
        var index = 0
        while index < bytes.count {
            input.writeBytes(bytes[index..<min(bytes.count, index + step)])
            index += step
            while true {
                if !isInBody {
                    switch parser.parseHead(&input) {
                    case .incomplete: break
                    case .refused: return nil
                    case .head(let parsed):
                        requests.append(
                            ReadRequest(
                                method: parsed.head.method.rawValue, target: parsed.head.target,
                                fields: parsed.head.headers.map {
                                    "\($0.name.lowercased())=\(mended($0.value))"
                                }))
                        isInBody = true
                    }
                    if !isInBody { break }
                }
                let isAtEnd: Bool
                switch parser.readBody(&input, upTo: .max) {
                case .incomplete: isAtEnd = true
                case .refused, .tooLarge: return nil
                case .bytes(let piece):
                    requests[requests.count - 1].body += Array(buffer: piece)
                    isAtEnd = false
                case .end(let trailers):
                    requests[requests.count - 1].trailers =
                        trailers?.map { "\($0.name.lowercased())=\(mended($0.value))" } ?? []
                    parser.startNext()
                    isInBody = false
                    isAtEnd = false
                }
                if isAtEnd { break }
            }
        }
        // A request that did not end is not counted: both readers see only whole ones.
        if isInBody { requests.removeLast() }
        return requests
    }

    /// NIO leaves tabs around some values; RFC 9110 §5.5 has them taken off.
    private static func field(_ name: String, _ value: String) -> String {
        let end = value.lastIndex { $0 != "\t" && $0 != " " }
        return "\(name.lowercased())=\(end.map { value[...$0].drop { $0 == "\t" || $0 == " " } } ?? "")"
    }

    /// NIO's decoder; nil where it refuses.
    static func readWithNIO(_ bytes: [UInt8]) -> [ReadRequest]? {
        let channel = EmbeddedChannel()
        // An unfinished request is an error at the end, and no finding here.
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        var requests: [ReadRequest] = []
        var isOpen = false
        do {
            try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
            try channel.writeInbound(ByteBuffer(bytes: bytes))
            while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
                switch part {
                case .head(let head):
                    isOpen = true
                    requests.append(
                        ReadRequest(
                            method: head.method.rawValue, target: head.uri,
                            fields: head.headers.map(Self.field)))
                case .body(let body):
                    requests[requests.count - 1].body += Array(buffer: body)
                case .end(let trailers):
                    isOpen = false
                    requests[requests.count - 1].trailers =
                        trailers?.map(Self.field) ?? []
                }
            }
        } catch {
            return nil
        }
        if isOpen { requests.removeLast() }
        return requests
    }
}
