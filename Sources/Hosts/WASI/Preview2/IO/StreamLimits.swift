/// What one call on a stream may move or leave behind.
enum StreamLimits {
    /// Bytes that one read gives at most: they are in the host's memory for a moment.
    static let readBytes = 256 << 10
    /// The same for inputs that have no buffers of their own: such a buffer is made for each call.
    static let copiedReadBytes = 64 << 10
    /// Bytes that a stream takes between two flushes of what is behind it: kept by the host where it does not go on.
    static let writeBytes = 256 << 10
    /// The most that `blocking-write-and-flush` takes, says the specification.
    static let blockingWriteBytes = 4_096
}
