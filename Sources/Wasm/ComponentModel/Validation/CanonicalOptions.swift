/// The encodings of strings in guest memory.
public enum StringEncoding: Sendable, Hashable {
    /// UTF-8.
    case utf8
    /// UTF-16, little endian.
    case utf16
    /// Latin-1, or UTF-16 where a tag in the length says so.
    case latin1UTF16
}

/// The options of a canonical definition, checked. Indices are of the component around the definition.
public struct CanonicalOptions: Sendable, Hashable {
    /// How strings are stored.
    public var stringEncoding = StringEncoding.utf8
    /// The core memory, if one is given.
    public var memory: UInt32?
    /// The width of its addresses.
    public var pointerWidth = PointerWidth.bits32
    /// The core function that allocates.
    public var realloc: UInt32?
    /// The core function that frees results of a lifted call.
    public var postReturn: UInt32?
    /// Whether the async form of the ABI is used.
    public var isAsync = false
    /// The core function that is called with events.
    public var callback: UInt32?

    init() {}
}
