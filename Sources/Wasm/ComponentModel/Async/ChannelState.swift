/// An instance, or the host, as an owner of an end.
public struct ChannelOwner: Sendable, Hashable {
    /// A number that the runtime chose; different instances have different ones.
    public let rawValue: UInt32

    /// An owner of a number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// Where elements are read from or written to.
public struct CopyBuffer: Sendable, Hashable {
    /// The guest's address of the next element, or a number that means something to the host.
    public var address: UInt64
    /// Elements in all.
    public var length: UInt32
    /// Elements copied.
    public var progress: UInt32 = 0

    /// A buffer for so many elements.
    public init(address: UInt64, length: UInt32) {
        self.address = address
        self.length = length
    }

    /// Elements to go.
    public var remaining: UInt32 { length - progress }

    mutating func advance(_ count: UInt32, bytes: UInt64) {
        progress += count
        address += bytes
    }
}

/// What the two ends of a stream or future share (CanonicalABI.md, stream and future state).
struct ChannelState {
    enum EndState { case idle, copying, cancelling, done }

    struct End {
        var waitable = AsyncState.WaitableState()
        var state = EndState.idle
        /// The handle, while a guest has the end.
        var index: UInt32 = 0
        var owner = ChannelOwner(rawValue: 0)
        var buffer: CopyBuffer?
        var isDropped = false
    }

    let kind: ChannelKind
    /// Bytes of an element; nothing for a channel without a type.
    let elementSize: UInt64
    /// Whether elements are numbers, or there are none: only those may go from an instance to itself.
    let isNumeric: Bool
    /// Names the type, for the check that a built-in uses its own.
    let type: ChannelTypeKey
    var isDropped = false
    /// Which end waits with a buffer for the other.
    var pendingReadable: Bool?
    var readable = End()
    var writable = End()

    mutating func withEnd<Result>(_ isReadable: Bool, _ body: (inout End) -> Result) -> Result {
        isReadable ? body(&readable) : body(&writable)
    }

    func end(_ isReadable: Bool) -> End { isReadable ? readable : writable }
}

/// The identity of a channel's type while components run.
public struct ChannelTypeKey: Sendable, Hashable {
    /// A number that the runtime chose; equal types have equal ones.
    public let rawValue: UInt32

    /// A type of a number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// A copy that a built-in made possible: so many elements, from where the writer is to where the reader is. The
/// runtime makes it at once.
public struct ChannelCopy: Sendable, Hashable {
    /// The stream or future.
    public var channel: ChannelID
    /// Elements.
    public var count: UInt32
    /// Who writes, and where the elements are.
    public var source: (owner: ChannelOwner, address: UInt64) {
        (sourceOwner, sourceAddress)
    }
    /// Who reads, and where the elements go.
    public var target: (owner: ChannelOwner, address: UInt64) {
        (targetOwner, targetAddress)
    }

    var sourceOwner: ChannelOwner
    var sourceAddress: UInt64
    var targetOwner: ChannelOwner
    var targetAddress: UInt64
}
