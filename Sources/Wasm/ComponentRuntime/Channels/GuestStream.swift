public import ComponentModel
import WasmEngine

/// Takes values from a guest: what a ``GuestStream`` is read by.
public protocol HostElementSink<Element>: AnyObject {
    /// The Swift type of a value.
    associatedtype Element: CanonicalType
    /// How many values it takes at once at present. None: ``StreamLink/resume()`` says when to ask again.
    func room(_ link: StreamLink) -> Int
    /// A guest gives values, at most as many as there was room for; none say that it asks whether there is room.
    ///
    /// - Returns: whether more are wanted.
    func consume(_ elements: [Element]) -> Bool
    /// Nothing more comes. Called once, unless the sink wanted no more.
    func ended(_ reason: StreamClosure)
}

/// A `stream` of values that the host got from a guest. Bytes go faster as a ``GuestByteStream``.
///
/// Without a sink the guest's writes wait; a stream that is let go of is dropped. Belongs to the component's event loop.
public final class GuestStream<Element: CanonicalType> {
    private enum Origin {
        case guest(ReaderEnd<Element>)
        case host(any HostElementSource<Element>)
        case taken
    }

    private var origin: Origin

    init(_ end: ReaderEnd<Element>) { origin = .guest(end) }
    init(_ source: any HostElementSource<Element>) { origin = .host(source) }

    deinit { drop() }

    /// The host's own source, when the guest gives back what the host gave it. Whoever takes it serves it alone.
    public func takeHostSource() -> (any HostElementSource<Element>)? {
        guard case .host(let source) = origin else { return nil }
        origin = .taken
        return source
    }

    /// Reads a stream that a guest writes to its end. The sink may be offered values before this returns.
    ///
    /// - Returns: how to say that the sink is ready again, or wants no more. Nothing when the stream is the host's own;
    ///   see ``takeHostSource()``.
    @discardableResult
    public func read(into sink: any HostElementSink<Element>) -> StreamLink? {
        guard case .guest(let end) = origin else { return nil }
        origin = .taken
        end.read(into: sink)
        return end
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

extension GuestStream: ChannelValue, CanonicalType, CanonicalPayload {
    /// Whether the type is a stream of the element's type.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        HostStream<Element>.matches(type, types)
    }

    static func lift(
        _ index: UInt32, _ instance: InstanceState, _ channels: InstanceChannels
    ) throws(CanonicalTrap) -> GuestStream {
        let end = try channels.take(index, .stream, of: Element.self, from: instance)
        guard let own = try channels.takeBack(end, as: WriterEnd<Element>.self, for: self) else {
            return GuestStream(ReaderEnd<Element>(channels.core, end))
        }
        guard let source = own.takeSource() else { throw .wrongDirection(self) }
        return GuestStream(source)
    }

    func lower(_ instance: InstanceState, _ channels: InstanceChannels) throws(CanonicalTrap) -> UInt32 {
        defer { origin = .taken }
        switch origin {
        case .guest(let end): return try channels.giveOn(end, to: instance)
        case .host(let source): return try HostStream(source).lower(instance, channels)
        case .taken: throw .givenAway
        }
    }
}

/// The host's end of a stream of values that a guest writes.
final class ReaderEnd<Element: CanonicalType>: HostChannelEnd {
    private var sink: (any HostElementSink<Element>)?

    func read(into sink: any HostElementSink<Element>) {
        self.sink = sink
        attended()
    }

    override var isAttended: Bool { sink != nil }

    override func copy(_ buffer: CopyBuffer, at place: EndBuffer, in core: ComponentCore) throws(Trap) {
        guard let sink else { return }
        let room = sink.room(self)
        guard room > 0 else { return }
        let count = min(room, Int(buffer.remaining))
        var context = core.context(of: place)
        let elements = try core.canonical { () throws(CanonicalTrap) in
            try Element.loadElements(UInt64(count), at: buffer.address, &context)
        }
        finish(count, isLast: !sink.consume(elements))
    }

    override func closed(_ reason: StreamClosure) {
        let sink = self.sink
        self.sink = nil
        sink?.ended(reason)
    }

    override func forget() { sink = nil }
}
