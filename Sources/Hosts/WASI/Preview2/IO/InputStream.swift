public import ComponentModel
import ComponentRuntime
public import HostSystem
import NIOCore
import WasmEngine

/// `wasi:io/streams`' `input-stream`, over any input of the host.
public final class InputStream: HostResource {
    /// `input-stream`.
    public static let resourceType = RuntimeResourceType.host()

    private let input: any GuestInput
    private let bufferInput: (any GuestBufferInput)?
    private var isClosed = false

    /// A stream of what `input` gives.
    public init(_ input: any GuestInput) {
        self.input = input
        bufferInput = input as? any GuestBufferInput
    }

    /// What is there now, at most `length` bytes; empty where the guest would have to wait.
    func read(_ length: UInt64) throws(StreamFailure) -> StreamBytes {
        if isClosed { throw .closed }
        let count = Int(min(length, UInt64(StreamLimits.readBytes)))
        if count == 0 { return .none }
        do {
            if let bufferInput {
                switch try bufferInput.take(count) {
                case .bytes(let bytes): return .buffer(bytes)
                case .wouldWait: return .none
                case .end: break
                }
            } else {
                let count = min(count, StreamLimits.copiedReadBytes)
                var bytes = [UInt8](repeating: 0, count: count)
                let result = try bytes.withMutableRawSpan { (span) throws(HostError) in
                    try input.read(into: &span)
                }
                switch result {
                case .bytes(let done):
                    bytes.removeLast(count - done)
                    return .array(bytes)
                case .wouldWait: return .none
                case .end: break
                }
            }
        } catch {
            isClosed = true
            throw StreamFailure(error, cause: input.cause)
        }
        isClosed = true
        throw .closed
    }

    /// The same, after at least one byte is there.
    func blockingRead(_ length: UInt64, for guest: Fiber) throws(StreamFailure) -> StreamBytes {
        while true {
            let bytes = try read(length)
            if bytes.guestByteCount > 0 || length == 0 && isReady { return bytes }
            try wait(guest)
        }
    }

    private func wait(_ guest: Fiber) throws(StreamFailure) {
        do { try guest.suspend { input.wakeWhenReadable($0) } } catch { throw .trap(Preview2.trap(error)) }
    }

    var isReady: Bool {
        if isClosed { return true }
        // An error is told by the read that follows.
        guard let count = try? input.readableBytes else { return true }
        return count > 0
    }

    func wakeWhenReady(_ token: WakeToken) {
        if isClosed { token.wake() } else { input.wakeWhenReadable(token) }
    }
}

/// Bytes on their way to a guest, in the form in which the host has them.
enum StreamBytes: CanonicalBytes {
    case array([UInt8])
    case buffer(ByteBuffer)

    static let none = StreamBytes.array([])

    init(guestBytes: RawSpan) { self = .array(guestBytes.copied()) }

    var guestByteCount: Int {
        switch self {
        case .array(let bytes): bytes.count
        case .buffer(let buffer): buffer.readableBytes
        }
    }

    func copy(toGuest target: inout MutableRawSpan) {
        switch self {
        case .array(let bytes): target.copyBytes(of: bytes)
        case .buffer(var buffer): buffer.moveBytes(target.byteCount, into: &target)
        }
    }

    /// Lends the bytes.
    func withBytes<Value, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        switch self {
        case .array(let bytes): try bytes.withRawSpan(body)
        case .buffer(let buffer): try body(buffer.readableBytesSpan)
        }
    }
}
