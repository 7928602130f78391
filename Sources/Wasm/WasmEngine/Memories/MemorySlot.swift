import CMemoryPages

/// What the engine asks of a linear memory.
struct MemoryPlace {
    /// Address space for it, in bytes: what compiled code may address, however little of it may be used.
    var bytes: Int
    /// Before and after it: what compiled code may touch and must find forbidden.
    var guardBytes: Int
    /// The most bytes that it may grow to, if there are so many.
    var capacity: Int
    /// Whether its place may change when it grows.
    var mayMove: Bool
}

/// Address space for one linear memory, with what the guest that has it may touch.
@safe final class MemorySlot: Sendable {
    let owner: LinearMemories
    let space: AddressSpace
    /// Where the memory begins: the guard before it is as large as that after it.
    let base: Int
    /// The most bytes it can grow to.
    let capacity: Int
    /// Whether the engine's code looks for the memory's place anew after each call.
    let mayMove: Bool

    /// What the memory begins with. For good, although it is used by one instance after the other: nothing that all threads
    /// share is counted for each of them.
    private let image: MemoryImage?
    // The same, for those who only look.
    let uncountedImage: Unmanaged<MemoryImage>?

    // Belongs to one thread at a time: that of the instance, then whoever takes it from the image.
    @safe nonisolated(unsafe) var byteCount = 0
    /// Where the memory begins now.
    private(set) nonisolated(unsafe) var start: UnsafeMutableRawPointer
    @safe private nonisolated(unsafe) var windows: MemoryWindows?
    /// Bytes of pages that stay with the slot between two guests.
    @safe nonisolated(unsafe) var keptBytes = 0
    @safe private nonisolated(unsafe) var uses = 0
    @safe private nonisolated(unsafe) var known = KnownPages()
    @safe private nonisolated(unsafe) var held = HeldPages()
    @safe private nonisolated(unsafe) var userThread: UInt32 = .max
    /// Whether the system refused something, so that nobody knows what the memory holds, or shows.
    @safe private nonisolated(unsafe) var isLost = false

    // Pages that one guest touched and others do not are found by giving all back now and then.
    private static let usesBetweenCleanings = 1_024

    // Up to here writing everything costs less than asking what was written, where the system does not tell it quickly.
    private static let smallBytes = 64 << 10

    init?(owner: LinearMemories, image: MemoryImage?, _ place: MemoryPlace) {
        guard let space = AddressSpace(count: place.bytes + 2 * place.guardBytes) else { return nil }
        self.owner = owner
        self.image = image
        unsafe uncountedImage = image.map { unsafe Unmanaged.passUnretained($0) }
        self.space = space
        base = place.guardBytes
        capacity = min(place.bytes, place.capacity)
        mayMove = place.mayMove
        unsafe start = space.start + base
    }

    /// Whether to grow is to move.
    var hasWindows: Bool { windows != nil }
    /// Whether it is larger than an instance begins with.
    var hasGrown: Bool { image.map { byteCount != $0.minimumBytes } ?? true }

    /// Grows what may be touched to `count` bytes. False when that is too much.
    func grow(to count: Int) -> Bool {
        guard count >= byteCount, count <= capacity else { return false }
        if let windows {
            guard windows.grow(to: count) else {
                isLost = true
                return false
            }
            unsafe start = windows.start
            byteCount = count
            return true
        }
        let old = AddressSpace.wholePages(byteCount)
        guard space.allow(true, (base + old)..<(base + AddressSpace.wholePages(count))) else {
            isLost = true
            return false
        }
        byteCount = count
        return true
    }

    /// A guest gets the memory, on this thread.
    func begin() { userThread = martlet_thread_number() }

