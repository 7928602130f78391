/// Lifting and lowering of streams, futures and error contexts for one component, over the store's async state.
public final class AsyncHandles: ChannelHandles {
    private let state: AsyncState
    private let types: [ChannelTypeID: AsyncState.ChannelType]

    /// Handles of a component's instances. `types` says what the component's stream and future types carry.
    public init(state: AsyncState, types: [ChannelTypeID: AsyncState.ChannelType]) {
        self.state = state
        self.types = types
    }

    private func channelType(
        _ type: ChannelTypeID
    ) throws(CanonicalTrap) -> AsyncState.ChannelType {
        guard let known = types[type] else {
            throw CanonicalTrap(.guest, "stream or future type \(type.index) is not linked")
        }
        return known
    }

    /// Takes a readable end from an instance.
    public func lift(
        _ index: UInt32, _ kind: ChannelKind, _ type: ChannelTypeID, from instance: InstanceState
    ) throws(CanonicalTrap) -> ChannelID {
        try state.lift(index, try channelType(type), from: instance).channel
    }

    /// Gives an instance one more handle to an error context.
    public func lower(
        _ context: ErrorContextID, into instance: InstanceState
    ) throws(CanonicalTrap) -> UInt32 {
        let index = try instance.handles.add(.errorContext(context))
        state.retain(context)
        return index
    }

    /// Gives a readable end to an instance.
    public func lower(
        _ channel: ChannelID, _ kind: ChannelKind, _ type: ChannelTypeID, into instance: InstanceState
    ) throws(CanonicalTrap) -> UInt32 {
        let end = ChannelEndID(channel: channel, kind: kind, isReadable: true)
        return try state.place(end, in: instance)
    }
}
