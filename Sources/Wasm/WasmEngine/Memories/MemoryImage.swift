import Atomics
import CMemoryPages
import NIOConcurrencyHelpers

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a memory of a module holds when an instance begins, and the slots that wait to hold it again.
///
/// Active data segments are taken out of a module when it is compiled and put into a file in memory, which slots show
/// page by page until a guest writes to them.
@safe final class MemoryImage: Sendable {
    /// The memory's size when an instance begins, in bytes.
    let minimumBytes: Int
    /// The pages that the file covers, as offsets in the memory. Everything else is zero.
    let pages: Range<Int>

    private let memories: LinearMemories
    private let file: CInt
    nonisolated(unsafe) private let content: UnsafeMutableRawPointer?
    // One for each thread, or nearly: a slot goes on where its pages are in the caches.
    private let idle: [NIOLockedValueBox<Idle>]

    private static let shards = 8

    /// Slots that wait. The last that came is the first that goes, so those at the front wait longest.
    private struct Idle {
        var slots: [MemorySlot] = []
        /// How many of them, from the front on, hold no pages.
        var coldCount = 0
        /// Whether no instance will want one any more.
        private var isClosed = false

        mutating func takeLast() -> MemorySlot? {
            let slot = slots.popLast()
            coldCount = min(coldCount, slots.count)
            return slot
        }

        mutating func takeLongestWarm() -> MemorySlot? {
            coldCount < slots.count ? slots.remove(at: coldCount) : nil
        }

        /// False where nobody will want it.
        mutating func add(_ slot: MemorySlot) -> Bool {
            if !isClosed { slots.append(slot) }
            return !isClosed
        }

        /// False where nobody will want it.
        mutating func addCold(_ slot: MemorySlot) -> Bool {
            guard !isClosed else { return false }
            slots.insert(slot, at: 0)
            coldCount += 1
            return true
        }

        /// Takes all, and takes none any more.
        mutating func close() -> [MemorySlot] {
            isClosed = true
            coldCount = 0
            defer { slots = [] }
            return slots
        }
    }

    /// - Throws: ``EngineError`` with code `exhausted` when the system has no room for the file.
    init(_ start: MemoryStart, memories: LinearMemories) throws {
        self.memories = memories
        minimumBytes = start.minimumBytes
        idle = (0..<Self.shards).map { _ in NIOLockedValueBox(Idle()) }
        let pages = start.pages
        self.pages = pages
        guard !pages.isEmpty else {
            file = -1
            unsafe content = nil
            return
        }
        file = martlet_pages_file(pages.count)
        guard file >= 0,
            let content = unsafe mmap(nil, pages.count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0),
            unsafe content != MAP_FAILED
        else {
            if file >= 0 { close(file) }
            let reason = unsafe String(cString: strerror(errno))
            throw EngineError(
                .exhausted,
                "The system has no room for \(pages.count) bytes that a guest's memory begins with: \(reason)."
            )
        }
        for segment in start.segments {
            let place = unsafe UnsafeMutableRawBufferPointer(
                start: content + (segment.offset - pages.lowerBound), count: segment.bytes.count)
            unsafe place.copyBytes(from: segment.bytes)
        }
        unsafe mprotect(content, pages.count, PROT_READ)
        unsafe self.content = content
    }

    deinit {
        if let content = unsafe content { unsafe munmap(content, pages.count) }
        if file >= 0 { close(file) }
    }

    // MARK: - Slots

    private var shard: NIOLockedValueBox<Idle> { idle[Int(martlet_thread_number()) % Self.shards] }

    /// A slot that holds what the image says, used before or new.
    func takeSlot(_ place: MemoryPlace) throws(NoRoom) -> MemorySlot {
        if let slot = shard.withLockedValue({ $0.takeLast() }) { return slot }
        return try memories.newSlot(place, for: self)
    }

    /// A slot that nobody uses, to be given up for another image.
    func giveUpSlot() -> MemorySlot? {
        for shard in idle { if let slot = shard.withLockedValue({ $0.takeLast() }) { return slot } }
        return nil
    }

    /// Keeps a slot for the next instance. False when there will be none: it is gone then.
    func keep(_ slot: MemorySlot) -> Bool { shard.withLockedValue { $0.add(slot) } }

    /// The module is gone. Slots keep their image, so idle ones are let go of here; those in use go when they come back.
    func retire() {
        for shard in idle { shard.withLockedValue { $0.close() }.forEach(memories.gone) }
    }

    /// Idle slots that hold pages.
    var warmCount: Int {
        idle.reduce(0) { sum, shard in sum + shard.withLockedValue { $0.slots.count - $0.coldCount } }
    }

    /// Takes the pages of the slot that waits longest. False where none has any.
    func coolSlot() -> Bool {
        for shard in idle {
            guard let slot = shard.withLockedValue({ $0.takeLongestWarm() }) else { continue }
            if !memories.cool(slot) || !shard.withLockedValue({ $0.addCold(slot) }) { memories.gone(slot) }
            return true
        }
        return false
    }

    // MARK: - Content

    /// Makes untouched address space hold the image; `base` is where the memory begins in it.
    func show(in space: AddressSpace, base: Int) -> Bool {
        guard space.allow(true, base..<(base + AddressSpace.wholePages(minimumBytes))) else { return false }
        return space.show(file, count: pages.count, at: base + pages.lowerBound)
    }

    /// Writes what the image holds to pages that a guest has written; `range` is in bytes from the memory's start.
    @unsafe
    func restore(_ range: Range<Int>, of base: UnsafeMutableRawPointer) {
        let shown = range.clamped(to: pages)
        guard let content = unsafe content, !shown.isEmpty else {
            unsafe memset(base + range.lowerBound, 0, range.count)
            return
        }
        unsafe memset(base + range.lowerBound, 0, shown.lowerBound - range.lowerBound)
        unsafe memcpy(
            base + shown.lowerBound, content + (shown.lowerBound - pages.lowerBound), shown.count)
        unsafe memset(base + shown.upperBound, 0, range.upperBound - shown.upperBound)
    }
}
