import NIOCore
public import WasmEngine

extension Fiber: HostWaiting {
    /// Computing time of the guest so far.
    public var cpuNanoseconds: UInt64 { UInt64(clamping: cpuTime.nanoseconds) }

    /// Suspends the guest until the waker is used.
    public func wait(_ arrange: (@escaping @Sendable () -> Void) -> Void) throws {
        try suspend { waker in arrange { waker.wake() } }
    }

    /// Lets others run.
    public func pause() throws { try yield() }
}

extension GuestSystem {
    /// Where an instance keeps its system.
    public static let key = StateKey<GuestSystem>()
}
