import NIOCore

/// The body of a message that a guest receives, and its trailers: `incoming-body` (0.2), the streams of `consume-body` (0.3).
public final class IncomingBody {
    private let source: any BodySource
    private let bytesMax: Int
    private var count = 0
    private var isStreamTaken = false
    // Not empty; see `ResponseWriter`.
    private var ahead: ByteBuffer?

    /// How the body ended, once it has: with trailers, without, or too early.
    public private(set) var outcome: Result<HTTPFields?, HTTPErrorCode>?

    /// The body that `source` gives, of at most `bytesMax` bytes.
    public init(_ source: any BodySource, bytesMax: Int) {
        self.source = source
        self.bytesMax = bytesMax
    }

    /// True the first time: a guest gets one stream of a body.
    func takeStream() -> Bool {
        defer { isStreamTaken = true }
        return !isStreamTaken
    }

    /// Takes the next bytes, at most `limit`, which is positive.
    public func read(upTo limit: Int) -> BodyPiece {
        if let piece = takeAhead(limit) { return piece }
        switch outcome {
        case .success(let trailers): return .end(trailers: trailers)
        case .failure(let code): return .failed(code)
        case nil: return readSource(limit)
        }
    }

    private func takeAhead(_ limit: Int) -> BodyPiece? {
        guard var bytes = ahead.take() else { return nil }
        guard bytes.readableBytes > limit else { return .bytes(bytes) }
        let piece = bytes.readSlice(length: limit)
        ahead = bytes
        return piece.map { .bytes($0) }
    }

    private func readSource(_ limit: Int) -> BodyPiece {
        let piece = source.readBody(upTo: limit)
        switch piece {
        case .bytes(let bytes):
            count += bytes.readableBytes
            if count > bytesMax { return fail(.httpRequestBodySize(UInt64(count))) }
        case .end(let trailers): outcome = .success(trailers)
        case .failed(let code): outcome = .failure(code)
        case .pending: break
        }
        return piece
    }

    private func fail(_ code: HTTPErrorCode) -> BodyPiece {
        outcome = .failure(code)
        return .failed(code)
    }

    /// Whether a read would give something: bytes, the end, or a failure. Looks at the source, and keeps what it gives.
    public var isReadable: Bool {
        if ahead != nil || outcome != nil { return true }
        switch readSource(Self.aheadBytes) {
        case .bytes(let bytes): ahead = bytes
        case .end, .failed: break
        case .pending: return false
        }
        return true
    }

    /// Whether bytes were kept when ``isReadable`` was asked.
    var hasBytesAhead: Bool { ahead != nil }

    // What a question about readiness takes from the network before the guest reads.
    private static let aheadBytes = 16 << 10

    /// Calls `wake` once a read would no longer wait; at once where it does not wait now. Only the last one counts.
    public func wakeWhenReadable(_ wake: @escaping () -> Void) {
        guard !isReadable else { return wake() }
        listen(wake)
    }

    /// Forgets who waits.
    func stopWaiting() { source.onReadable = nil }

    // Once, and not kept longer than that: whoever waits may hold this body, and the source with it.
    private func listen(_ wake: @escaping () -> Void) {
        source.onReadable = { [weak source] in
            source?.onReadable = nil
            wake()
        }
    }

    /// Throws away what has come; true when the body has ended, and ``outcome`` is there.
    public func skipToEnd() -> Bool {
        ahead = nil
        while outcome == nil {
            if case .pending = readSource(Self.aheadBytes) { return false }
        }
        return true
    }

    /// Calls `wake` when ``skipToEnd()`` can go on.
    public func wakeWhenSkippable(_ wake: @escaping () -> Void) {
        guard !skipToEnd() else { return wake() }
        listen(wake)
    }
}