    /// Makes the memory what its image says, after a guest. False when the system refuses; nobody may get it then, nor
    /// try once more, for what it holds is not known.
    ///
    /// - Parameter residentBytesMax: how much of what was written is put back in place; the rest goes back to the system.
    func reset(to image: MemoryImage, _ written: WrittenPages, residentBytesMax: Int) -> Bool {
        guard !isLost else { return false }
        let used = AddressSpace.wholePages(byteCount)
        keptBytes = 0
        uses += 1
        let isCleaning = uses % Self.usesBetweenCleanings == 0
        // Page faults are counted for each thread.
        let isHere = userThread == martlet_thread_number()
        if let windows {
            let kept = windows.reset(
                to: image, used: used, residentBytesMax: residentBytesMax, isCleaning: isCleaning,
                mayKnow: isHere)
            unsafe start = windows.start
            isLost = kept == nil
            keptBytes = kept ?? 0
        } else {
            if isCleaning || !isHere { known.forget() }
            let minimum = AddressSpace.wholePages(image.minimumBytes)
            isLost =
                !putBack(image, written, used, residentBytesMax, isCleaning: isCleaning)
                || used > minimum && !space.allow(false, (base + minimum)..<(base + used))
        }
        byteCount = image.minimumBytes
        return !isLost
    }

    private func putBack(
        _ image: MemoryImage, _ written: WrittenPages, _ used: Int, _ residentBytesMax: Int, isCleaning: Bool
    ) -> Bool {
        let restored =
            isCleaning
            ? 0 : putBack(image, written, used, residentBytesMax & ~(AddressSpace.pageBytes - 1))
        keptBytes = restored == used ? held.bytes(afterUse: used, kept: keptBytes) : keptBytes
        if restored == used, keptBytes <= residentBytesMax { return true }
        // With what larger guests have left.
        let end = max(used, held.end)
        let first = restored == used ? 0 : restored
        if first == 0 { keptBytes = 0 }
        known.forget()
        held.shrink(to: first, bytes: keptBytes)
        return space.forget((base + first)..<(base + end))
    }

    /// Makes it a memory that moves when it grows, holding what its image says. False when the system refuses; nobody may get
    /// it then.
    func open(for image: MemoryImage) -> Bool {
        guard !isLost else { return false }
        windows = MemoryWindows(space, base: base, for: image)
        byteCount = image.minimumBytes
        keptBytes = windows == nil ? 0 : image.pages.count
        isLost = windows == nil
        return !isLost
    }

    /// Gives the pages of a slot that was reset back to the system. False when it refuses; nobody may get it then.
    func cool() -> Bool {
        keptBytes = 0
        known.forget()
        // Its image would be in pages of its own again at once.
        if hasWindows { return false }
        let end = max(AddressSpace.wholePages(byteCount), held.end)
        held.shrink(to: 0, bytes: 0)
        isLost = !space.forget(base..<(base + end))
        return !isLost
    }

    /// Puts back what was written, as much as may stay resident.
    ///
    /// - Returns: up to where the memory is what its image says; what comes after has to go back to the system at once, for
    ///   a guest may have written every other page of it.
    private func putBack(
        _ image: MemoryImage, _ written: WrittenPages, _ used: Int, _ residentBytesMax: Int
    ) -> Int {
        if written.method != .scan, used <= min(Self.smallBytes, residentBytesMax) {
            unsafe image.restore(0..<used, of: start)
            keptBytes = used
            return used
        }
        var restored = used
        // Not counted for the closures either.
        let image = unsafe Unmanaged.passUnretained(image)
        let isKnownAlready = known.each(upTo: used, bytesMax: residentBytesMax) { range in
            unsafe image._withUnsafeGuaranteedRef { unsafe $0.restore(range, of: start) }
            keptBytes += range.count
        }
        if isKnownAlready { return used }
        known.forget()
        let isKnown = unsafe written.each(from: start, count: used) { range in
            let end = min(range.upperBound, range.lowerBound + residentBytesMax - keptBytes)
            unsafe image._withUnsafeGuaranteedRef { unsafe $0.restore(range.lowerBound..<end, of: start) }
            keptBytes += end - range.lowerBound
            known.note(range)
            if end < range.upperBound { restored = end }
            return end == range.upperBound
        }
        if isKnown {
            if restored == used { known.finish(at: used) } else { known.forget() }
            return restored
        }
        known.forget()
        keptBytes = 0
        return 0
    }
}
