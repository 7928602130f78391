import CMemoryPages

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Tells which pages of a range were written, so that only those are put back between two guests.
@safe final class WrittenPages: Sendable {
    /// How the system can be asked.
    enum Method: Sendable, CaseIterable {
        /// `PAGEMAP_SCAN`: Linux 6.7 and later.
        case scan
        /// An entry for each page is read: Linux, where the process may read its page map.
        case read
        /// It cannot be asked: whole memories are given back to the system.
        case none
    }

    let method: Method
    private let map: CInt

    /// - Parameter best: the method to use, if the system has it; tests take the others too.
    init(_ best: Method = .scan) {
        let map = best == .none ? -1 : martlet_pages_open_map()
        self.map = map
        if map < 0 {
            method = .none
        } else {
            method = best == .scan && martlet_pages_can_scan(map) != 0 ? .scan : .read
        }
    }

    deinit { if map >= 0 { close(map) } }

    // How many ranges are looked for at once.
    private static let rangesAtOnce = 64

    /// Calls `body` with each run of written pages between two addresses, as offsets from the first, until it answers
    /// false.
    ///
    /// - Returns: false when the system would not tell; anything may have been written then.
    func each(
        from start: UnsafeMutableRawPointer, count: Int, _ body: (Range<Int>) -> Bool
    ) -> Bool {
        guard method != .none else { return false }
        let first = UInt64(UInt(bitPattern: start))
        let end = first + UInt64(count)
        var position = first
        return unsafe withUnsafeTemporaryAllocation(
            of: martlet_page_range_t.self, capacity: Self.rangesAtOnce
        ) { ranges in
            while position < end {
                var walked: UInt64 = 0
                let found =
                    method == .scan
                    ? unsafe martlet_pages_scan(map, position, end, ranges.baseAddress, ranges.count, &walked)
                    : unsafe martlet_pages_read(map, position, end, ranges.baseAddress, ranges.count, &walked)
                guard found >= 0, found <= ranges.count, walked > position, walked <= end else {
                    return false
                }
                for index in 0..<found {
                    let range = unsafe ranges[index]
                    guard range.start >= position, range.start <= range.end, range.end <= end else {
                        return false
                    }
                    guard body(Int(range.start - first)..<Int(range.end - first)) else { return true }
                }
                position = walked
            }
            return true
        }
    }
}
