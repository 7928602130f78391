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
    /// What the program wrote and the client has not got: the header section until it is whole, then the body. Nothing, rather
    /// than an empty buffer: empty ones share a storage, which all threads would count references to.
    private var unsent: ByteBuffer?
    /// Where the last line of the header section begins, which is all that more bytes can complete.
    private var lineStart = 0
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
        let scanned = unsentBytes
        if unsent == nil { unsent = ByteBufferAllocator().buffer(capacity: bytes.byteCount) }
        unsent?.append(bytes)
        if head == nil { try takeHead(scanned) }
        guard let head else { return bytes.byteCount }
        if unsentBytes > Self.heldBytesMax || isStreaming { flush(head) }
        if bodyBytes + unsentBytes > bodyBytesMax { throw fail(.bodyTooLong(bodyBytesMax)) }
        return bytes.byteCount
    }

    private var unsentBytes: Int { unsent?.readableBytes ?? 0 }

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
        guard let head, failure == nil, !isStreaming || unsentBytes > 0 else { return }
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
            if unsentBytes > 0 { flush(head) }
            exchange.finish()
        } else {
            exchange.respond(head.status, head.headers, body: unsent)
        }
        return nil
    }

    private func flush(_ head: CGIHead) {
        if !isStreaming {
            isStreaming = true
            exchange.sendHead(head.status, head.headers)
        }
        // The next write has a new buffer: this one belongs to the connection until it has left.
        guard let body = unsent.take(), body.readableBytes > 0 else { return }
        bodyBytes += body.readableBytes
        if !exchange.write(body) { block() }
    }

    /// Splits the header section off at the first empty line.
    private func takeHead(_ scanned: Int) throws(HostError) {
        guard let (length, rest) = endOfSection(from: scanned) else {
            if unsentBytes > headBytesMax { throw fail(.headTooLong(headBytesMax)) }
            return
        }
        if length > headBytesMax { throw fail(.headTooLong(headBytesMax)) }
        guard let section = unsent else { return }
        do throws(CGIHead.Problem) {
            head = try CGIHead(section, length: length)
        } catch {
            throw fail(.head(error))
        }
        unsent?.moveReaderIndex(forwardBy: rest)
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
        guard let section = unsent else { return nil }
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
