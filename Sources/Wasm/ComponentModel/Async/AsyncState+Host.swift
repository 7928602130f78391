/// Ends of streams and futures that the host holds.
///
/// The host has no buffers of its own here: it serves the buffer that a guest's end waits with, whenever it likes.
extension AsyncState {
    /// The identity of a channel's type.
    public func type(of channel: ChannelID) -> ChannelTypeKey { channels[channel.index].type }

    /// The buffer that a guest's end waits with for the other end, if it does.
    public func pendingCopy(_ end: ChannelEndID) -> CopyBuffer? {
        let channel = channels[end.channel.index]
        let own = channel.end(end.isReadable)
        guard own.state == .copying, own.waitable.pending == nil, channel.pendingReadable == end.isReadable
        else { return nil }
        return own.buffer
    }

    /// The host copied so many elements into or out of the buffer that a guest's end waits with. None tell a guest
    /// that waits with an empty buffer that the host is ready.
    public func hostCopied(_ end: ChannelEndID, count: UInt32) {
        let bytes = UInt64(count) * channels[end.channel.index].elementSize
        channels[end.channel.index].withEnd(end.isReadable) { $0.buffer?.advance(count, bytes: bytes) }
        let isOver = end.kind == .future || count == 0
        if isOver { channels[end.channel.index].pendingReadable = nil }
        setPending(.copy(.completed, reclaims: !isOver), of: .end(end))
    }

    /// Forgets a channel of which the host has both ends.
    public func remove(_ channel: ChannelID) { channels.remove(channel.index) }
}
