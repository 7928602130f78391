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
    /// Where the last line of `section` begins, which is all that more bytes can complete.
    private var lineStart = 0
    private var body = ByteBuffer()
    private var bodyBytes = 0
    private var head: CGIHead?
    private var heldSince = NIODeadline.distantFuture
    private var isBlocked = false
    private var waiter: WakeToken?

    /// Whether the client has got a part of the response.
    private(set) var isStreaming = false
    private(set) var failure: Failure?

    // What a program may write before its response begins to leave.
    private static let heldBytesMax = 16 << 10
    // How long a program that only computes has it held; nobody notices so little.
    private static let heldTimeMax = TimeAmount.milliseconds(100)

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
            let scanned = section.readableBytes
            section.append(bytes)
            try takeHead(scanned)
        } else {
            body.append(bytes)
        }
        if let head, body.readableBytes > Self.heldBytesMax || isStreaming { flush(head) }
        if bodyBytes + body.readableBytes > bodyBytesMax { throw fail(.bodyTooLong(bodyBytesMax)) }
        return bytes.byteCount
    }

    func wakeWhenWritable(_ token: WakeToken) {
        guard isBlocked, !exchange.isEnded else { return token.wake() }
        waiter = token
    }

    private func block() {
        isBlocked = true
        // Listens from now on: there may be room again long before the program asks for it.
        exchange.onWritable = { [weak self] in
            self?.isBlocked = false
            self?.waiter.take()?.wake()
        }
    }

    /// The program leaves the loop to others: what it has written goes out.
    ///
    /// Where only its time slice is over it may still fail at once, and the client then deserves a clear status: a short
    /// answer is held a while longer.
    func flush(beforeWaiting isWaiting: Bool) {
        guard let head, failure == nil, !isStreaming || body.readableBytes > 0 else { return }
        if !isWaiting, !isStreaming {
            let now = NIODeadline.now()
            heldSince = min(heldSince, now)
            if now - heldSince < Self.heldTimeMax { return }
        }
        flush(head)
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
        if !exchange.write(body) { block() }
        // A new buffer: the one that was written belongs to the connection until it has left.
        body = ByteBuffer()
    }

    /// Splits the header section off at the first empty line.
    private func takeHead(_ scanned: Int) throws(HostError) {
        guard let (length, rest) = endOfSection(from: scanned) else {
            if section.readableBytes > headBytesMax { throw fail(.headTooLong(headBytesMax)) }
            return
        }
        if length > headBytesMax { throw fail(.headTooLong(headBytesMax)) }
        do throws(CGIHead.Problem) {
            head = try CGIHead(section, length: length)
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
    ///
    /// Looks at each byte once, however small the pieces are that a program writes: the first `scanned` bytes hold no
    /// line end after `lineStart`.
    private func endOfSection(from scanned: Int) -> (length: Int, rest: Int)? {
        let section = section
        let bytes = section.readableBytesUInt8Span
        var position = scanned
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "\n") else {
                position += 1
                continue
            }
            let isEmpty =
                position == lineStart || (position == lineStart + 1 && bytes[lineStart] == UInt8(ascii: "\r"))
            if isEmpty { return (lineStart, position + 1) }
            position += 1
            lineStart = position
        }
        return nil
    }
}
