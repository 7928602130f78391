#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A range of address space. Whoever made it decides which of its pages may be touched.
@safe final class AddressSpace: Sendable {
    nonisolated(unsafe) let start: UnsafeMutableRawPointer
    let count: Int

    /// The size of a page, in bytes.
    static let pageBytes = Int(sysconf(Int32(_SC_PAGESIZE)))

    /// Reserves `count` bytes that nobody may touch; nil when the system has none left.
    init?(count: Int) {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let start = unsafe mmap(nil, count, PROT_NONE, flags, -1, 0), unsafe start != MAP_FAILED else {
            return nil
        }
        unsafe self.start = start
        self.count = count
        #if os(Linux)
            // A huge page would have to be cleared for a guest that writes one byte.
            unsafe madvise(start, count, MADV_NOHUGEPAGE)
        #endif
    }

    deinit { unsafe munmap(start, count) }

    /// The first multiple of the page size that is not below `count`.
    static func wholePages(_ count: Int) -> Int { (count + pageBytes - 1) & ~(pageBytes - 1) }

    /// Lets the pages of a range be read and written, or forbids it. False when the system refuses.
    func allow(_ isAllowed: Bool, _ range: Range<Int>) -> Bool {
        if range.isEmpty { return true }
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return unsafe mprotect(
            start + range.lowerBound, range.count, isAllowed ? PROT_READ | PROT_WRITE : PROT_NONE) == 0
    }

    /// Shows a file's bytes from `offset` on, each page of it until it is written. False when the system refuses.
    func show(_ file: CInt, count: Int, at offset: Int) -> Bool {
        if count == 0 { return true }
        precondition(offset >= 0 && count <= self.count - offset)
        let flags = MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE
        let shown = unsafe mmap(start + offset, count, PROT_READ | PROT_WRITE, flags, file, 0)
        return unsafe shown != MAP_FAILED
    }

    /// Shows a file's bytes from `offset` on, written ones too; those up to `allowed` may be touched. False when the system
    /// refuses.
    func share(_ file: CInt, count: Int, at offset: Int, allowing allowed: Int) -> Bool {
        precondition(offset >= 0 && count <= self.count - offset && allowed <= count)
        let flags = MAP_SHARED | MAP_FIXED | MAP_NORESERVE
        let shown = unsafe mmap(start + offset, count, PROT_NONE, flags, file, 0)
        guard unsafe shown != MAP_FAILED else { return false }
        return allow(true, offset..<(offset + allowed))
    }

    /// Gives back what was written to the pages of a range: they are zero again, or what their file holds. False where
    /// the system does not promise that.
    func forget(_ range: Range<Int>) -> Bool {
        if range.isEmpty { return true }
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        #if os(Linux)
            return unsafe madvise(start + range.lowerBound, range.count, MADV_DONTNEED) == 0
        #else
            return false
        #endif
    }
}
