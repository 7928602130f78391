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
}

extension GuestInput {
    /// Neither a file nor a terminal.
    public var type: HostFileType { .unknown }
}

extension GuestOutput {
    /// Neither a file nor a terminal.
    public var type: HostFileType { .unknown }
}
