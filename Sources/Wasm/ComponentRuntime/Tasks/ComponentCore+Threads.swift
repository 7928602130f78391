import ComponentModel
import WasmEngine

/// Threads stop and go on (CanonicalABI.md, threads; `Store.tick`).
extension ComponentCore {
    /// Runs a thread until it stops or ends, and those that it switches to.
    func resume(_ thread: GuestThread, isCancelled: Bool = false) throws(Trap) {
        if thread.isWaiting { stopWaiting(thread) }
        var next: GuestThread? = thread
        var isCancelled = isCancelled
        while let running = next {
            running.wasCancelled = isCancelled
            isCancelled = false
            running.isRunning = true
            guard let coroutine = running.coroutine else {
                // It waits further down on this stack and sees the mark.
                running.isWoken = true
                return
            }
            let previous = current
            current = running
            let isFinished = try coroutine.resume()
            current = previous
            if isFinished {
                running.coroutine = nil
                running.isRunning = false
                forgetStack(of: running)
            }
            next = running.next
            running.next = nil
        }
    }

    func startWaiting(_ thread: GuestThread, _ condition: @escaping () -> Bool) {
        thread.condition = condition
        waiting.append(thread)
    }

    private func stopWaiting(_ thread: GuestThread) {
        thread.condition = nil
        waiting.removeAll { $0 === thread }
    }

    /// The thread whose code called the host.
    func currentThread() throws(Trap) -> GuestThread {
        guard let current = current else {
            throw Trap.host("a built-in was called from outside of any task")
        }
        return current
    }

    /// A function whose type is not `async` must not block before it returns.
    func checkMayBlock() throws(Trap) {
        let task = try currentThread().task
        guard task.isAsyncType || task.state == .resolved else { throw trap(.syncBlock) }
    }

    /// Stops the current thread until a condition holds.
    ///
    /// - Parameters:
    ///   - goesOn: whether a condition that holds already needs no stop.
    ///   - mayRun: what has to hold for the thread to learn that its task is cancelled. A request that comes earlier
    ///     is remembered, and wakes the thread as soon as this holds.
    /// - Returns: whether the task was cancelled instead.
    func wait(
        isCancellable: Bool, goesOn: Bool = true, mayRun: @escaping () -> Bool = { true },
        until condition: @escaping () -> Bool
    ) throws(Trap) -> Bool {
        let thread = try currentThread()
        if thread.task.takePendingCancel(isCancellable && mayRun()) { return true }
        if goesOn, condition() { return false }
        guard isCancellable else {
            startWaiting(thread, condition)
            return try block(thread, isCancellable: false)
        }
        // Its stack keeps the task.
        startWaiting(thread) { [unowned task = thread.task] in
            condition() || task.state == .pendingCancel && mayRun()
        }
        let wasCancelled = try block(thread, isCancellable: true)
        return wasCancelled || thread.task.takePendingCancel(mayRun())
    }

    /// Stops the current thread, and lets `other` go on.
    func block(
        _ thread: GuestThread, isCancellable: Bool, switchingTo other: GuestThread? = nil
    ) throws(Trap) -> Bool {
        thread.isCancellable = isCancellable
        thread.isRunning = false
        if let coroutine = thread.coroutine {
            thread.next = other
            try coroutine.suspend()
        } else {
            try blockOnCallersStack(thread, switchingTo: other)
        }
        thread.isRunning = true
        thread.isCancellable = false
        return thread.wasCancelled
    }

    /// A task without a stack of its own lets other threads of its instance run on top of its own frames.
    private func blockOnCallersStack(
        _ thread: GuestThread, switchingTo other: GuestThread?
    ) throws(Trap) {
        thread.wasCancelled = false
        if let other { try resume(other) }
        while !thread.isWoken {
            let candidate = waiting.first { candidate in
                candidate.task.instance === thread.task.instance && candidate !== thread
                    && candidate !== thread.task.instance.exclusive && candidate.condition?() == true
            }
            if let candidate {
                try resume(candidate)
            } else if thread.condition != nil {
                guard thread.condition?() == true else { throw trap(.syncBlock) }
            } else {
                throw trap(.syncBlock)
            }
            if thread.condition?() == true {
                stopWaiting(thread)
                break
            }
        }
        if thread.isWaiting { stopWaiting(thread) }
        thread.isWoken = false
    }

    /// Runs whatever can run until `isDone`, and waits for the host when nothing can. From the outermost call only.
    func drive(until isDone: () -> Bool) throws(Trap) {
        while !isDone() {
            if try step() { continue }
            guard hasHostWork else { throw trap(.deadlock) }
            try suspendUntilWoken()
        }
    }

    /// Runs one thing that can run.
    ///
    /// - Returns: whether there was one.
    func step() throws(Trap) -> Bool {
        if !hostEvents.isEmpty {
            let event = hostEvents.removeFirst()
            try event()
            return true
        }
        guard let thread = waiting.first(where: { $0.condition?() == true }) else { return false }
        let instance = thread.task.instance
        try canonical { () throws(CanonicalTrap) in try instance.state.enter(from: nil) }
        try resume(thread)
        instance.state.leave(to: nil)
        return true
    }

    /// Whether the host may still do something that a guest waits for.
    var hasHostWork: Bool { hostCallCount > 0 || channelPlaces.hostEndCount > 0 }

    /// Nothing can run until the host does something.
    func suspendUntilWoken() throws(Trap) {
        guard let fiber = store.fiber else { throw trap(.deadlock) }
        // A waker that stayed behind would keep the fiber, and with it the store.
        defer { waker = nil }
        try fiber.suspend { waker in
            self.waker = waker
            if !hostEvents.isEmpty { waker.wake() }
        }
    }
}
