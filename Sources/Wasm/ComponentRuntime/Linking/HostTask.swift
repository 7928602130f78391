public import ComponentModel
import WasmEngine

/// A call to an `async` function of the host that is under way.
final class HostTask {
    /// Gone when the instance ended before the host answered.
    private weak var core: ComponentCore?
    /// Where the result goes; gone once it is there.
    private var frame: (HostFrame, CanonicalContext)?
    private let storage: FlatStorage?
    let subtask: SubtaskID
    private(set) var isResolved = false
    /// The host's answer to a guest that does not want the result any more.
    var onCancel: (() -> Void)?

    init(
        core: ComponentCore, frame: HostFrame, context: CanonicalContext, storage: FlatStorage?,
        subtask: SubtaskID
    ) {
        self.core = core
        self.frame = (frame, context)
        self.storage = storage
        self.subtask = subtask
    }

    func begin(_ body: (inout HostFrame, inout CanonicalContext) throws(Trap) -> Void) throws(Trap) {
        guard var (frame, context) = frame.take() else { return }
        try body(&frame, &context)
        core?.async.start(subtask, loans: context.loans)
        pending = (frame, context)
        if let result { try result(self) }
    }

    /// The host has not answered when its function returns.
    func stay() {
        isCounted = true
        core?.hostCallCount += 1
    }

    private func leave() {
        guard isCounted else { return }
        isCounted = false
        core?.hostCallCount -= 1
    }

    private var isCounted = false
    private var pending: (HostFrame, CanonicalContext)?
    private var result: ((HostTask) throws(Trap) -> Void)?

    /// The result is there. Stored at once during the call, or by the component's fiber later: storing it may run the
    /// guest's allocator.
    func complete<Result: CanonicalPayload>(_ value: Result) {
        guard !isResolved else { return }
        isResolved = true
        // It may hold what the result came from.
        onCancel = nil
        let store = { (task: HostTask) throws(Trap) in
            if var (frame, context) = task.pending.take() { try frame.lower(value, &context) }
            task.core?.async.resolve(task.subtask, isCancelled: false)
            task.leave()
        }
        guard pending != nil else {
            result = store
            return
        }
        core?.enqueue { [self] () throws(Trap) in try store(self) }
    }

    /// The instance is over before the host answered.
    func abandon() {
        guard !isResolved else { return }
        isResolved = true
        pending = nil
        let onCancel = self.onCancel
        self.onCancel = nil
        onCancel?()
    }

    /// The call ended without a result, as the guest asked.
    func completeCancelled() {
        guard !isResolved else { return }
        isResolved = true
        core?.enqueue { [self] () throws(Trap) in
            pending = nil
            core?.async.resolve(subtask, isCancelled: true)
            leave()
        }
    }
}

/// Ends a call to an `async` function of the host. Belongs to the component's event loop.
public struct HostCompletion<Result: CanonicalPayload> {
    private let task: HostTask

    init(_ task: HostTask) { self.task = task }

    /// The result is there. Only the first use counts.
    public func complete(_ result: Result) { task.complete(result) }

    /// What to do when the guest does not want the result any more; without it the call goes on. `body` may call
    /// ``cancelled()`` then or later.
    public func onCancel(_ body: @escaping () -> Void) { task.onCancel = body }

    /// The call ended without a result, as the guest asked.
    public func cancelled() { task.completeCancelled() }
}
