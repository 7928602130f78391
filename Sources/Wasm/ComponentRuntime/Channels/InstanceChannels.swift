import ComponentModel

/// Streams and futures of one component instance on their way between guests, and between a guest and the host.
final class InstanceChannels: ChannelHandles {
    unowned let core: ComponentCore
    private let handles: AsyncHandles
    private let number: Int
    // The plan's matches that were asked for: a handful, and nobody else looks at them.
    private var matches: [(element: ObjectIdentifier, type: AsyncState.ChannelType)] = []

    init(core: ComponentCore, number: Int) {
        self.core = core
        self.number = number
        handles = AsyncHandles(state: core.async, types: core.plan.channels[number])
    }

    func lift(
        _ index: UInt32, _ kind: ChannelKind, _ type: ChannelTypeID, from instance: InstanceState
    ) throws(CanonicalTrap) -> ChannelID {
        try handles.lift(index, kind, type, from: instance)
    }

    func lower(_ context: ErrorContextID, into instance: InstanceState) throws(CanonicalTrap) -> UInt32 {
        try handles.lower(context, into: instance)
    }

    func lower(
        _ channel: ChannelID, _ kind: ChannelKind, _ type: ChannelTypeID, into instance: InstanceState
    ) throws(CanonicalTrap) -> UInt32 {
        try handles.lower(channel, kind, type, into: instance)
    }

    // MARK: - The host

    private func type<Element: CanonicalPayload>(
        _ kind: ChannelKind, of element: Element.Type
    ) throws(CanonicalTrap) -> AsyncState.ChannelType {
        let identity = ObjectIdentifier(element)
        for match in matches where match.element == identity && match.type.kind == kind { return match.type }
        guard let type = core.plan.channelType(kind, of: element, instance: number) else {
            throw CanonicalTrap(.guest, "a \(kind) of \(element) is no type of the component")
        }
        matches.append((identity, type))
        return type
    }

    /// Takes a readable end from the guest.
    func take<Element: CanonicalPayload>(
        _ index: UInt32, _ kind: ChannelKind, of element: Element.Type, from instance: InstanceState
    ) throws(CanonicalTrap) -> ChannelEndID {
        try core.async.lift(index, try type(kind, of: element), from: instance)
    }

    /// Whether the host holds the other end.
    func isHosted(_ end: ChannelEndID) -> Bool { core.channelPlaces[host: end.channel] != nil }

    /// The host's own writing end where the guest gives back what the host gave it: the channel is over with that. Nothing
    /// where a guest writes.
    func takeBack<Writer: HostChannelEnd>(
        _ end: ChannelEndID, as _: Writer.Type, for value: Any.Type
    ) throws(CanonicalTrap) -> Writer? {
        guard let own = core.channelPlaces[host: end.channel] else { return nil }
        guard own.detach() != nil, let writer = own as? Writer else { throw .wrongDirection(value) }
        core.async.remove(end.channel)
        return writer
    }

    /// Gives a readable end that came from a guest to another guest, or back.
    func giveOn(_ end: HostChannelEnd, to instance: InstanceState) throws(CanonicalTrap) -> UInt32 {
        guard end.core === core, end.detach() != nil else { throw .givenAway }
        return try core.async.place(end.end, in: instance)
    }

    /// Makes a channel, keeps its writable end and gives the other to the guest.
    func open<Element: CanonicalPayload>(
        _ kind: ChannelKind, of element: Element.Type, into instance: InstanceState,
        _ writer: (ChannelEndID) -> Void
    ) throws(CanonicalTrap) -> UInt32 {
        let (readable, writable) = core.async.newChannel(try type(kind, of: element))
        let index = try core.async.place(readable, in: instance)
        writer(writable)
        return index
    }
}

/// A Swift value that stands for a stream or a future: four bytes, one slot.
protocol ChannelValue: CanonicalType {
    static func lift(
        _ index: UInt32, _ instance: InstanceState, _ channels: InstanceChannels
    ) throws(CanonicalTrap) -> Self
    func lower(_ instance: InstanceState, _ channels: InstanceChannels) throws(CanonicalTrap) -> UInt32
}

extension ChannelValue {
    /// Four bytes.
    public static func layout(_ width: PointerWidth) -> ValueLayout { ValueLayout(4, alignment: 4) }

    /// One slot.
    public static var flatTypes: FlatTypes { UInt32.flatTypes }

    private static func channels(_ context: CanonicalContext) throws(CanonicalTrap) -> InstanceChannels {
        guard let channels = context.channels as? InstanceChannels else {
            throw CanonicalTrap(.async, "this instance has no streams or futures")
        }
        return channels
    }

    /// Takes the readable end from the guest's table.
    public static func lift(
        from slots: inout FlatValues, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self {
        try lift(try slots.next(UInt32.self), context.instance, try channels(context))
    }

    /// Takes the readable end from the guest's table.
    public static func load(
        at offset: UInt64, _ context: inout CanonicalContext
    ) throws(CanonicalTrap) -> Self {
        try lift(try context.view.load(offset), context.instance, try channels(context))
    }

    /// Puts the readable end into the guest's table.
    public func lower(into slots: inout FlatValues, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try slots.append(try lower(context.instance, try Self.channels(context)))
    }

    /// Puts the readable end into the guest's table.
    public func store(at offset: UInt64, _ context: inout CanonicalContext) throws(CanonicalTrap) {
        try context.view.store(try lower(context.instance, try Self.channels(context)), at: offset)
    }
}

extension CanonicalTrap {
    /// A host function took what only the host gives, or the other way round.
    static func wrongDirection(_ type: Any.Type) -> CanonicalTrap {
        CanonicalTrap(.guest, "the host uses a \(type) in the wrong direction")
    }

    static let givenAway = CanonicalTrap(.guest, "the host gives a stream or future away a second time")
}
