public import NIOCore

/// What one attempt to read gave.
public enum GuestRead: Sendable, Equatable {
    /// This many bytes, at least one.
    case bytes(Int)
    /// No more bytes will come.
    case end
    /// None now; ask again after the wake.
    case wouldWait
}

/// Where a guest's input comes from: a request's body, a descriptor of the process, memory.
///
/// Confined to the event loop of the guest that reads it. Reading never waits; waiting is asked for separately, so that
/// nothing is buffered that the guest did not ask for.
public protocol GuestInput: AnyObject {
    /// What the guest sees it as. A character device is taken for a terminal.
    var type: HostFileType { get }

    /// Reads at most as many bytes as fit; `bytes` is not empty.
    func read(into bytes: inout MutableRawSpan) throws(HostError) -> GuestRead

    /// Bytes that a read would give at once, as far as known; 0 where none are. Nil: at the end, a read says so at once.
    var readableBytes: Int? { get throws(HostError) }

    /// Wakes the token once a read would no longer wait. Only the last token counts.
    func wakeWhenReadable(_ token: WakeToken)

    /// What is behind the error that was thrown last, where more is known than its code.
    var cause: (any Error)? { get }
}

/// What one attempt to take bytes gave.
public enum GuestTake: Sendable {
    /// At least one byte.
    case bytes(ByteBuffer)
    /// No more bytes will come.
    case end
    /// None now; ask again after the wake.
    case wouldWait
}

/// Input that has its bytes in buffers already: they are handed on as they are, and copied into the guest's memory only.
public protocol GuestBufferInput: GuestInput {
    /// Takes at most `count` bytes, which is at least one.
    func take(_ count: Int) throws(HostError) -> GuestTake
}

/// Where a guest's output goes.
///
/// Confined to the event loop of the guest that writes it. Writing never waits and never keeps more than it says.
public protocol GuestOutput: AnyObject {
    /// What the guest sees it as. A character device is taken for a terminal.
    var type: HostFileType { get }

    /// Takes a prefix of `bytes`, which is not empty, and gives its length; 0 when it would wait.
    func write(_ bytes: RawSpan) throws(HostError) -> Int

    /// Whether a write would take at least one byte.
    var isWritable: Bool { get throws(HostError) }

    /// Wakes the token once a write would no longer wait. Only the last token counts.
    func wakeWhenWritable(_ token: WakeToken)

    /// Whether all that was taken is where it goes, as far as a flush can say; while it is not, nothing is taken either.
    var isFlushed: Bool { get throws(HostError) }

    /// What is behind the error that was thrown last, where more is known than its code.
    var cause: (any Error)? { get }
}

extension GuestInput {
    /// Neither a file nor a terminal.
    public var type: HostFileType { .unknown }
    /// Nothing more than the code.
    public var cause: (any Error)? { nil }
}

extension GuestOutput {
    /// Neither a file nor a terminal.
    public var type: HostFileType { .unknown }
    /// Nothing is kept back.
    public var isFlushed: Bool { true }
    /// Nothing more than the code.
    public var cause: (any Error)? { nil }
}
