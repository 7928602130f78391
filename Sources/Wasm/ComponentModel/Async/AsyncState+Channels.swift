/// Streams and futures (CanonicalABI.md, stream and future state and built-ins).
extension AsyncState {
    /// What a channel carries.
    public struct ChannelType: Sendable, Hashable {
        /// Stream or future.
        public var kind: ChannelKind
        /// The identity of the type.
        public var key: ChannelTypeKey
        /// Bytes of an element in guest memory; zero without an element type.
        public var elementSize: UInt64
        /// Whether elements are numbers, or there is no element type.
        public var isNumeric: Bool

        /// A type.
        public init(_ kind: ChannelKind, key: ChannelTypeKey, elementSize: UInt64, isNumeric: Bool) {
            self.kind = kind
            self.key = key
            self.elementSize = elementSize
            self.isNumeric = isNumeric
        }
    }

    /// Makes a stream or future; both ends are the caller's to place.
    public func newChannel(_ type: ChannelType) -> (readable: ChannelEndID, writable: ChannelEndID) {
        let state = ChannelState(
            kind: type.kind, elementSize: type.elementSize, isNumeric: type.isNumeric, type: type.key)
        let id = ChannelID(index: channels.add(state))
        return (
            ChannelEndID(channel: id, kind: type.kind, isReadable: true),
            ChannelEndID(channel: id, kind: type.kind, isReadable: false)
        )
    }

    /// `stream.new`, `future.new`: the two handles packed, the writable end's above.
    public func newChannel(
        _ type: ChannelType, in instance: InstanceState
    ) throws(CanonicalTrap) -> UInt64 {
        let (readable, writable) = newChannel(type)
        let readableIndex = try place(readable, in: instance)
        let writableIndex = try place(writable, in: instance)
        return UInt64(readableIndex) | UInt64(writableIndex) << 32
    }

    /// Gives an end to an instance.
    public func place(
        _ end: ChannelEndID, in instance: InstanceState
    ) throws(CanonicalTrap) -> UInt32 {
        let index = try instance.handles.add(.channelEnd(end))
        channels[end.channel.index].withEnd(end.isReadable) {
            $0.index = index
            $0.owner = instance.owner
        }
        return index
    }

    /// The end that a handle stands for, checked against what the built-in is for.
    public func end(
        _ index: UInt32, _ type: ChannelType, isReadable: Bool, in instance: InstanceState
    ) throws(CanonicalTrap) -> ChannelEndID {
        let entry = try instance.handles.entry(index)
        guard case .channelEnd(let end) = entry, end.kind == type.kind, end.isReadable == isReadable else {
            throw .wrongHandle(
                index, expected: "\(isReadable ? "readable" : "writable") end of a \(type.kind)",
                found: entry.name)
        }
        guard channels[end.channel.index].type == type.key else {
            throw .wrongHandle(index, expected: "a \(type.kind) of another type", found: entry.name)
        }
        return end
    }

    /// Takes a readable end out of an instance, to give it to another.
    public func lift(
        _ index: UInt32, _ type: ChannelType, from instance: InstanceState
    ) throws(CanonicalTrap) -> ChannelEndID {
        let end = try end(index, type, isReadable: true, in: instance)
        let state = channels[end.channel.index].readable
        switch state.state {
        case .idle: break
        case .copying, .cancelling: throw CanonicalTrap(.async, "cannot lift busy \(end.kind)")
        case .done: throw CanonicalTrap(.async, "cannot lift \(Self.doneReason(end))")
        }
        guard state.waitable.set == nil else {
            throw CanonicalTrap(.async, "cannot lift \(end.kind) while it's in a waitable set")
        }
        try instance.handles.remove(index)
        return end
    }

    /// Why an end that is done cannot be used, in the words of the specification's tests.
    private static func doneReason(_ end: ChannelEndID) -> String {
        switch (end.kind, end.isReadable) {
        case (.stream, true): "stream after being notified that the writable end dropped"
        case (.stream, false): "stream after being notified that the readable end dropped"
        case (.future, true): "future after previous read succeeded"
        case (.future, false): "future after previous write succeeded or readable end dropped"
        }
    }

