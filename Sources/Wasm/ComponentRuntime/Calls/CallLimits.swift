public import NIOCore

/// How long one call of an instance that several calls share may last. What one instance may hold is
/// ``ComponentRuntimeLimits``.
public struct CallLimits: Sendable, Hashable {
    /// From the call's beginning to its result.
    public var deadline: TimeAmount
    /// From the result to the end of what the call still does: writing a body, for instance.
    public var settling: TimeAmount
    /// Computing time that the instance gets for the call. What one call does not use is there for the others.
    public var cpuBudget: TimeAmount
    /// For the guest to stop, once it was told that the call's time is over, when other calls go on in the instance. A call
    /// that goes on beyond it ends, with the instance, as soon as no other call has time left.
    public var grace: TimeAmount

    /// Limits; the defaults suit a request.
    public init(
        deadline: TimeAmount = .seconds(60), settling: TimeAmount = .seconds(60),
        cpuBudget: TimeAmount = .seconds(5), grace: TimeAmount = .seconds(1)
    ) {
        self.deadline = deadline
        self.settling = settling
        self.cpuBudget = cpuBudget
        self.grace = grace
    }
}
