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
            memories: Unmanaged.passUnretained(self).toOpaque(), made: 0, slots: (nil, nil, nil, nil))
        defer { if let outer = unsafe outer { unsafe making?.pointee = outer } }
        return try body()
    }

    /// The slots of the instance's memories, in order, once it was made: to be asked for within ``making(_:)``. Nil where
    /// there are others than the module's, or too many.
    func madeSlots() -> [Unmanaged<MemorySlot>]? {
        guard let making = unsafe martlet_making(), unsafe making.pointee.made == images.count,
            images.count <= Int(MARTLET_MAKING_SLOTS)
        else { return nil }
        return unsafe withUnsafeBytes(of: &making.pointee.slots) { bytes in
            let slots = unsafe bytes.bindMemory(to: UnsafeMutableRawPointer?.self).prefix(images.count)
            let found = unsafe slots.compactMap {
                unsafe $0.map { unsafe Unmanaged<MemorySlot>.fromOpaque($0) }
            }
            return unsafe found.count == images.count ? found : nil
        }
    }

    /// The memory that was asked for last has this slot.
    static func made(_ slot: MemorySlot) {
        guard let making = unsafe martlet_making(), case let index = unsafe Int(making.pointee.made) - 1,
            index >= 0, index < Int(MARTLET_MAKING_SLOTS)
        else { return }
        unsafe withUnsafeMutableBytes(of: &making.pointee.slots) { bytes in
            unsafe bytes.storeBytes(
                of: Unmanaged.passUnretained(slot).toOpaque(),
                toByteOffset: index * MemoryLayout<UnsafeMutableRawPointer?>.stride,
                as: UnsafeMutableRawPointer?.self)
        }
    }

    /// What the engine asks for.
    @safe enum Next {
        case image(Unmanaged<MemoryImage>)
        /// A memory that is not of the module in making, or of none that has images.
        case other
        /// Not what the module's next memory is: whatever it is, it must not go without its data.
        case unexpected
    }

    /// The next memory of the instance in making, which is to begin with so many bytes.
    static func next(minimumBytes: Int) -> Next {
        guard let making = unsafe martlet_making(), let memories = unsafe making.pointee.memories else {
            return .other
        }
        let index = unsafe making.pointee.made
        return unsafe Unmanaged<MemoriesInMaking>.fromOpaque(memories)._withUnsafeGuaranteedRef { memories in
            guard index < memories.images.count else { return .other }
            let image = unsafe memories.uncounted[index]
            guard unsafe image._withUnsafeGuaranteedRef({ $0.minimumBytes }) == minimumBytes else {
                // The heap of garbage-collected objects is a memory too, and begins with nothing.
                return minimumBytes == 0 ? .other : .unexpected
            }
            unsafe making.pointee.made = index + 1
            return unsafe .image(image)
        }
    }
}
