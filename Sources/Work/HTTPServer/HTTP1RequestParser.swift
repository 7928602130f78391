import AppModel
import NIOCore
import NIOHTTP1

// HTTP/1.1 requests (RFC 9112) as a pure machine: bytes in, heads and body pieces out, no I/O and no clock.
//
// Why not NIOHTTP1's decoder: it hides the raw bytes, and what it lets through would have to be refused by a
// guard in front of it. To know where a header section starts, such a guard must follow lengths and chunks,
// so it is a second parser, and two parsers that may disagree are what request smuggling needs. One strict
// reader is smaller, decodes bodies only as far as the handler asks, and costs less. A test
// holds it against NIO's decoder: whatever is accepted here is read the same there.

/// Why a request is refused, with the status that says so.
struct Refusal: Error, Equatable {
    let status: HTTPResponseStatus
    let reason: String

    init(_ status: HTTPResponseStatus, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    static func malformed(_ reason: String) -> Refusal { Refusal(.badRequest, reason) }
}

struct ParsedHead {
    var head: RequestHead
    var body: BodyLength = .none
    /// Whether the client allows another request on this connection.
    var keepsAlive: Bool
    var expectsContinue = false
    /// Its `x-request-id`, not yet checked.
    var requestID: String?

    enum BodyLength: Equatable {
        case none
        case length(Int)
        case chunked
    }
}

struct HTTP1RequestParser {
    enum HeadStep {
        case incomplete
        case head(ParsedHead)
        case refused(Refusal)
    }

    enum BodyStep {
        case incomplete
        case bytes(ByteBuffer)
        case end(trailers: HTTPHeaders?)
        case tooLarge
        case refused(Refusal)
    }

    enum State: Equatable {
        case requestLine
        case fields
        case length(remaining: Int)
        case chunkSize
        case chunkData(remaining: Int)
        case chunkEnd
        case trailers
        case complete
        case failed
    }

    enum Line {
        case incomplete
        /// The line without CR LF.
        case length(Int)
        case malformed(String)
    }

    let limits: HTTPServerLimits
    let scheme: String
    private(set) var state = State.requestLine
    /// Readable bytes known to hold no line end, so that slow bytes are not scanned again and again.
    private var scanned = 0
    private var sectionBytes = 0
    private var skippedEmptyLine = false
    private var fields: [(String, String)] = []
    private var builder = HeadBuilder()
    private(set) var bodyBytes = 0

    init(limits: HTTPServerLimits, scheme: String) {
        self.limits = limits
        self.scheme = scheme
    }

    /// Whether bytes of an unfinished header section were seen.
    var isInsideHead: Bool { state == .fields || scanned > 0 }

    /// Whether the current request was read to its end.
    var isComplete: Bool { state == .complete }

    /// Bytes of a declared length that have not been read; nil for a chunked body.
    var remainingLength: Int? {
        switch state {
        case .length(let remaining): remaining
        case .complete: 0
        default: nil
        }
    }

    /// Prepares for the next request of the connection.
    mutating func startNext() {
        state = .requestLine
        scanned = 0
        skippedEmptyLine = false
    }

    // MARK: Head

    mutating func parseHead(_ input: inout ByteBuffer) -> HeadStep {
        while true {
            switch nextLine(in: input) {
            case .incomplete:
                return refusalForSize(readable: input.readableBytes).map { fail($0) } ?? .incomplete
            case .malformed(let reason):
                return fail(.malformed(reason))
            case .length(let length):
                if let refusal = refusalForSize(readable: length + 2) { return fail(refusal) }
                do throws(Refusal) {
                    let isLast = try takeLine(input, length: length)
                    input.moveReaderIndex(forwardBy: length + 2)
                    if isLast { return .head(try finishHead()) }
                } catch {
                    return fail(error)
                }
            }
        }
    }

    private mutating func fail(_ refusal: Refusal) -> HeadStep {
        state = .failed
        return .refused(refusal)
    }