    /// `stream.read`, `stream.write`, `future.read`, `future.write`: begins a copy.
    ///
    /// The runtime makes the copy that comes back, if one does, and then looks for the end's event: it is there, or an
    /// async built-in returns `BLOCKED` and a synchronous one waits.
    public func startCopy(
        _ end: ChannelEndID, _ buffer: CopyBuffer, isAsync: Bool
    ) throws(CanonicalTrap) -> ChannelCopy? {
        let own = channels[end.channel.index].end(end.isReadable)
        switch own.state {
        case .idle: break
        case .copying, .cancelling:
            throw CanonicalTrap(.async, "cannot have concurrent operations active on a future/stream")
        case .done:
            let verb = end.isReadable ? "read from" : "write to"
            throw CanonicalTrap(.async, "cannot \(verb) \(Self.doneReason(end))")
        }
        guard isAsync || own.waitable.set == nil else { throw Self.inSetTrap }
        guard buffer.length <= AsyncConstants.maximumBufferLength else {
            throw CanonicalTrap(.async, "a buffer is longer than 2^28 - 1 elements")
        }
        channels[end.channel.index].withEnd(end.isReadable) {
            $0.state = .copying
            $0.buffer = buffer
        }
        let channel = channels[end.channel.index]
        guard !channel.isDropped else {
            complete(end, .dropped)
            return nil
        }
        guard let pendingReadable = channel.pendingReadable else {
            channels[end.channel.index].pendingReadable = end.isReadable
            return nil
        }
        let other = ChannelEndID(channel: end.channel, kind: end.kind, isReadable: pendingReadable)
        let otherState = channel.end(pendingReadable)
        guard otherState.owner != own.owner || channel.isNumeric else {
            throw CanonicalTrap(.async, "cannot read from and write to intra-component \(end.kind)")
        }
        return end.kind == .future ? meetFuture(end, other) : meetStream(end, other)
    }

    private func meetFuture(_ end: ChannelEndID, _ other: ChannelEndID) -> ChannelCopy? {
        let copy = copy(end, other, count: 1)
        channels[end.channel.index].pendingReadable = nil
        complete(other, .completed)
        complete(end, .completed)
        return copy
    }

    private func meetStream(_ end: ChannelEndID, _ other: ChannelEndID) -> ChannelCopy? {
        let waiting =
            channels[end.channel.index].end(other.isReadable).buffer ?? CopyBuffer(address: 0, length: 0)
        let own = channels[end.channel.index].end(end.isReadable).buffer ?? CopyBuffer(address: 0, length: 0)
        if waiting.remaining > 0 {
            var result: ChannelCopy?
            if own.remaining > 0 {
                result = copy(end, other, count: min(own.remaining, waiting.remaining))
                setPending(.copy(.completed, reclaims: true), of: .end(other))
            }
            complete(end, .completed)
            return result
        }
        if !end.isReadable, own.length == 0, waiting.length == 0 {
            // Two empty buffers: the writer learns that a reader is there, and the reader goes on waiting.
            complete(end, .completed)
            return nil
        }
        channels[end.channel.index].pendingReadable = end.isReadable
        complete(other, .completed)
        return nil
    }

    /// Moves both buffers on by so many elements and says what to copy.
    private func copy(_ end: ChannelEndID, _ other: ChannelEndID, count: UInt32) -> ChannelCopy {
        let channel = channels[end.channel.index]
        let source = channel.writable
        let target = channel.readable
        let bytes = UInt64(count) * channel.elementSize
        let result = ChannelCopy(
            channel: end.channel, count: count, sourceOwner: source.owner,
            sourceAddress: source.buffer?.address ?? 0, targetOwner: target.owner,
            targetAddress: target.buffer?.address ?? 0)
        channels[end.channel.index].readable.buffer?.advance(count, bytes: bytes)
        channels[end.channel.index].writable.buffer?.advance(count, bytes: bytes)
        return result
    }

