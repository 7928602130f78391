public import ComponentModel
import ComponentRuntime
public import HostSystem

/// `wasi:io/poll`'s `pollable`: something that becomes ready, and that a guest can wait for with others.
///
/// Hosts make subclasses. Confined to the instance's event loop.
open class Pollable: HostResource {
    /// `pollable`.
    public static let resourceType = RuntimeResourceType.host()

    /// Always ready; subclasses say more.
    public init() {}

    /// Whether waiting would be over at once. Errors count as ready: the call that follows tells them.
    open var isReady: Bool { true }

    /// Wakes the token once it is ready, or at once. Only the last token counts, and waking too often is harmless.
    open func wakeWhenReady(_ token: WakeToken) { token.wake() }

    /// For clocks: when it will be ready, on the monotonic clock in nanoseconds; one timer serves all of a call.
    open var deadline: UInt64? { nil }
}

/// Ready when the monotonic clock has reached an instant.
final class ClockPollable: Pollable {
    private let instant: UInt64

    init(at instant: UInt64) { self.instant = instant }

    override var isReady: Bool { HostClock.monotonicNow >= instant }
    override func wakeWhenReady(_ token: WakeToken) {}
    override var deadline: UInt64? { instant }
}

/// Ready when a stream has bytes, its end or an error.
final class InputPollable: Pollable {
    private let stream: InputStream

    init(_ stream: InputStream) { self.stream = stream }

    override var isReady: Bool { stream.isReady }
    override func wakeWhenReady(_ token: WakeToken) { stream.wakeWhenReady(token) }
}

/// Ready when a stream takes bytes, and when it has failed.
final class OutputPollable: Pollable {
    private let stream: OutputStream

    init(_ stream: OutputStream) { self.stream = stream }

    override var isReady: Bool { stream.isReady }
    override func wakeWhenReady(_ token: WakeToken) { stream.wakeWhenReady(token) }
}
