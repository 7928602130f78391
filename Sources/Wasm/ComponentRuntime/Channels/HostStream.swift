public import ComponentModel
import WasmEngine

/// What a source of values has at present.
public enum ElementStep<Element> {
    /// These values, at most as many as were asked for. None say that there is something for a reader that asked for
    /// none.
    case elements([Element])
    /// These values, and none will follow.
    case last([Element])
    /// Nothing yet: ``StreamLink/resume()`` says when to ask again.
    case pending
}

/// Values that the host gives to a guest: what is behind a ``HostStream``.
public protocol HostElementSource<Element>: AnyObject {
    /// The Swift type of a value.
    associatedtype Element: CanonicalType
    /// A guest wants at most so many values.
    func produce(atMost count: Int, _ link: StreamLink) -> ElementStep<Element>
    /// Nothing is wanted any more. Called once, unless the source ended by itself.
    func closed(_ reason: StreamClosure)
}

/// A `stream` of values that the host gives to a guest. Bytes go faster as a ``HostByteStream``.
///
/// Belongs to the component's event loop; may be given away once.
public final class HostStream<Element: CanonicalType> {
    private var source: (any HostElementSource<Element>)?

    /// A stream of what a source has.
    public init(_ source: any HostElementSource<Element>) { self.source = source }

    /// A stream of these values.
    public convenience init(_ elements: [Element]) { self.init(ArraySource(elements)) }
}

extension HostStream: ChannelValue, CanonicalType, CanonicalPayload {
    /// Whether the type is a stream of the element's type.
    public static func matches(_ type: ComponentValueType?, _ types: TypeMatcher) -> Bool {
        guard case .stream(let element)? = types.shape(type) else { return false }
        return Element.matches(element, types)
    }

    static func lift(
        _ index: UInt32, _ instance: InstanceState, _ channels: InstanceChannels
    ) throws(CanonicalTrap) -> HostStream { throw .wrongDirection(self) }

    func lower(_ instance: InstanceState, _ channels: InstanceChannels) throws(CanonicalTrap) -> UInt32 {
        guard let source else { throw .givenAway }
        self.source = nil
        return try channels.open(.stream, of: Element.self, into: instance) {
            _ = WriterEnd<Element>(channels.core, $0, source)
        }
    }
}

/// The host's end of a stream of values that a guest reads.
final class WriterEnd<Element: CanonicalType>: HostChannelEnd {
    private var source: (any HostElementSource<Element>)?

    init(_ core: ComponentCore, _ end: ChannelEndID, _ source: any HostElementSource<Element>) {
        self.source = source
        super.init(core, end)
    }

    /// Takes the source back, when the guest gives the stream back.
    func takeSource() -> (any HostElementSource<Element>)? {
        defer { source = nil }
        return source
    }

    override var needsStack: Bool { true }

    override func copy(_ buffer: CopyBuffer, at place: EndBuffer, in core: ComponentCore) throws(Trap) {
        guard let source else { return }
        let elements: [Element]
        let isLast: Bool
        switch source.produce(atMost: Int(buffer.remaining), self) {
        case .pending: return
        case .elements(let values): (elements, isLast) = (values, false)
        case .last(let values): (elements, isLast) = (values, true)
        }
        if elements.isEmpty, !isLast, buffer.length > 0 { return }
        precondition(elements.count <= buffer.remaining, "a source gives more than it was asked for")
        // The allocator may run, and let the guest be preempted, but it cannot touch this end: it may not leave.
        var context = core.context(of: place)
        try core.canonical { () throws(CanonicalTrap) in
            try Element.storeElements(elements, at: buffer.address, &context)
        }
        finish(elements.count, isLast: isLast)
    }

    override func closed(_ reason: StreamClosure) { takeSource()?.closed(reason) }
    override func forget() { source = nil }
}

/// Values that are all there.
final class ArraySource<Element: CanonicalType>: HostElementSource {
    private var elements: ArraySlice<Element>

    init(_ elements: [Element]) { self.elements = elements[...] }

    func produce(atMost count: Int, _ link: StreamLink) -> ElementStep<Element> {
        let next = Array(elements.prefix(count))
        elements = elements.dropFirst(next.count)
        return elements.isEmpty ? .last(next) : .elements(next)
    }

    func closed(_ reason: StreamClosure) {}
}
