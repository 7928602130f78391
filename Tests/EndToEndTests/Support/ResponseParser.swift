import AppModel
import NIOCore

/// One response as a client saw it.
struct Response: Sendable {
    var status = 0
    var fields: [(name: String, value: String)] = []
    /// Fields after a chunked body: a lower-case name, a colon and the rest of the line.
    var trailers: [String] = []
    var body = ByteBuffer()
    /// Body bytes, also where the body was not kept.
    var bodyBytes = 0
    /// Whether the body was the parser's pattern, over and over.
    var followsPattern = true
    /// Statuses of interim responses before it.
    var interim: [Int] = []

    var text: String { String(buffer: body) }

    subscript(name: String) -> String? { fields.first { $0.name == name.lowercased() }?.value }
}

/// Takes HTTP/1.1 responses apart as their bytes come: just enough for what the server sends, and strict about it.
struct ResponseParser {
    private enum Phase {
        case head
        case counted(Int)
        case chunkSize
        case chunk(Int)
        case chunkEnd
        case trailers
        case untilEnd
    }

    /// What is not a response.
    struct Malformed: Error { let line: String }

    var keepsBodies = true
    /// What bodies are compared with, over and over.
    var pattern: ByteBuffer?
    private var phase = Phase.head
    private var bytes = ByteBuffer()
    /// The response under way.
    private(set) var current = Response()

    /// Whether the end of the connection would be in the middle of a response.
    var isInside: Bool {
        switch phase {
        case .head: bytes.readableBytes > 0
        case .untilEnd: false
        default: true
        }
    }

    /// The head of the response under way, once it is complete.
    var head: Response? {
        if case .head = phase { return nil }
        return current
    }

    mutating func add(_ more: ByteBuffer) {
        var more = more
        bytes.writeBuffer(&more)
        bytes.discardReadBytes()
    }

    /// The next whole response, if there is one.
    mutating func next() throws -> Response? {
        while true {
            switch phase {
            case .head:
                guard let line = line() else { return nil }
                if try take(headLine: line) { return finish() }
            case .counted(let count), .chunk(let count):
                guard takeBody(count) else { return nil }
                guard case .counted = phase else {
                    phase = .chunkEnd
                    continue
                }
                return finish()
            case .chunkEnd:
                guard let line = line() else { return nil }
                guard line.isEmpty else { throw Malformed(line: line) }
                phase = .chunkSize
            case .chunkSize:
                guard let line = line() else { return nil }
                guard let size = Int(line, radix: 16) else { throw Malformed(line: line) }
                phase = size == 0 ? .trailers : .chunk(size)
            case .trailers:
                guard let line = line() else { return nil }
                if line.isEmpty { return finish() }
                guard let colon = line.firstIndex(of: ":") else { throw Malformed(line: line) }
                current.trailers.append("\(line[..<colon].lowercased())\(line[colon...])")
            case .untilEnd:
                _ = takeBody(.max)
                return nil
            }
        }
    }

    /// The connection has ended: the response that only its end completes.
    mutating func end() -> Response? {
        guard case .untilEnd = phase else { return nil }
        return finish()
    }

    private mutating func finish() -> Response {
        defer {
            current = Response()
            phase = .head
        }
        return current
    }

    /// True when the response is whole with its head.
    private mutating func take(headLine line: String) throws -> Bool {
        if current.status == 0 {
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count >= 2, parts[0] == "HTTP/1.1", let status = Int(parts[1]) else {
                throw Malformed(line: line)
            }
            current.status = status
            return false
        }
        if line.isEmpty { return beginBody() }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw Malformed(line: line) }
        current.fields.append((parts[0].lowercased(), parts[1].drop { $0 == " " }.description))
        return false
    }

    private mutating func beginBody() -> Bool {
        if current.status < 200 {
            var next = Response()
            next.interim = current.interim + [current.status]
            current = next
            return false
        }
        if current.status == 204 || current.status == 304 { return true }
        if let length = current["content-length"].flatMap({ Int($0) }) {
            phase = .counted(length)
            return length == 0
        }
        phase = current["transfer-encoding"] == "chunked" ? .chunkSize : .untilEnd
        return false
    }

    /// Takes what is there of `count` bytes; true when that was all.
    private mutating func takeBody(_ count: Int) -> Bool {
        guard var piece = bytes.readSlice(length: min(count, bytes.readableBytes)) else { return false }
        let taken = piece.readableBytes
        if let pattern { compare(piece, with: pattern) }
        current.bodyBytes += taken
        if keepsBodies { current.body.writeBuffer(&piece) }
        if taken == count { return true }
        switch phase {
        case .counted: phase = .counted(count - taken)
        case .chunk: phase = .chunk(count - taken)
        default: break
        }
        return false
    }

    private mutating func compare(_ piece: ByteBuffer, with pattern: ByteBuffer) {
        var rest = piece
        var position = current.bodyBytes % pattern.readableBytes
        while rest.readableBytes > 0 {
            let count = min(rest.readableBytes, pattern.readableBytes - position)
            if rest.readSlice(length: count) != pattern.getSlice(at: position, length: count) {
                current.followsPattern = false
            }
            position = 0
        }
    }

    private mutating func line() -> String? {
        guard let end = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var line = FieldText.text(
            of: bytes.readSlice(length: end - bytes.readerIndex)?.readableBytesView ?? .init())
        bytes.moveReaderIndex(forwardBy: 1)
        if line.hasSuffix("\r") { line.removeLast() }
        return line
    }
}
