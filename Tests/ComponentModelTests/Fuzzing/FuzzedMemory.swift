@testable import ComponentModel

/// A guest's memory that a fuzzer filled, and an allocator that may lie.
final class FuzzedMemory: CanonicalMemory {
    private let buffer: UnsafeMutableRawBufferPointer
    private var end: UInt64
    /// Answers of the allocator; an honest one where they are used up.
    private var answers: [UInt64]
    /// How much the fuzzer may make it allocate.
    private static let size = 1 << 14

    init(_ contents: [UInt8], answers: [UInt64] = []) {
        buffer = .allocate(byteCount: Self.size, alignment: 16)
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        buffer.copyBytes(from: contents.prefix(Self.size))
        end = UInt64(contents.count)
        self.answers = answers.reversed()
    }

    deinit { buffer.deallocate() }

    var view: CanonicalMemoryView { CanonicalMemoryView(buffer) }

    func reallocate(
        _ old: UInt64, oldSize: UInt64, alignment: UInt64, newSize: UInt64
    ) throws(CanonicalTrap) -> UInt64 {
        if let answer = answers.popLast() { return answer }
        let place = ValueLayout.align(end, to: alignment)
        let (next, overflow) = place.addingReportingOverflow(newSize)
        guard !overflow, next <= view.count else { throw CanonicalTrap(.guest, "the memory is full") }
        end = next
        if oldSize > 0 { try view.copy(from: view, old, min(oldSize, newSize), to: place) }
        return place
    }
}
