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
    private let idle: [NIOLockedValueBox<Shelf>]

    /// Slots that nobody uses.
    private struct Shelf: Sendable {
        var slots: [MemorySlot] = []
        var isClosed = false
    }

    private static let shards = 8

    /// - Throws: ``EngineError`` with code `exhausted` when the system has no room for the file.
    init(_ start: MemoryStart, memories: LinearMemories) throws {
        self.memories = memories
        minimumBytes = start.minimumBytes
        idle = (0..<Self.shards).map { _ in NIOLockedValueBox(Shelf()) }
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

    private var shard: NIOLockedValueBox<Shelf> { idle[Int(martlet_thread_number()) % Self.shards] }

    /// A slot that holds what the image says, used before or new; nil when the engine has no more.
    func takeSlot(reserving bytes: Int, guardBytes: Int) -> MemorySlot? {
        shard.withLockedValue { $0.slots.popLast() }
            ?? memories.newSlot(reserving: bytes, guardBytes: guardBytes, for: self)
    }

    /// A slot that nobody uses, to be given up for another image.
    func giveUpSlot() -> MemorySlot? {
        for shard in idle { if let slot = shard.withLockedValue({ $0.slots.popLast() }) { return slot } }
        return nil
    }

    /// Keeps a slot for the next instance; false when there will be none.
    func keep(_ slot: MemorySlot) -> Bool {
        shard.withLockedValue { shelf in
            if shelf.isClosed { return false }
            shelf.slots.append(slot)
            return true
        }
    }

    /// The module is gone. Slots keep their image, so idle ones are let go of here; those in use go when they come back.
    func retire() {
        for shard in idle {
            let slots = shard.withLockedValue { shelf in
                shelf.isClosed = true
                defer { shelf.slots = [] }
                return shelf.slots
            }
            slots.forEach(memories.gone)
        }
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
