/// Address space for one linear memory, with what the guest that has it may touch.
@safe final class MemorySlot: Sendable {
    let owner: LinearMemories
    let space: AddressSpace
    /// Where the memory begins: the guard before it is as large as that after it.
    let base: Int
    /// The most bytes it can grow to.
    let capacity: Int

    /// What the memory begins with. For good, although it is used by one instance after the other: nothing that all threads
    /// share is counted for each of them.
    private let image: MemoryImage?
    // The same, for those who only look.
    let uncountedImage: Unmanaged<MemoryImage>?

    // Belongs to one thread at a time: that of the instance, then whoever takes it from the image.
    @safe nonisolated(unsafe) var byteCount = 0
    /// Bytes of pages that stay with the slot between two guests.
    @safe nonisolated(unsafe) var keptBytes = 0
    @safe private nonisolated(unsafe) var uses = 0

    // Pages that one guest touched and others do not are found by giving all back now and then.
    private static let usesBetweenCleanings = 1_024

    // Up to here writing everything costs less than asking what was written.
    private static let smallBytes = 64 << 10

    init?(owner: LinearMemories, image: MemoryImage?, reserving bytes: Int, guardBytes: Int) {
        guard let space = AddressSpace(count: bytes + 2 * guardBytes) else { return nil }
        self.owner = owner
        self.image = image
        unsafe uncountedImage = image.map { unsafe Unmanaged.passUnretained($0) }
        self.space = space
        base = guardBytes
        capacity = bytes
    }

    var start: UnsafeMutableRawPointer { unsafe space.start + base }

    /// Grows what may be touched to `count` bytes. False when that is too much.
    func grow(to count: Int) -> Bool {
        guard count >= byteCount, count <= capacity else { return false }
        let old = AddressSpace.wholePages(byteCount)
        guard space.allow(true, (base + old)..<(base + AddressSpace.wholePages(count))) else { return false }
        byteCount = count
        return true
    }

    /// Makes the memory what its image says again, after a guest. False when the system refuses; nobody may get it then.
    ///
    /// - Parameter residentBytesMax: how much of what was written is put back in place, in whole pages; the rest goes back to
    ///   the system.
    func reset(to image: MemoryImage, _ written: WrittenPages, residentBytesMax: Int) -> Bool {
        let used = AddressSpace.wholePages(byteCount)
        let minimum = AddressSpace.wholePages(image.minimumBytes)
        uses += 1
        let isCleaning = uses % Self.usesBetweenCleanings == 0
        keptBytes = 0
        let residentBytesMax = residentBytesMax & ~(AddressSpace.pageBytes - 1)
        var isWell = true
        var isKnown = !isCleaning
        if isKnown, used <= Self.smallBytes, used <= residentBytesMax {
            isWell = restore(0..<used, image, residentBytesMax)
        } else if isKnown {
            isKnown = unsafe written.each(from: start, count: used) { range in
                isWell = restore(range, image, residentBytesMax) && isWell
            }
        }
        if !isKnown {
            keptBytes = 0
            isWell = space.forget(base..<(base + used))
        }
        if used > minimum { isWell = space.allow(false, (base + minimum)..<(base + used)) && isWell }
        byteCount = image.minimumBytes
        return isWell
    }

    /// Puts pages back that were written, as far as they may stay resident. False when the system refuses to take the rest.
    private func restore(_ range: Range<Int>, _ image: MemoryImage, _ residentBytesMax: Int) -> Bool {
        let kept = range.lowerBound..<min(range.upperBound, range.lowerBound + residentBytesMax - keptBytes)
        unsafe image.restore(kept, of: start)
        keptBytes += kept.count
        guard kept.upperBound < range.upperBound else { return true }
        return space.forget((base + kept.upperBound)..<(base + range.upperBound))
    }
}
