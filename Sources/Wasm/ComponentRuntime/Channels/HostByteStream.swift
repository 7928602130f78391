public import ComponentModel
public import NIOCore
import WasmEngine

/// A `stream<u8>` that the host gives to a guest, from a result, a parameter or a part of one.
///
/// The bytes come from a source that the guest's reads ask, straight into the guest's memory. Belongs to the
/// component's event loop; may be given away once.
public final class HostByteStream {
    private var source: (any HostByteSource)?

    /// A stream of what a source has.
    public init(_ source: any HostByteSource) { self.source = source }

    /// A stream of these bytes.
    public convenience init(_ bytes: ByteBuffer) { self.init(ByteBufferSource(bytes)) }
}

extension HostByteStream: ChannelValue, CanonicalType, CanonicalPayload {
    /// Whether the type is `stream<u8>`.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        guard case .stream(let element)? = types.shape(type) else { return false }
        return UInt8.matches(element, types)
    }

    static func lift(
        _ index: UInt32, _ instance: InstanceState, _ channels: InstanceChannels
    ) throws(CanonicalTrap) -> HostByteStream { throw .wrongDirection(self) }

    func lower(_ instance: InstanceState, _ channels: InstanceChannels) throws(CanonicalTrap) -> UInt32 {
        guard let source else { throw .givenAway }
        self.source = nil
        return try channels.open(.stream, of: UInt8.self, into: instance) {
            _ = ByteWriterEnd(channels.core, $0, source)
        }
    }
}

/// The host's end of a stream of bytes that a guest reads.
final class ByteWriterEnd: HostChannelEnd {
    private var source: (any HostByteSource)?

    init(_ core: ComponentCore, _ end: ChannelEndID, _ source: any HostByteSource) {
        self.source = source
        super.init(core, end)
    }

    /// Takes the source back, when the guest gives the stream back.
    func takeSource() -> (any HostByteSource)? {
        defer { source = nil }
        return source
    }

    override func copy(_ buffer: CopyBuffer, at place: EndBuffer, in core: ComponentCore) throws(Trap) {
        guard let source else { return }
        let view = buffer.length == 0 ? .empty : try core.view(of: place)
        let address = buffer.length == 0 ? 0 : buffer.address
        let step = try core.canonical { () throws(CanonicalTrap) in
            try view.withMutableSpan(address, UInt64(buffer.remaining)) { target in
                source.produce(into: &target, self)
            }
        }
        switch step {
        case .pending: break
        case .wrote(0) where buffer.length > 0: break
        case .wrote(let count): finish(min(count, Int(buffer.remaining)), isLast: false)
        case .last(let count): finish(min(count, Int(buffer.remaining)), isLast: true)
        }
    }

    override func closed(_ reason: StreamClosure) { takeSource()?.closed(reason) }
    override func forget() { source = nil }
}

/// Bytes that are all there.
public final class ByteBufferSource: HostByteSource {
    /// What the guest has not read yet.
    public private(set) var bytes: ByteBuffer

    /// A source of these bytes.
    public init(_ bytes: ByteBuffer) { self.bytes = bytes }

    /// As many as fit.
    public func produce(into target: inout MutableRawSpan, _ link: StreamLink) -> SourceStep {
        let count = bytes.readBytes(into: &target)
        return bytes.readableBytes == 0 ? .last(count) : .wrote(count)
    }

    /// Nothing to do.
    public func closed(_ reason: StreamClosure) {}
}

extension ByteBuffer {
    /// Moves as many bytes as there are, and as there is room for, to the front of a guest's memory: one copy.
    @discardableResult
    public mutating func readBytes(into target: inout MutableRawSpan) -> Int {
        let count = min(readableBytes, target.byteCount)
        guard count > 0 else { return 0 }
        // Both ranges were bounded by `count`; the buffers are distinct.
        unsafe target.withUnsafeMutableBytes { target in
            unsafe withUnsafeReadableBytes { source in
                unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(count)))
            }
        }
        moveReaderIndex(forwardBy: count)
        return count
    }
}
