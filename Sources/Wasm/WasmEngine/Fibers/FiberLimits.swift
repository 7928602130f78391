public import NIOCore

/// How long one call on a fiber may compute and last.
public struct FiberLimits: Sendable, Hashable {
    /// Computing time. Waiting does not count.
    public var cpuBudget: TimeAmount
    /// Time from start to end, waiting included.
    public var deadline: TimeAmount

    /// Limits; the defaults suit a request.
    public init(cpuBudget: TimeAmount = .seconds(5), deadline: TimeAmount = .seconds(60)) {
        self.cpuBudget = cpuBudget
        self.deadline = deadline
    }
}
