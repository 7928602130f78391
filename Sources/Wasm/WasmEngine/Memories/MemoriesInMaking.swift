import CMemoryPages

/// What the memories of an instance hold that this thread is making. The engine's request for a memory does not say
/// whose it is, but comes within the call that makes the instance.
@safe final class MemoriesInMaking: Sendable {
    private let images: [MemoryImage]
    // The same. An element of an array is counted when it is used, and these are used by all threads.
    private let uncounted: [Unmanaged<MemoryImage>]

    /// - Parameter images: of the memories that the module defines, in order.
    init(_ images: [MemoryImage]) {
        self.images = images
        unsafe uncounted = images.map { unsafe Unmanaged.passUnretained($0) }
    }

    /// The module is gone.
    func retire() { for image in images { image.retire() } }

    /// Runs `body`, which makes an instance of the module.
    @inline(__always)
    func making<Result>(_ body: () throws -> Result) rethrows -> Result {
        let making = unsafe martlet_making()
        // An instance may be made while another one is: its start function calls a host function that does.
        let outer = unsafe making?.pointee
        unsafe making?.pointee = martlet_making_t(
            memories: Unmanaged.passUnretained(self).toOpaque(), made: 0)
        defer { if let outer = unsafe outer { unsafe making?.pointee = outer } }
        return try body()
    }

    /// Gives `body` the image of the next memory, which is to begin with so many bytes; nil for a memory that is no module's,
    /// where `body` is not called.
    static func takingNext(minimumBytes: Int, _ body: (MemoryImage) -> MemorySlot?) -> MemorySlot?? {
        guard let making = unsafe martlet_making(), let memories = unsafe making.pointee.memories else {
            return nil
        }
        let index = unsafe making.pointee.made
        return unsafe Unmanaged<MemoriesInMaking>.fromOpaque(memories)._withUnsafeGuaranteedRef { memories in
            guard index < memories.images.count, memories.images[index].minimumBytes == minimumBytes else {
                return nil
            }
            unsafe making.pointee.made = index + 1
            return unsafe memories.uncounted[index]._withUnsafeGuaranteedRef { .some(body($0)) }
        }
    }
}
