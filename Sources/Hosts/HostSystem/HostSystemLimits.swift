/// What a guest may make the host system hold or do at once, and why each number is what it is.
public struct HostSystemLimits: Sendable, Equatable {
    /// Descriptors open at once in one instance, the standard three and the preopened folders included. Each one opened
    /// by the guest holds a descriptor of the process.
    public var descriptors = 256

    /// Sockets open at once in one instance, accepted ones included. Each holds a descriptor of the process.
    public var sockets = 128

    /// Bytes of one path. Linux refuses 4,096 itself.
    public var pathBytes = 4_096

    /// Folders deep that a path may go where folders are walked one by one (no `openat2`): each is held open for the
    /// time of the walk.
    public var pathDepth = 128

    /// Symbolic links followed in one path; Linux's own number.
    public var symbolicLinks = 40

    /// Vectors in one read or write; `IOV_MAX` of Linux.
    public var vectors = 1_024

    /// Bytes of a file moved in one piece: what one call can hold in host memory, and how long a call keeps the event
    /// loop from others.
    public var transferBytes = 256 * 1_024

    /// Bytes of folder entries taken from the system in one piece.
    public var directoryChunkBytes = 32 * 1_024

    /// Random bytes that one call gives where the host has to hold them all.
    public var randomBytes = 16 << 20

    /// Subscriptions of one poll.
    public var subscriptions = 1_024

    /// Bytes of all arguments, and of all environment variables, with their terminators.
    public var stringBytes = 1 << 20

    /// Arguments, and environment variables.
    public var strings = 4_096

    /// The defaults.
    public init() {}
}
