public import ComponentModel
import WasmEngine

/// A `stream<u8>` that the host got from a guest, as a parameter, a result or a part of one.
///
/// What the guest writes goes straight from the guest's memory to a sink. Without a sink the guest's writes wait; a
/// stream that is let go of is dropped. Belongs to the component's event loop.
public final class GuestByteStream {
    private enum Origin {
        case guest(ByteReaderEnd)
        case host(any HostByteSource)
        case taken
    }

    private var origin: Origin

    init(_ end: ByteReaderEnd) { origin = .guest(end) }
    init(_ source: any HostByteSource) { origin = .host(source) }

    deinit { drop() }

    /// The host's own source, when the guest gives back what the host gave it. Whoever takes it serves it alone.
    public func takeHostSource() -> (any HostByteSource)? {
        guard case .host(let source) = origin else { return nil }
        origin = .taken
        return source
    }

    /// Reads the stream to its end. The sink may be offered bytes before this returns.
    ///
    /// - Returns: how to say that the sink is ready again, or wants no more.
    @discardableResult
    public func read(into sink: any HostByteSink) -> StreamLink? {
        defer { origin = .taken }
        switch origin {
        case .guest(let end):
            end.read(into: sink)
            return end
        case .host(let source): return BytePump.run(from: source, to: sink)
        case .taken: return nil
        }
    }

    /// Wants nothing of it: the guest's writes say so.
    public func drop() {
        switch origin {
        case .guest(let end): end.close()
        case .host(let source): source.closed(.dropped)
        case .taken: break
        }
        origin = .taken
    }
}

extension GuestByteStream: ChannelValue, CanonicalType, CanonicalPayload {
    /// Whether the type is `stream<u8>`.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        HostByteStream.matches(type, types)
    }

    static func lift(
        _ index: UInt32, _ instance: InstanceState, _ channels: InstanceChannels
    ) throws(CanonicalTrap) -> GuestByteStream {
        let end = try channels.take(index, .stream, of: UInt8.self, from: instance)
        guard let own = try channels.takeBack(end, as: ByteWriterEnd.self, for: self) else {
            return GuestByteStream(ByteReaderEnd(channels.core, end))
        }
        guard let source = own.takeSource() else { throw .wrongDirection(self) }
        return GuestByteStream(source)
    }

    func lower(_ instance: InstanceState, _ channels: InstanceChannels) throws(CanonicalTrap) -> UInt32 {
        defer { origin = .taken }
        switch origin {
        case .guest(let end): return try channels.giveOn(end, to: instance)
        case .host(let source): return try HostByteStream(source).lower(instance, channels)
        case .taken: throw .givenAway
        }
    }
}

/// The host's end of a stream of bytes that a guest writes.
final class ByteReaderEnd: HostChannelEnd {
    private var sink: (any HostByteSink)?

    func read(into sink: any HostByteSink) {
        self.sink = sink
        attended()
    }

    override var isAttended: Bool { sink != nil }

    override func copy(_ buffer: CopyBuffer, at place: EndBuffer, in core: ComponentCore) throws(Trap) {
        guard let sink else { return }
        let view = buffer.length == 0 ? .empty : try core.view(of: place)
        let address = buffer.length == 0 ? 0 : buffer.address
        let step = try core.canonical { () throws(CanonicalTrap) in
            try view.withSpan(address, UInt64(buffer.remaining)) { bytes in sink.consume(bytes, self) }
        }
        switch step {
        case .pending: break
        case .took(0) where buffer.length > 0: break
        case .took(let count): finish(min(count, Int(buffer.remaining)), isLast: false)
        case .last(let count): finish(min(count, Int(buffer.remaining)), isLast: true)
        }
    }

    override func closed(_ reason: StreamClosure) {
        let sink = self.sink
        self.sink = nil
        sink?.ended(reason)
    }

    override func forget() { sink = nil }
}
