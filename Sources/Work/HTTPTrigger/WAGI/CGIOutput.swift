import HTTPServer
import HostSystem
import NIOCore
import NIOHTTP1

/// A CGI program's standard output as a response: the header section first, then the body as it comes.
///
/// A short answer is kept until the program ends, so that it leaves in one write and so that a program which fails can
/// still be answered for. What is longer, or written before the program waits, is streamed.
final class CGIOutput: GuestOutput {
    /// Why the output cannot become a response.
    enum Failure: Error, CustomStringConvertible {
        case head(CGIHead.Problem)
        case headTooLong(Int)
        case bodyTooLong(Int)
        case nothing

        var description: String {
            switch self {
            case .head(let problem): "\(problem)"
            case .headTooLong(let limit): "the program's header section is longer than \(limit) bytes"
            case .bodyTooLong(let limit): "the program's response is longer than \(limit) bytes"
            case .nothing: "the program ended without a whole header section on its standard output"
            }
        }
    }

    private let exchange: HTTPExchange
    private let headBytesMax: Int
    private let bodyBytesMax: Int
    private var section = ByteBuffer()
    private var body = ByteBuffer()
    private var bodyBytes = 0
    private var head: CGIHead?
    private var isBlocked = false

    /// Whether the client has got a part of the response.
    private(set) var isStreaming = false
    private(set) var failure: Failure?

    // What a program may write before its response begins to leave.
    private static let heldBytesMax = 16 << 10

    init(exchange: HTTPExchange, headBytesMax: Int, bodyBytesMax: Int) {
        self.exchange = exchange
        self.headBytesMax = headBytesMax
        self.bodyBytesMax = bodyBytesMax
    }

    var isWritable: Bool { !isBlocked }

    func write(_ bytes: RawSpan) throws(HostError) -> Int {
        if failure != nil { throw .brokenPipe }
        if isBlocked { return 0 }
        if head == nil {
            section.append(bytes)
            try takeHead()
        } else {
            body.append(bytes)
        }
        if let head, body.readableBytes > Self.heldBytesMax || isStreaming { flush(head) }
        if bodyBytes + body.readableBytes > bodyBytesMax { throw fail(.bodyTooLong(bodyBytesMax)) }
        return bytes.byteCount
    }

    func wakeWhenWritable(_ token: WakeToken) {
        guard isBlocked, !exchange.isEnded else { return token.wake() }
        exchange.onWritable = { [weak self] in
            self?.isBlocked = false
            token.wake()
        }
    }

    /// The program leaves the loop to others: what it has written goes out.
    func flushBeforeWaiting() {
        if let head, failure == nil, !isStreaming || body.readableBytes > 0 { flush(head) }
    }

    /// The program has ended well: completes the response.
    ///
    /// - Returns: why there is none; nothing was sent then, unless ``isStreaming``.
    func finish() -> Failure? {
        if let failure { return failure }
        guard let head else { return .nothing }
        if isStreaming {
            if body.readableBytes > 0 { flush(head) }
            exchange.finish()
        } else {
            exchange.respond(head.status, head.headers, body: body)
        }
        return nil
    }

    private func flush(_ head: CGIHead) {
        if !isStreaming {
            isStreaming = true
            exchange.sendHead(head.status, head.headers)
        }
        guard body.readableBytes > 0 else { return }
        bodyBytes += body.readableBytes
        isBlocked = !exchange.write(body)
        // A new buffer: the one that was written belongs to the connection until it has left.
        body = ByteBuffer()
    }

    /// Splits the header section off at the first empty line.
    private func takeHead() throws(HostError) {
        guard let (length, rest) = Self.endOfSection(section.readableBytesView) else {
            if section.readableBytes > headBytesMax { throw fail(.headTooLong(headBytesMax)) }
            return
        }
        if length > headBytesMax { throw fail(.headTooLong(headBytesMax)) }
        do throws(CGIHead.Problem) {
            head = try CGIHead(section.readableBytesView.prefix(length))
        } catch {
            throw fail(.head(error))
        }
        section.moveReaderIndex(forwardBy: rest)
        body = section
        section = ByteBuffer()
    }

    private func fail(_ failure: Failure) -> HostError {
        self.failure = failure
        return .brokenPipe
    }

    /// The length of the section before the empty line, and where the body begins.
    private static func endOfSection(_ bytes: ByteBufferView) -> (length: Int, rest: Int)? {
        let newline = UInt8(ascii: "\n")
        var lineStart = bytes.startIndex
        while let end = bytes[lineStart...].firstIndex(of: newline) {
            let isEmpty = end == lineStart || (end == lineStart + 1 && bytes[lineStart] == UInt8(ascii: "\r"))
            if isEmpty { return (lineStart - bytes.startIndex, end + 1 - bytes.startIndex) }
            lineStart = end + 1
        }
        return nil
    }
}
