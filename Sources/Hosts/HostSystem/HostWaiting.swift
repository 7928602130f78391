public import NIOCore

/// What a host function may do with the guest that called it: wait, without blocking the event loop.
///
/// The engine's fiber is one; it runs on `eventLoop`'s thread only.
public protocol HostWaiting: AnyObject {
    /// The loop whose thread the guest runs on.
    var eventLoop: any EventLoop { get }

    /// Computing time of the guest so far.
    var cpuNanoseconds: UInt64 { get }

    /// Suspends the guest until the closure given to `arrange` has been called, from any thread, once or more.
    ///
    /// - Throws: what ended the guest while it waited (cancelled, past its deadline). The caller must unwind.
    func wait(_ arrange: (@escaping @Sendable () -> Void) -> Void) throws

    /// Lets others run before the guest goes on.
    func pause() throws
}

/// How a call of the core fails.
public enum HostFailure: Error {
    /// The guest is told.
    case code(HostError)

    /// The guest ends: it was interrupted while it waited.
    case interrupted(any Error)
}

extension HostWaiting {
    /// Suspends until `wake` of the token is called; a wake that comes late is harmless.
    package func suspend(_ arrange: (WakeToken) -> Void) throws(HostFailure) {
        let token = WakeToken()
        defer { token.disarm() }
        do {
            try wait { wake in
                token.arm(wake)
                arrange(token)
            }
        } catch {
            throw .interrupted(error)
        }
    }
}