    private func complete(_ end: ChannelEndID, _ result: CopyResult) {
        setPending(.copy(result, reclaims: false), of: .end(end))
    }

    /// Delivers the event of an end: settles its state and packs the payload.
    func takeCopyEvent(_ end: ChannelEndID) -> AsyncEvent? {
        let own = channels[end.channel.index].end(end.isReadable)
        guard case .copy(let result, let reclaims)? = own.waitable.pending else { return nil }
        if reclaims { channels[end.channel.index].pendingReadable = nil }
        let isDone = result == .dropped || end.kind == .future && result == .completed
        channels[end.channel.index].withEnd(end.isReadable) {
            $0.waitable.pending = nil
            $0.state = isDone ? .done : .idle
            $0.buffer = nil
        }
        let progress = end.kind == .stream ? own.buffer?.progress ?? 0 : 0
        return AsyncEvent(Self.code(end), index: own.index, payload: result.rawValue | progress << 4)
    }

    private static func code(_ end: ChannelEndID) -> EventCode {
        switch (end.kind, end.isReadable) {
        case (.stream, true): .streamRead
        case (.stream, false): .streamWrite
        case (.future, true): .futureRead
        case (.future, false): .futureWrite
        }
    }

    /// `stream.cancel-read` and its like: afterwards the end's event is there.
    public func cancelCopy(_ end: ChannelEndID, isAsync: Bool) throws(CanonicalTrap) {
        let own = channels[end.channel.index].end(end.isReadable)
        guard own.state == .copying, !own.waitable.hasSyncWaiter else {
            throw CanonicalTrap(.async, "cannot cancel: no operation is active on this end of a \(end.kind)")
        }
        guard isAsync || own.waitable.set == nil else { throw Self.inSetTrap }
        channels[end.channel.index].withEnd(end.isReadable) { $0.state = .cancelling }
        switch own.waitable.pending {
        case nil:
            channels[end.channel.index].pendingReadable = nil
            complete(end, .cancelled)
        case .copy(.completed, reclaims: true)? where (own.buffer?.remaining ?? 0) > 0:
            // Some elements were copied, the rest never will be.
            setPending(.copy(.cancelled, reclaims: true), of: .end(end))
        default: break
        }
    }

    /// `stream.drop-readable` and its like. Gives the end that is no more.
    @discardableResult
    public func dropEnd(
        _ index: UInt32, _ type: ChannelType, isReadable: Bool, in instance: InstanceState
    ) throws(CanonicalTrap) -> ChannelEndID {
        let end = try end(index, type, isReadable: isReadable, in: instance)
        let own = channels[end.channel.index].end(isReadable)
        guard own.state == .idle || own.state == .done else {
            throw CanonicalTrap(.async, "cannot \(isReadable ? "remove" : "drop") busy \(end.kind)")
        }
        guard end.kind == .stream || isReadable || own.state == .done else {
            throw CanonicalTrap(.async, "cannot drop future write end without first writing a value")
        }
        try instance.handles.remove(index)
        try move(.end(end), to: nil)
        drop(end)
        return end
    }

    /// Drops an end, a guest's or the host's. The other end learns of it.
    public func drop(_ end: ChannelEndID) {
        channels[end.channel.index].withEnd(end.isReadable) { $0.isDropped = true }
        let channel = channels[end.channel.index]
        if !channel.isDropped {
            channels[end.channel.index].isDropped = true
            if let pendingReadable = channel.pendingReadable {
                channels[end.channel.index].pendingReadable = nil
                let other = ChannelEndID(channel: end.channel, kind: end.kind, isReadable: pendingReadable)
                // A copy that was made counts, and is delivered with the news.
                complete(other, .dropped)
            }
        }
        if channel.readable.isDropped, channel.writable.isDropped { channels.remove(end.channel.index) }
    }
}
