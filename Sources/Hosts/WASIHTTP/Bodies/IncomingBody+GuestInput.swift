public import HostSystem
import NIOCore

/// The body as an `input-stream`.
extension IncomingBody: GuestBufferInput {
    /// Takes what has come.
    public func take(_ count: Int) throws(HostError) -> GuestTake {
        switch read(upTo: count) {
        case .bytes(let bytes): return .bytes(bytes)
        case .end: return .end
        case .pending: return .wouldWait
        case .failed: throw .inputOutput
        }
    }

    /// Copies what has come.
    public func read(into bytes: inout MutableRawSpan) throws(HostError) -> GuestRead {
        switch try take(bytes.byteCount) {
        case .bytes(var buffer):
            let count = buffer.readableBytes
            buffer.moveBytes(count, into: &bytes)
            return .bytes(count)
        case .end: return .end
        case .wouldWait: return .wouldWait
        }
    }

    /// One byte where a read would give something; nil at the end.
    public var readableBytes: Int? {
        guard isReadable else { return 0 }
        return hasBytesAhead ? 1 : nil
    }

    /// Wakes the token once a read would no longer wait.
    public func wakeWhenReadable(_ token: WakeToken) { wakeWhenReadable { token.wake() } }

    /// The failure of the body.
    public var cause: (any Error)? {
        if case .failure(let code) = outcome { code } else { nil }
    }
}

/// The body as an `output-stream`.
extension OutgoingBody: GuestOutput {
    /// Whether a write would take something, or fail.
    public var isWritable: Bool { room != 0 }

    /// Takes what there is room for.
    public func write(_ bytes: RawSpan) throws(HostError) -> Int {
        guard let room else { throw .brokenPipe }
        let count = min(room, bytes.byteCount)
        guard count > 0 else { return 0 }
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        buffer.append(bytes.extracting(first: count))
        do { try write(buffer) } catch { throw .inputOutput }
        return count
    }

    /// Wakes the token once a write would no longer wait.
    public func wakeWhenWritable(_ token: WakeToken) { wakeWhenWritable { token.wake() } }

    /// The failure of the body.
    public var cause: (any Error)? { failure }
}
