public import NIOCore

/// Input from memory; empty for a guest without input.
public final class BufferInput: GuestBufferInput {
    private var buffer: ByteBuffer

    /// Input with these bytes, and then the end.
    public init(_ buffer: ByteBuffer = ByteBuffer()) { self.buffer = buffer }

    /// Bytes not read yet.
    public var readableBytes: Int? { buffer.readableBytes == 0 ? nil : buffer.readableBytes }

    /// Reads what fits.
    public func read(into bytes: inout MutableRawSpan) throws(HostError) -> GuestRead {
        let count = min(bytes.byteCount, buffer.readableBytes)
        if count == 0 { return .end }
        buffer.moveBytes(count, into: &bytes)
        return .bytes(count)
    }

    /// Takes what there is.
    public func take(_ count: Int) throws(HostError) -> GuestTake {
        guard let bytes = buffer.readSlice(length: min(count, buffer.readableBytes)), bytes.readableBytes > 0
        else { return .end }
        return .bytes(bytes)
    }

    /// Wakes at once: reading never waits.
    public func wakeWhenReadable(_ token: WakeToken) { token.wake() }
}

/// Output into memory, up to a limit.
public final class BufferOutput: GuestOutput {
    /// What the guest has written.
    public private(set) var buffer = ByteBuffer()
    private let bytesMax: Int

    /// Output that keeps at most this many bytes and then refuses with `noSpace`.
    public init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Always true: a full buffer answers at once too.
    public var isWritable: Bool { true }

    /// Takes what there is room for.
    public func write(_ bytes: RawSpan) throws(HostError) -> Int {
        let count = min(bytes.byteCount, bytesMax - buffer.readableBytes)
        if count <= 0 { throw .noSpace }
        buffer.append(bytes.extracting(first: count))
        return count
    }

    /// Wakes at once: writing never waits.
    public func wakeWhenWritable(_ token: WakeToken) { token.wake() }
}

/// Output that nobody reads.
public final class DiscardOutput: GuestOutput {
    /// Output into nothing.
    public init() {}
    /// Always true.
    public var isWritable: Bool { true }
    /// Takes everything.
    public func write(_ bytes: RawSpan) throws(HostError) -> Int { bytes.byteCount }
    /// Wakes at once.
    public func wakeWhenWritable(_ token: WakeToken) { token.wake() }
}

extension ByteBuffer {
    /// Moves the next `count` bytes to the start of `bytes`; both have as many.
    package mutating func moveBytes(_ count: Int, into bytes: inout MutableRawSpan) {
        unsafe bytes.withUnsafeMutableBytes { target in
            _ = unsafe readWithUnsafeReadableBytes { source in
                unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(count)))
                return count
            }
        }
    }

    /// Appends a copy of `bytes`.
    package mutating func append(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { _ = unsafe writeBytes($0) }
    }
}
