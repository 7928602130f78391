import Synchronization

/// One suspension's wake: callable from any thread, any number of times, before, during and after.
///
/// It keeps a source that outlives the suspension (a timer, a socket, a request body) from waking a guest that has gone
/// on or ended.
public final class WakeToken: Sendable {
    private struct State {
        var wake: (@Sendable () -> Void)?
        var isWoken = false
        var isWatched = false
    }

    private let state = Mutex(State())

    package init() {}

    package func arm(_ wake: @escaping @Sendable () -> Void) {
        let isWoken = state.withLock { state in
            if !state.isWoken { state.wake = wake }
            return state.isWoken
        }
        if isWoken { wake() }
    }

    /// Ends the suspension; later calls do nothing.
    public func wake() {
        let wake = state.withLock { state in
            state.isWoken = true
            return state.wake.take()
        }
        wake?()
    }

    /// Whether anyone still waits.
    package var isPending: Bool { state.withLock { !$0.isWoken } }

    /// Whether the readiness monitor has it.
    var isWatched: Bool {
        get { state.withLock(\.isWatched) }
        set { state.withLock { $0.isWatched = newValue } }
    }

    /// The suspension is over, however it ended.
    package func disarm() {
        let wasWatched = state.withLock { state in
            state.wake = nil
            let wasWatched = state.isWatched && !state.isWoken
            state.isWoken = true
            return wasWatched
        }
        if wasWatched { ReadinessMonitor.shared.forgetEnded() }
    }
}
