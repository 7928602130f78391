import CMemoryPages

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The pages of one linear memory, shown in several places at once, each of which lets another number of them be touched.
///
/// To grow is to go over to another window. Allowing more of the first one, and forbidding it again for the next guest, would
/// be a `mprotect` each, for which the threads of a process wait in line.
///
/// Belongs to one thread at a time.
@safe final class MemoryWindows {
    /// Up to which size a memory may grow in windows, in bytes; one that grows beyond it stays in the window it has, and ends
    /// with its guest.
    static let bytesMax = 16 << 20
    /// Data of an image, in bytes, that each such memory may have a copy of.
    static let imageBytesMax = 256 << 10
    /// Sizes that are remembered, the first one included.
    private static let windowsMax = 6
    /// Runs of pages that are put back one by one. Where there are more, a guest wrote every other page.
    private static let runsMax = 64

    private struct Window {
        let space: AddressSpace
        /// Bytes that may be touched.
        var byteCount: Int
    }

    private let file: CInt
    private let base: Int
    // The first one always allows what an instance begins with.
    private var windows: [Window]
    private var current = 0
    private var known = KnownPages()
    private var held = HeldPages()

    /// Takes a memory over that holds nothing worth keeping: its address space becomes the first window.
    ///
    /// - Parameter base: where the memory begins in its address space, and in that of each other window.
    /// - Returns: nil when the system refuses; the memory is not to be used then.
    init?(_ space: AddressSpace, base: Int, for image: MemoryImage) {
        file = martlet_pages_file(Self.bytesMax)
        self.base = base
        windows = [Window(space: space, byteCount: image.minimumBytes)]
        let minimum = AddressSpace.wholePages(image.minimumBytes)
        guard file >= 0, minimum <= Self.bytesMax,
            space.share(file, count: Self.bytesMax, at: base, allowing: minimum)
        else { return nil }
        unsafe image.restore(image.pages, of: start)
    }

    deinit { if file >= 0 { close(file) } }

    /// Where the memory begins now.
    var start: UnsafeMutableRawPointer { unsafe windows[current].space.start + base }

    /// Makes the memory one of `count` bytes, in another window if it can be. False when the system refuses: what the
    /// windows allow is not known then, and the memory may not be put back.
    func grow(to count: Int) -> Bool {
        // What is beyond the file is shown by this window alone.
        if windows[current].byteCount > Self.bytesMax { return resize(to: count) }
        if let known = windows.indices.dropFirst().first(where: { windows[$0].byteCount == count }) {
            current = known
            return true
        }
        if windows.count < Self.windowsMax, addWindow() {
            current = windows.count - 1
        } else if current == 0 {
            guard windows.count > 1 else { return false }
            current = windows.count - 1
        }
        return resize(to: count)
    }

    private func addWindow() -> Bool {
        guard let space = AddressSpace(count: windows[0].space.count),
            space.share(file, count: Self.bytesMax, at: base, allowing: 0)
        else { return false }
        windows.append(Window(space: space, byteCount: 0))
        return true
    }

    private func resize(to count: Int) -> Bool {
        let window = windows[current]
        let old = base + AddressSpace.wholePages(window.byteCount)
        let new = base + AddressSpace.wholePages(count)
        guard window.space.allow(new > old, min(old, new)..<max(old, new)) else { return false }
        windows[current].byteCount = count
        return true
    }

    /// Makes the memory what its image says, after a guest, and goes back to the first window.
    ///
    /// - Parameters:
    ///   - used: up to where the guest could write, in bytes.
    ///   - residentBytesMax: of how many bytes the pages may stay.
    ///   - isCleaning: whether they are given back in any case, but for those of the image.
    ///   - mayKnow: whether the guest ran on this thread.
    /// - Returns: of how many bytes the pages stayed; nil when the memory is not to be used any more.
    func reset(
        to image: MemoryImage, used: Int, residentBytesMax: Int, isCleaning: Bool, mayKnow: Bool
    ) -> Int? {
        guard used <= Self.bytesMax, image.pages.count <= residentBytesMax else { return nil }
        if !mayKnow { known.forget() }
        let kept = isCleaning ? nil : putBack(image, used, residentBytesMax)
        current = 0
        if let kept, case let all = held.bytes(afterUse: used, kept: kept), all <= residentBytesMax {
            return all
        }
        known.forget()
        held.shrink(to: 0, bytes: 0)
        guard martlet_pages_empty(file, UInt64(Self.bytesMax)) == 0 else { return nil }
        unsafe image.restore(image.pages, of: start)
        return image.pages.count
    }

    /// Puts back the pages that there are, wherever they were written. Nil where these are too many.
    private func putBack(_ image: MemoryImage, _ used: Int, _ residentBytesMax: Int) -> Int? {
        let start = unsafe self.start
        var kept = 0
        let isKnown = known.each(upTo: used, bytesMax: residentBytesMax) { range in
            unsafe image.restore(range, of: start)
            kept += range.count
        }
        if isKnown { return kept }
        known.forget()
        var found = martlet_page_range_t()
        for _ in 0..<Self.runsMax {
            let isFound = unsafe martlet_pages_held(file, found.end, UInt64(used), &found)
            guard isFound >= 0 else { return nil }
            if isFound == 0 {
                known.finish(at: used)
                return kept
            }
            let range = Int(found.start)..<Int(found.end)
            kept += range.count
            guard kept <= residentBytesMax else { return nil }
            unsafe image.restore(range, of: start)
            known.note(range)
        }
        return nil
    }
}
