import ComponentModel

/// A canonical built-in with its immediates resolved.
enum Builtin: Sendable {
    case resource(ResourceOperation, RuntimeResourceType, isWide: Bool)
    case plain(PlainBuiltin)
    case taskReturn(FunctionPlan, OptionsPlan, key: String)
    case contextGet(slot: Int, isWide: Bool)
    case contextSet(slot: Int, isWide: Bool)
    case subtaskCancel(isAsync: Bool)
    case channel(ChannelPlan)
    case errorContextNew(OptionsPlan, node: FunctionPlan)
    case errorContextMessage(OptionsPlan, node: FunctionPlan)
    case waitableSetWait(isCancellable: Bool, memory: Int)
    case waitableSetPoll(isCancellable: Bool, memory: Int)
    case thread(ThreadOperation, isCancellable: Bool)
    case threadNew(table: Int)
}

/// A built-in of a stream or future.
struct ChannelPlan: Sendable {
    var kind: ChannelKind
    var operation: ChannelOperation
    var isAsync: Bool
    var type = ChannelTypeID(index: .max)
    var options = OptionsPlan()
    var canonical = 0
    /// Nothing for a channel without an element type.
    var element: CanonicalPlan.NodeID?
}
