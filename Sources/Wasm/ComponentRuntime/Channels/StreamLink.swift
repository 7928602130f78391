/// How a source or sink of the host reaches the stream that it serves. Belongs to the component's event loop.
public class StreamLink {
    init() {}

    /// Whether the stream still takes or gives anything.
    public var isOpen: Bool { false }

    /// The host is ready: what the other end waits for is asked for again. A guest may run before this returns: call
    /// it last.
    public func resume() {}

    /// The host wants no more of the stream. The source or sink is not told.
    public func close() {}
}

/// What a source did with the room that it was given.
public enum SourceStep: Sendable, Hashable {
    /// So many bytes are there. None say that there is something for a reader that asked with no room.
    case wrote(Int)
    /// So many bytes are there, and none will follow.
    case last(Int)
    /// Nothing yet: ``StreamLink/resume()`` says when to ask again.
    case pending

    /// Nothing, and none will follow.
    public static let ended = SourceStep.last(0)
}

/// What a sink did with the bytes that it was offered.
public enum SinkStep: Sendable, Hashable {
    /// It took so many of the first ones. None of none say that it is ready.
    case took(Int)
    /// It took so many of the first ones, and wants no more.
    case last(Int)
    /// Not now: ``StreamLink/resume()`` says when to offer again.
    case pending

    /// It wants no more.
    public static let closed = SinkStep.last(0)
}

/// Why nothing more comes through a stream, or is wanted.
public enum StreamClosure: Sendable, Hashable {
    /// The other end was dropped.
    case dropped
    /// The component instance is over, by a trap or because the host let it go.
    case instanceEnded
}

/// Bytes that the host gives to a guest: what is behind a ``HostByteStream``.
public protocol HostByteSource: AnyObject {
    /// A guest wants bytes: puts as many as it has into the first bytes of `target`, the guest's own memory.
    func produce(into target: inout MutableRawSpan, _ link: StreamLink) -> SourceStep
    /// Nothing is wanted any more. Called once, unless the source ended by itself.
    func closed(_ reason: StreamClosure)
}

/// Takes bytes from a guest: what a ``GuestByteStream`` is read by.
public protocol HostByteSink: AnyObject {
    /// A guest offers bytes, in its own memory.
    func consume(_ bytes: RawSpan, _ link: StreamLink) -> SinkStep
    /// Nothing more comes. Called once, unless the sink closed by itself.
    func ended(_ reason: StreamClosure)
}
