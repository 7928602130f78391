import CMemoryPages

/// Which pages of a memory have been written, for as long as nobody can have written others.
///
/// A page that is touched for the first time is a page fault of the thread that touches it, also in a call to the system. A
/// memory belongs to one thread from the start of its guest until it is put back. So where that thread has had no fault
/// since the pages were looked for, these are all, and the system need not be asked again, which takes many times as long.
struct KnownPages {
    private static let rangesMax = 16

    private var ranges = InlineArray<16, Range<Int>>(repeating: 0..<0)
    private var count = 0
    /// Up to where was looked, as an offset; nil when nothing is known.
    private var end: Int?
    private var thread: UInt32 = 0
    private var faults: Int64 = 0

    /// Nothing is known any more. What is found from now on may be noted.
    mutating func forget() {
        count = 0
        end = nil
    }

    /// A run of pages was found.
    mutating func note(_ range: Range<Int>) {
        if count < Self.rangesMax { ranges[count] = range }
        count += 1
    }

    /// All runs up to an offset have been noted, and put back by this thread.
    mutating func finish(at end: Int) {
        guard count <= Self.rangesMax else { return forget() }
        faults = martlet_thread_faults()
        thread = martlet_thread_number()
        self.end = Self.areFaultsCounted ? end : nil
    }

    /// Whether the system counts the faults of a thread at all: one that always says the same would make every page a known
    /// one.
    private static let areFaultsCounted: Bool = {
        guard let space = AddressSpace(count: AddressSpace.pageBytes), space.allow(true, 0..<space.count)
        else {
            return false
        }
        let before = martlet_thread_faults()
        unsafe space.start.storeBytes(of: 1, as: UInt8.self)
        return before >= 0 && martlet_thread_faults() > before
    }()

    /// Calls `body` with each run up to an offset. False, and without a call, where they are not known, or are more bytes
    /// than the limit.
    func each(upTo limit: Int, bytesMax: Int, _ body: (Range<Int>) -> Void) -> Bool {
        guard let end, limit <= end, thread == martlet_thread_number() else { return false }
        var bytes = 0
        for index in 0..<count { bytes += ranges[index].clamped(to: 0..<limit).count }
        guard bytes <= bytesMax, faults == martlet_thread_faults() else { return false }
        for index in 0..<count {
            let range = ranges[index].clamped(to: 0..<limit)
            if !range.isEmpty { body(range) }
        }
        return true
    }
}