    private func refusalForSize(readable: Int) -> Refusal? {
        if state == .requestLine {
            // Method, blanks and version take less than 64 bytes.
            return readable > limits.targetBytes + 64 ? Refusal(.uriTooLong, "request line too long") : nil
        }
        guard sectionBytes + readable > limits.headerBytes else { return nil }
        return Refusal(.requestHeaderFieldsTooLarge, "header section too long")
    }

    /// Handles one line; true for the empty line that ends the section.
    private mutating func takeLine(_ input: ByteBuffer, length: Int) throws(Refusal) -> Bool {
        guard state == .requestLine else {
            if length == 0 { return true }
            sectionBytes += length + 2
            let (name, value) = try Self.field(input, length: length)
            guard fields.count < limits.headerCount else {
                throw Refusal(.requestHeaderFieldsTooLarge, "too many fields")
            }
            fields.append((name, value))
            try builder.note(name: name, value: value)
            return false
        }
        if length == 0 {
            // RFC 9112 §2.2: one empty line in front of a request line is forgiven.
            guard !skippedEmptyLine else { throw .malformed("empty lines instead of a request") }
            skippedEmptyLine = true
            return false
        }
        builder = HeadBuilder()
        try builder.readRequestLine(input, length: length, targetBytes: limits.targetBytes)
        fields.removeAll(keepingCapacity: false)
        fields.reserveCapacity(8)
        sectionBytes = 0
        state = .fields
        return false
    }

    private mutating func finishHead() throws(Refusal) -> ParsedHead {
        let parsed = try builder.finish(
            fields: HTTPHeaders(fields), scheme: scheme, bodyLimit: limits.bodyBytes)
        fields = []
        bodyBytes = 0
        switch parsed.body {
        case .none: state = .complete
        case .length(let length): state = .length(remaining: length)
        case .chunked: state = .chunkSize
        }
        return parsed
    }

    // MARK: Lines and fields

    private mutating func nextLine(in input: ByteBuffer) -> Line {
        let bytes = input.readableBytesUInt8Span
        var index = scanned
        let count = bytes.count
        while index < count {
            if bytes[index] == 0x0a {
                scanned = 0
                guard index > 0, bytes[index - 1] == 0x0d else { return .malformed("line ends without CR") }
                return .length(index - 1)
            }
            index += 1
        }
        scanned = count
        return .incomplete
    }

    /// One field line (RFC 9112 §5): a token, a colon, a value without control characters, blanks around it.
    static func field(_ input: ByteBuffer, length: Int) throws(Refusal) -> (String, String) {
        let bytes = input.readableBytesUInt8Span
        var colon = 0
        while colon < length, FieldRules.isToken(bytes[colon]) { colon += 1 }
        guard colon < length, bytes[colon] == UInt8(ascii: ":"), colon > 0 else {
            let isFolded = bytes[0] == 0x20 || bytes[0] == 0x09
            throw .malformed(isFolded ? "folded field line" : "malformed field name")
        }
        var start = colon + 1
        var end = length
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        var isASCII = true
        for index in start..<end {
            guard FieldRules.isValue(bytes[index]) else {
                throw .malformed("control character in a field value")
            }
            if bytes[index] >= 0x80 { isASCII = false }
        }
        let name = input.getString(at: input.readerIndex, length: colon) ?? ""
        guard isASCII else {
            return (name, FieldText.text(of: input.readableBytesView.dropFirst(start).prefix(end - start)))
        }
        return (name, input.getString(at: input.readerIndex + start, length: end - start) ?? "")
    }

    // MARK: Body

