/// How far up pages of a memory are resident, also those above what the last guest could use: a larger one before it may have
/// left them, clean but there.
struct HeldPages {
    /// No page from here on is resident, as an offset.
    private(set) var end = 0
    private var bytes = 0

    /// - Returns: at most so many bytes are resident after a guest that could use `used` bytes left `kept` of them.
    mutating func bytes(afterUse used: Int, kept: Int) -> Int {
        guard used < end else {
            end = used
            bytes = kept
            return kept
        }
        return min(end, kept + bytes)
    }

    /// What is above has gone back to the system.
    mutating func shrink(to end: Int, bytes: Int) {
        self.end = end
        self.bytes = bytes
    }
}
