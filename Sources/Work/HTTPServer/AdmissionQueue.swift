public import NIOCore
import NIOConcurrencyHelpers

/// Lets a bounded number of requests work at once and a bounded number wait; usable from many event loops.
///
/// One queue stands for one thing to protect: the server, or one app. Whoever gets a place must give it back
/// with `leave()`, exactly once.
public final class AdmissionQueue: Sendable {
    /// What became of a request that asked for a place.
    public enum Outcome: Sendable {
        /// It has a place and must call `leave()` at its end.
        case admitted
        /// No place, and no room to wait or waited too long. Answer 503.
        case refused
    }

    /// A waiting request. Keep it to be able to leave the queue.
    public struct Ticket: Sendable, Hashable {
        let number: UInt64
    }

    private struct Waiter {
        let ticket: Ticket
        let loop: any EventLoop
        let timeout: Scheduled<Void>
        let decide: @Sendable (Outcome) -> Void
    }

    private struct State {
        var working = 0
        var nextTicket: UInt64 = 0
        // A ring would be enough, but waiters leave from the middle, and there are few.
        var waiters: CircularBuffer<Waiter> = []
        var refused: UInt64 = 0
    }

    /// The limits this queue keeps.
    public let limits: AdmissionLimits
    // A lock that the thread sanitizer can follow, unlike `Synchronization.Mutex` on Linux.
    private let state: NIOLockedValueBox<State>

    /// Makes an empty queue.
    public init(_ limits: AdmissionLimits) {
        self.limits = limits
        state = NIOLockedValueBox(State())
    }

    private init(_ original: AdmissionQueue) {
        limits = original.limits
        state = original.state
    }

    /// The same queue as the requests of one event loop know it: what they keep of it is counted apart, for a reference count
    /// that two threads change is a cache line that they fight for.
    func forOneLoop() -> AdmissionQueue { AdmissionQueue(self) }

    /// Requests at work.
    public var working: Int { state.withLockedValue { $0.working } }
    /// Requests that wait.
    public var waiting: Int { state.withLockedValue { $0.waiters.count } }
    /// Requests refused so far.
    public var refused: UInt64 { state.withLockedValue { $0.refused } }

    /// Seconds for `Retry-After`.
    public var retryAfter: Int { max(1, Int((limits.queueWait.nanoseconds + 999_999_999) / 1_000_000_000)) }

    /// Takes a place if one is free and nobody waits for it. The usual way, without a closure.
    public func tryEnter() -> Bool {
        state.withLockedValue { state in
            guard state.working < limits.concurrentRequests, state.waiters.isEmpty else { return false }
            state.working += 1
            return true
        }
    }

    /// Takes a place, free or not: for work that is a part of admitted work, which would wait for itself.
    func enterAnyway() { state.withLockedValue { $0.working += 1 } }

    /// Waits for a place. `decide` is called exactly once, on `loop` and never before this returns, unless
    /// the ticket is given up first.
    ///
    /// - Returns: nil where the queue is full: `decide` is then never called, and the answer is 503.
    public func wait(on loop: any EventLoop, _ decide: @escaping @Sendable (Outcome) -> Void) -> Ticket? {
        state.withLockedValue { state in
            guard state.waiters.count < limits.queuedRequests else {
                state.refused += 1
                return nil
            }
            state.nextTicket += 1
            let ticket = Ticket(number: state.nextTicket)
            if state.working < limits.concurrentRequests {
                // A place became free since `tryEnter`.
                state.working += 1
                loop.execute { decide(.admitted) }
                return ticket
            }
            let timeout = loop.scheduleTask(in: limits.queueWait) { [self] in
                if giveUp(ticket, counts: true) { decide(.refused) }
            }
            state.waiters.append(Waiter(ticket: ticket, loop: loop, timeout: timeout, decide: decide))
            return ticket
        }
    }

    /// Leaves the queue without having been decided about.
    ///
    /// - Returns: False where the decision was already made; an admitted request then still has to `leave()`.
    @discardableResult
    public func giveUp(_ ticket: Ticket) -> Bool {
        giveUp(ticket, counts: false)
    }

    private func giveUp(_ ticket: Ticket, counts: Bool) -> Bool {
        let waiter: Waiter? = state.withLockedValue { state in
            guard let index = state.waiters.firstIndex(where: { $0.ticket == ticket }) else { return nil }
            if counts { state.refused += 1 }
            return state.waiters.remove(at: index)
        }
        waiter?.timeout.cancel()
        return waiter != nil
    }

    /// Gives a place back; the request that waited longest gets it.
    public func leave() {
        let next: Waiter? = state.withLockedValue { state in
            if state.working <= limits.concurrentRequests, let next = state.waiters.popFirst() { return next }
            state.working -= 1
            return nil
        }
        guard let next else { return }
        next.timeout.cancel()
        next.loop.execute { next.decide(.admitted) }
    }
}
