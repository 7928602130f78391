import ComponentModel
import ComponentRuntime
import HostSystem
import NIOCore
import WasmEngine

/// `wasi:io/poll` and `wasi:io/error`.
extension Preview2 {
    static func definePoll(in linker: ComponentLinker, _ version: String) {
        let poll = linker.interface("wasi:io/poll@\(version)")
        poll.resource("pollable", Pollable.self)
        poll.function("[method]pollable.ready") {
            (call: borrowing ComponentCall, pollable: Borrow<Pollable>) throws(Trap) -> Bool in
            try call.object(pollable).isReady
        }
        poll.function("[method]pollable.block") {
            (call: borrowing ComponentCall, pollable: Borrow<Pollable>) throws(Trap) in
            _ = try Preview2.poll([try call.object(pollable)], for: try call.fiber)
        }
        poll.function("poll") {
            (call: borrowing ComponentCall, pollables: [Borrow<Pollable>]) throws(Trap) -> [UInt32] in
            try Preview2.poll(pollables, call)
        }
    }

    static func defineOctoberPoll(in linker: ComponentLinker) {
        let poll = linker.interface("wasi:io/poll@\(octoberCandidate)")
        poll.resource("pollable", Pollable.self)
        poll.function("poll-list") {
            (call: borrowing ComponentCall, pollables: [Borrow<Pollable>]) throws(Trap) -> [UInt32] in
            try Preview2.poll(pollables, call)
        }
        poll.function("poll-one") {
            (call: borrowing ComponentCall, pollable: Borrow<Pollable>) throws(Trap) in
            _ = try Preview2.poll([try call.object(pollable)], for: try call.fiber)
        }
    }

    static func defineError(in interface: HostInterface) {
        interface.resource("error", IOError.self)
        interface.function("[method]error.to-debug-string") {
            (call: borrowing ComponentCall, error: Borrow<IOError>) throws(Trap) -> String in
            try call.object(error).text
        }
    }

    private static func poll(
        _ handles: [Borrow<Pollable>], _ call: borrowing ComponentCall
    ) throws(Trap) -> [UInt32] {
        guard !handles.isEmpty else { throw Trap.host("a guest polls an empty list") }
        let most = call.system.plan.limits.subscriptions
        guard handles.count <= most else {
            throw Trap.host("a guest polls \(handles.count) pollables at once; the limit is \(most)")
        }
        var pollables: [Pollable] = []
        pollables.reserveCapacity(handles.count)
        for handle in handles { pollables.append(try call.object(handle)) }
        return try poll(pollables, for: try call.fiber)
    }

    /// Suspends the guest until at least one is ready, and gives the indices of all that are.
    static func poll(_ pollables: [Pollable], for guest: Fiber) throws(Trap) -> [UInt32] {
        while true {
            var ready: [UInt32] = []
            for (index, pollable) in pollables.enumerated() where pollable.isReady {
                ready.append(UInt32(index))
            }
            if !ready.isEmpty { return ready }
            do { try waitForOne(of: pollables, guest) } catch { throw trap(error) }
        }
    }

    private static func waitForOne(of pollables: [Pollable], _ guest: Fiber) throws(HostFailure) {
        var timer: Scheduled<Void>?
        defer { timer?.cancel() }
        let loop = guest.eventLoop
        try guest.suspend { token in
            if let instant = pollables.lazy.compactMap(\.deadline).min() {
                let now = HostClock.monotonicNow
                let left = Int64(clamping: instant > now ? instant - now : 0)
                timer = loop.scheduleTask(in: .nanoseconds(left)) { token.wake() }
            }
            for pollable in pollables { pollable.wakeWhenReady(token) }
        }
    }
}
