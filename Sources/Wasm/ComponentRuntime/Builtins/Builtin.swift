import ComponentModel

/// A canonical built-in with its immediates resolved.
enum Builtin: Sendable {
    case resource(ResourceOperation, RuntimeResourceType, isWide: Bool)
    case plain(PlainBuiltin)
    case taskReturn(FunctionPlan, OptionsPlan, key: String, context: Int)
    case contextGet(slot: Int, isWide: Bool)
    case contextSet(slot: Int, isWide: Bool)
    case subtaskCancel(isAsync: Bool)
    case errorContextNew(OptionsPlan, node: FunctionPlan)
    case errorContextMessage(OptionsPlan, node: FunctionPlan)
    case waitableSetWait(isCancellable: Bool, memory: Int)
    case waitableSetPoll(isCancellable: Bool, memory: Int)
    case thread(ThreadOperation, isCancellable: Bool)
    case threadNew(table: Int)
}

/// A built-in of a stream or future.
final class ChannelPlan: Sendable {
    /// The component instance that calls it.
    let instance: Int
    let kind: ChannelKind
    let operation: ChannelOperation
    let isAsync: Bool
    let type: AsyncState.ChannelType?
    let options: OptionsPlan
    /// The number of the ``ContextPlan``.
    let context: Int
    /// Nothing for a channel without an element type.
    let element: CanonicalPlan.NodeID?

    init(
        instance: Int, _ kind: ChannelKind, _ operation: ChannelOperation, isAsync: Bool,
        type: AsyncState.ChannelType?, options: OptionsPlan, context: Int, element: CanonicalPlan.NodeID?
    ) {
        self.instance = instance
        self.kind = kind
        self.operation = operation
        self.isAsync = operation == .read || operation == .write ? options.isAsync : isAsync
        self.type = type
        self.options = options
        self.context = context
        self.element = element
    }
}
