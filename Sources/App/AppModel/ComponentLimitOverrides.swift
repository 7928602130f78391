/// What a manifest changes in the limits of a component. `nil` keeps the default.
public struct ComponentLimitOverrides: Sendable, Equatable {
    /// Bytes of all linear memories together.
    public var memoryBytesMax: Int?
    /// Elements of all tables together.
    public var tableElementsMax: Int?
    /// Core instances.
    public var instancesMax: Int?
    /// Linear memories.
    public var memoriesMax: Int?
    /// Tables.
    public var tablesMax: Int?
    /// Time on a processor.
    public var cpuBudget: Duration?
    /// Time from the event to the end.
    public var deadline: Duration?
    /// Open descriptors of the guest.
    public var openFilesMax: Int?
    /// Bytes of a request's body.
    public var requestBodyBytesMax: Int?
    /// Bytes of a response's body.
    public var responseBodyBytesMax: Int?
    /// Bytes of a response's header.
    public var responseHeaderBytesMax: Int?
    /// Bytes of output kept for the log.
    public var logBytesMax: Int?

    /// Requests that one instance answers.
    public var reuseMax: Int?
    /// Requests that one instance answers at once.
    public var reuseConcurrencyMax: Int?
    /// How long an instance waits for its next request.
    public var reuseIdleMax: Duration?
    /// Bytes that the memories of an instance may have grown by.
    public var reuseMemoryGrowthMax: Int?

    /// No change.
    public init() {}

    /// `limits` with the changes made.
    public func applied(to limits: ComponentLimits) -> ComponentLimits {
        var result = limits
        if let memoryBytesMax { result.memoryBytesMax = memoryBytesMax }
        if let tableElementsMax { result.tableElementsMax = tableElementsMax }
        if let instancesMax { result.instancesMax = instancesMax }
        if let memoriesMax { result.memoriesMax = memoriesMax }
        if let tablesMax { result.tablesMax = tablesMax }
        if let cpuBudget { result.cpuBudget = cpuBudget }
        if let deadline { result.deadline = deadline }
        if let openFilesMax { result.openFilesMax = openFilesMax }
        if let requestBodyBytesMax { result.requestBodyBytesMax = requestBodyBytesMax }
        if let responseBodyBytesMax { result.responseBodyBytesMax = responseBodyBytesMax }
        if let responseHeaderBytesMax { result.responseHeaderBytesMax = responseHeaderBytesMax }
        if let logBytesMax { result.logBytesMax = logBytesMax }
        if let reuseMax { result.reuseMax = reuseMax }
        if let reuseConcurrencyMax { result.reuseConcurrencyMax = reuseConcurrencyMax }
        if let reuseIdleMax { result.reuseIdleMax = reuseIdleMax }
        if let reuseMemoryGrowthMax { result.reuseMemoryGrowthMax = reuseMemoryGrowthMax }
        return result
    }
}
