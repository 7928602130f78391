import ComponentModel
import NIOCore
public import WasmEngine

/// A call that ``ComponentInstance/start(_:_:on:limits:completion:)`` began. Belongs to the instance's event loop.
///
/// A call is *resolved* when its result, or the reason why there is none, was reported; it is *settled* when the guest
/// does nothing for it any more.
public final class GuestCall {
    /// Whether the completion was called.
    public private(set) var isResolved = false
    /// Whether nothing of the call goes on any more.
    public private(set) var isSettled = false
    /// Called once, when nothing of the call goes on any more: with the trap that ended the instance, if one did.
    public var onSettled: ((Trap?) -> Void)?

    let limits: CallLimits
    private(set) var deadline: NIODeadline
    /// Whether the guest was told that the time is over.
    private(set) var isExpired = false
    private var core: ComponentCore?
    private var fail: ((Trap) -> Void)?
    private var task: GuestTask?
    private var openTasks = 0

    init(_ core: ComponentCore?, _ limits: CallLimits, fail: @escaping (Trap) -> Void) {
        self.core = core
        self.limits = limits
        self.fail = fail
        deadline = .now() + limits.deadline
    }

    /// The result is not wanted any more. The completion is called with a trap whose reason is `cancelled`; the guest
    /// is told, and may take its time. Does nothing after the result.
    public func cancel() {
        guard !isResolved else { return }
        askToStop()
        reject(.cancelled("the call was cancelled"))
    }

    // MARK: - What the runtime tells

    func begin(_ lift: LiftPlan, _ origin: CallOrigin) throws(Trap) {
        guard let core, !isSettled else { return }
        guard !isResolved else { return settle(nil) }
        core.store.fiber?.allow(cpuTime: limits.cpuBudget)
        let task = try core.invoke(lift, origin, from: nil, call: self)
        if !isSettled { self.task = task }
    }

    /// A task begins that is done for the call: the one that the host asked for, and those that tasks of the call ask for.
    func taskBegan() { openTasks += 1 }

    /// A task of the call is over. Tasks may outlast the one that called them: a component instance writes the body of a
    /// response that others have handed on long ago.
    func taskEnded() {
        openTasks -= 1
        if openTasks == 0 { settle(nil) }
    }

    /// The result was reported: the rest of the work has a deadline of its own.
    func resolved() {
        isResolved = true
        fail = nil
        deadline = .now() + limits.settling
        if let fiber = core?.store.fiber { fiber.deadline = min(fiber.deadline, deadline) }
    }

    /// There is no result.
    func reject(_ trap: Trap) {
        guard let fail else { return }
        isResolved = true
        self.fail = nil
        fail(trap)
    }

    func settle(_ trap: Trap?) {
        guard !isSettled else { return }
        isSettled = true
        core?.callSettled(self)
        core = nil
        task = nil
        let onSettled = self.onSettled
        self.onSettled = nil
        onSettled?(trap)
    }

    /// The time is over, while other calls go on in the instance.
    func expire(_ now: NIODeadline) {
        isExpired = true
        deadline = now + limits.grace
        askToStop()
    }

    private func askToStop() {
        core?.enqueue { [self] () throws(Trap) in
            if let core, let task { try core.requestCancellation(task, from: nil) }
        }
    }
}

/// A call by the host that shares an instance with others.
final class SharedOrigin<Parameters: ParameterList, Result: CanonicalPayload>: CallOrigin {
    private let arguments: Parameters
    private let call: GuestCall
    private var report: ((Result) -> Void)?

    init(_ arguments: Parameters, _ call: GuestCall, report: @escaping (Result) -> Void) {
        self.arguments = arguments
        self.call = call
        self.report = report
    }

    override func start(
        _ core: ComponentCore, into target: inout CanonicalContext, _ type: FunctionPlan,
        _ slots: inout FlatValues
    ) throws(Trap) {
        do throws(CanonicalTrap) {
            if type.parameterFlatCount > FunctionPlan.parametersMax {
                try arguments.lowerParameters(into: &slots, &target)
            } else {
                try arguments.lower(into: &slots, &target)
            }
        } catch { throw core.trap(error) }
    }

    override func resolve(
        _ core: ComponentCore, from source: inout CanonicalContext, _ type: FunctionPlan, most: Int,
        _ slots: inout FlatValues
    ) throws(Trap) {
        try super.resolve(core, from: &source, type, most: most, &slots)
        // Nobody waits: what the result owns stays with the guest.
        guard let report, !call.isResolved else { return }
        self.report = nil
        let result: Result
        do throws(CanonicalTrap) {
            result =
                type.resultFlatCount > most
                ? try Result.loadResult(from: &slots, &source) : try Result.lift(from: &slots, &source)
        } catch { throw core.trap(error) }
        call.resolved()
        report(result)
    }

    override func cancel(_ core: ComponentCore) {
        super.cancel(core)
        call.reject(.cancelled("the call was cancelled"))
    }
}
