/// A stream or future: the state that its two ends share. Numbers are of a store.
public struct ChannelID: Sendable, Hashable {
    package let index: UInt32
}

/// One end of a stream or future in the handle table of an instance.
public struct ChannelEndID: Sendable, Hashable {
    /// The shared state.
    public let channel: ChannelID
    /// Stream or future.
    public let kind: ChannelKind
    /// Which end.
    public let isReadable: Bool

    package init(channel: ChannelID, kind: ChannelKind, isReadable: Bool) {
        self.channel = channel
        self.kind = kind
        self.isReadable = isReadable
    }

    var name: String { "\(isReadable ? "readable" : "writable") end of a \(kind)" }
}

/// A call that an instance has started and that may not be over. Numbers are of a store.
public struct SubtaskID: Sendable, Hashable {
    let index: UInt32
}

/// A set of waitables. Numbers are of a store.
public struct WaitableSetID: Sendable, Hashable {
    let index: UInt32
}

/// An error context. Numbers are of a store.
public struct ErrorContextID: Sendable, Hashable {
    let index: UInt32
}
