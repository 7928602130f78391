public import NIOCore
import WASI

/// The body of a message that a guest sends: `outgoing-body` (0.2), the contents of a `response` or `request` (0.3).
///
/// Until the message itself is sent, a limited number of bytes waits here. The bytes are counted against what
/// `content-length` says.
public final class OutgoingBody {
    /// Which message it is the body of, for error codes.
    public enum Message: Sendable { case request, response }

    private enum State {
        case open
        case finished(HTTPFields?)
        case aborted(HTTPErrorCode)
    }

    private let message: Message
    private let declared: Int?
    private let limits: HTTPHostLimits
    private var sink: (any BodySink)?
    // Nothing where it would be empty; see `ResponseWriter`.
    private var unsent: ByteBuffer?
    private var state = State.open
    private var isBlocked = false
    private var isListening = false
    private var waiter: (() -> Void)?
    private var closedWaiter: (() -> Void)?

    // The stream in front of this, which may have taken bytes from the guest that it could not write yet. As long as it has
    // some it is kept by its next wake.
    private weak var stream: OutputStream?
    private var isStreamTaken = false

    /// Bytes written so far.
    public private(set) var byteCount = 0
    /// Why the last write failed.
    public private(set) var failure: HTTPErrorCode?

    /// A body that has nowhere to go yet.
    ///
    /// - Parameter declared: how many bytes it must have.
    public init(_ message: Message, declared: Int?, limits: HTTPHostLimits = HTTPHostLimits()) {
        self.message = message
        self.declared = declared
        self.limits = limits
    }

    /// The message is sent: here goes its body.
    public func attach(_ sink: any BodySink) {
        self.sink = sink
        if let bytes = unsent.take() { pass(bytes, to: sink) }
        switch state {
        case .open: break
        case .finished(let trailers): sink.finishBody(trailers: trailers)
        case .aborted(let code): sink.abortBody(code)
        }
        wake()
    }

    /// The stream into the body, the first time.
    func takeStream(on eventLoop: any EventLoop) -> OutputStream? {
        guard !isStreamTaken else { return nil }
        isStreamTaken = true
        let made = OutputStream(self, on: eventLoop)
        stream = made
        return made
    }

    // MARK: - Writing

    /// How many bytes the next write may bring; zero: none now. Nil: no more will be taken.
    public var room: Int? {
        guard case .open = state, failure == nil else { return nil }
        guard let sink else { return max(0, limits.unsentBodyBytes - (unsent?.readableBytes ?? 0)) }
        if sink.isBodyClosed { return nil }
        return isBlocked ? 0 : limits.writeBytes
    }

    /// Takes bytes, no more than ``room`` says.
    ///
    /// - Throws: what is wrong with them, and stays so.
    public func write(_ bytes: ByteBuffer) throws(HTTPErrorCode) {
        let (total, overflow) = byteCount.addingReportingOverflow(bytes.readableBytes)
        byteCount = total
        let most = declared ?? (message == .response ? limits.responseBodyBytes : .max)
        guard !overflow, total <= most else { throw fail(sizeError) }
        if let sink {
            pass(bytes, to: sink)
        } else if bytes.readableBytes > 0 {
            if unsent == nil { unsent = bytes } else { unsent?.writeImmutableBuffer(bytes) }
        }
    }

    private func pass(_ bytes: ByteBuffer, to sink: any BodySink) {
        guard !sink.writeBody(bytes) else { return }
        isBlocked = true
        listen(to: sink)
    }

    // From now on: there may be room again, or nobody to write to, long before the writer asks for it.
    private func listen(to sink: any BodySink) {
        guard !isListening else { return }
        isListening = true
        sink.onWritable = { [weak self] in
            self?.isBlocked = false
            self?.wake()
        }
    }

    private var sizeError: HTTPErrorCode {
        switch message {
        case .request: .httpRequestBodySize(UInt64(clamping: byteCount))
        case .response: .httpResponseBodySize(UInt64(clamping: byteCount))
        }
    }

    private func fail(_ code: HTTPErrorCode) -> HTTPErrorCode {
        failure = code
        return code
    }

    /// Calls `wake` once ``room`` is no longer zero; at once where it is not zero now. Only the last one counts.
    public func wakeWhenWritable(_ wake: @escaping () -> Void) {
        guard room == 0 else { return wake() }
        waiter = wake
    }

    /// Calls `wake` once ``room`` is nil; at once where it is now. Only the last one counts; nil forgets it.
    func wakeWhenClosed(_ wake: (() -> Void)?) {
        if let wake, room == nil { return wake() }
        closedWaiter = wake
        if wake != nil, let sink { listen(to: sink) }
    }

    private func wake() {
        let (waiter, closedWaiter) = (waiter, room == nil ? closedWaiter : nil)
        self.waiter = nil
        if closedWaiter != nil { self.closedWaiter = nil }
        waiter?()
        closedWaiter?()
    }

    // MARK: - The end

    /// The guest has written everything.
    ///
    /// - Throws: the bytes are not as many as declared; the body is given up.
    public func finish(trailers: HTTPFields? = nil) throws(HTTPErrorCode) {
        guard case .open = state else { return }
        takeRest()
        if let failure {
            abort(failure)
            throw failure
        }
        if let declared, declared != byteCount {
            let code = sizeError
            abort(code)
            throw code
        }
        state = .finished(trailers)
        sink?.finishBody(trailers: trailers)
        wake()
    }

    // There may be no room for it, but it is what one permit allowed.
    private func takeRest() {
        guard let rest = stream?.takeRest(), failure == nil else { return }
        // A failure stays, and is told by whoever asked for the rest.
        try? write(rest)
    }

    /// The guest gave the body up.
    public func abort(_ reason: HTTPErrorCode) {
        guard case .open = state else { return }
        state = .aborted(reason)
        unsent = nil
        sink?.abortBody(reason)
        wake()
    }

    /// Whether neither ``finish(trailers:)`` nor ``abort(_:)`` was called.
    public var isOpen: Bool { if case .open = state { true } else { false } }
}
