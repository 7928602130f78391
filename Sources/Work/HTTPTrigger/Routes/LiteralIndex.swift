/// Finds routes without parameters by their bytes: an open hash table over a prefix-free copy of the texts.
struct LiteralIndex: Sendable {
    private let texts: [[UInt8]?]
    /// Positions in `texts` plus one; zero is free. The size is a power of two, at most half of it in use.
    private let slots: [Int]

    /// Indexes the texts that are present. Of equal texts the first is found.
    init(_ texts: [[UInt8]?]) {
        var size = 2
        while size < texts.count * 2 { size *= 2 }
        var slots = [Int](repeating: 0, count: size)
        for (position, text) in texts.enumerated() {
            guard let text else { continue }
            var slot = Self.hash(text.span, in: 0..<text.count) & (size - 1)
            while slots[slot] != 0, texts[slots[slot] - 1] != text { slot = (slot + 1) & (size - 1) }
            if slots[slot] == 0 { slots[slot] = position + 1 }
        }
        self.texts = texts
        self.slots = slots
    }

    /// The position of the text that equals the part `range` of a path.
    func find(_ path: borrowing Span<UInt8>, in range: Range<Int>) -> Int? {
        var slot = Self.hash(path, in: range) & (slots.count - 1)
        while slots[slot] != 0 {
            if let text = texts[slots[slot] - 1], Self.equal(text, path, in: range) { return slots[slot] - 1 }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private static func equal(_ text: [UInt8], _ path: borrowing Span<UInt8>, in range: Range<Int>) -> Bool {
        guard text.count == range.count else { return false }
        for offset in 0..<text.count where path[range.lowerBound + offset] != text[offset] { return false }
        return true
    }

    /// FNV-1a. The keys are the author's, so a client cannot fill the table with collisions.
    private static func hash(_ bytes: borrowing Span<UInt8>, in range: Range<Int>) -> Int {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in range { value = (value ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: value ^ (value >> 32))
    }
}