    /// The next piece of the body, at most `limit` bytes of it.
    mutating func readBody(_ input: inout ByteBuffer, upTo limit: Int) -> BodyStep {
        while true {
            switch state {
            case .complete:
                return .end(trailers: nil)
            case .length(let remaining):
                return takeBytes(&input, remaining: remaining, limit: limit) { left in
                    left == 0 ? .complete : .length(remaining: left)
                }
            case .chunkData(let remaining):
                return takeBytes(&input, remaining: remaining, limit: limit) { left in
                    left == 0 ? .chunkEnd : .chunkData(remaining: left)
                }
            case .chunkSize, .chunkEnd, .trailers:
                if let step = readBetweenChunks(&input) { return step }
            case .requestLine, .fields, .failed:
                return .refused(.malformed("no body to read"))
            }
        }
    }

    private mutating func takeBytes(
        _ input: inout ByteBuffer, remaining: Int, limit: Int, next: (Int) -> State
    ) -> BodyStep {
        let count = min(remaining, limit, input.readableBytes)
        guard count > 0, let slice = input.readSlice(length: count) else { return .incomplete }
        state = next(remaining - count)
        bodyBytes += count
        return .bytes(slice)
    }

    /// Reads one line of the framing; nil where the caller should go on.
    private mutating func readBetweenChunks(_ input: inout ByteBuffer) -> BodyStep? {
        let longest = state == .trailers ? limits.headerBytes - sectionBytes : limits.chunkLineBytes
        let length: Int
        switch nextLine(in: input) {
        case .incomplete:
            // After a chunk's data nothing but CR LF is right, so garbage is refused before its line ends.
            let isGarbage = state == .chunkEnd && input.readableBytes >= 2
            // The line's CR may be here already.
            guard input.readableBytes <= longest + 1, !isGarbage else { return refuse("chunk line too long") }
            return .incomplete
        case .malformed(let reason):
            return refuse(reason)
        case .length(let found):
            guard found <= longest else { return refuse("chunk line too long") }
            length = found
        }
        defer { input.moveReaderIndex(forwardBy: length + 2) }
        switch state {
        case .chunkEnd:
            guard length == 0 else { return refuse("bytes after a chunk's end") }
            state = .chunkSize
        case .chunkSize:
            return takeChunkSize(input, length: length)
        default:
            return takeTrailer(input, length: length)
        }
        return nil
    }

    private mutating func refuse(_ reason: String) -> BodyStep {
        state = .failed
        return .refused(.malformed(reason))
    }

    private mutating func takeChunkSize(_ input: ByteBuffer, length: Int) -> BodyStep? {
        let bytes = input.readableBytesUInt8Span
        var size = 0
        var index = 0
        while index < length, let digit = FieldRules.hexValue(bytes[index]) {
            // 15 digits cannot overflow.
            guard index < 15 else { return refuse("chunk size too long") }
            size = size << 4 | digit
            index += 1
        }
        guard index > 0 else { return refuse("chunk without a size") }
        if index < length {
            guard bytes[index] == UInt8(ascii: ";") else { return refuse("malformed chunk size") }
            while index < length {
                guard FieldRules.isValue(bytes[index]) else { return refuse("malformed chunk extension") }
                index += 1
            }
        }
        if size == 0 {
            sectionBytes = 0
            state = .trailers
            return nil
        }
        if let limit = limits.bodyBytes, size > limit - bodyBytes {
            state = .failed
            return .tooLarge
        }
        state = .chunkData(remaining: size)
        return nil
    }

    private mutating func takeTrailer(_ input: ByteBuffer, length: Int) -> BodyStep? {
        if length == 0 {
            state = .complete
            let trailers = fields.isEmpty ? nil : HTTPHeaders(fields)
            fields = []
            return .end(trailers: trailers)
        }
        sectionBytes += length + 2
        guard fields.count < limits.headerCount else { return refuse("too many trailer fields") }
        do throws(Refusal) {
            let (name, value) = try Self.field(input, length: length)
            guard !HeadBuilder.isForbiddenInTrailers(name) else { return refuse("framing field in trailers") }
            fields.append((name, value))
            return nil
        } catch {
            state = .failed
            return .refused(error)
        }
    }
}
