#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import NIOPosix
import Synchronization

/// Watches descriptors that guests wait for and that no event loop knows: one thread for the process, begun with the
/// first wait.
///
/// Each wait is for one event; the descriptor's owner is kept alive as long as it is watched, so that its number is not
/// given to another file meanwhile.
package final class ReadinessMonitor: Sendable {
    package static let shared = ReadinessMonitor()

    private struct Watch {
        let owner: any AnyObject & Sendable
        let descriptor: Int32
        let events: Int16
        let token: WakeToken
    }

    private struct State {
        var watches: [Watch] = []
        var wakeUp: Int32 = -1
        var thread: NIOThreadPool?
    }

    private let state = Mutex(State())

    /// Descriptors watched now.
    package var count: Int { state.withLock { $0.watches.count } }

    /// Wakes `token` once one of `events` is true of the descriptor, or it has failed.
    func watch(_ owner: any AnyObject & Sendable, _ descriptor: Int32, _ events: Int16, _ token: WakeToken) {
        let wakeUp = state.withLock { state in
            state.watches.removeAll { !$0.token.isPending || $0.owner === owner && $0.events == events }
            state.watches.append(
                Watch(owner: owner, descriptor: descriptor, events: events, token: token))
            if state.wakeUp < 0 { start(&state) }
            return state.wakeUp
        }
        token.isWatched = true
        // No pipe, no thread: the guest tries again at once rather than wait for ever.
        if wakeUp < 0 { return token.wake() }
        SystemCall.poke(wakeUp)
    }

    /// Lets go of the descriptors that nobody waits for any more.
    func forgetEnded() {
        SystemCall.poke(state.withLock { $0.wakeUp })
    }

    private func start(_ state: inout State) {
        // Out of descriptors: `watch` answers for it.
        guard let ends = try? SystemCall.pipe() else { return }
        state.wakeUp = ends.writing
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        thread.submit { _ in self.run(ends.reading) }
        state.thread = thread
    }

    private func run(_ wakeUp: Int32) {
        while true {
            let watches = state.withLock { state in
                state.watches.removeAll { !$0.token.isPending }
                return state.watches
            }
            var descriptors = [pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0)]
            descriptors += watches.map { pollfd(fd: $0.descriptor, events: $0.events, revents: 0) }
            _ = SystemCall.poll(&descriptors, milliseconds: -1)
            if descriptors[0].revents != 0 { SystemCall.drain(wakeUp) }
            for (index, watch) in watches.enumerated() where descriptors[index + 1].revents != 0 {
                watch.token.wake()
            }
        }
    }
}
