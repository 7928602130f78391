import NIOCore

/// Memory that a response head is written to: room is made once, then bytes are only copied.
///
/// Writing a head piece by piece into a `ByteBuffer` asks a dozen times whether the buffer is shared and large enough.
@safe struct HeadBytes: ~Copyable {
    private let bytes: UnsafeMutableRawBufferPointer
    /// Bytes written.
    private(set) var count = 0

    /// Writes to `bytes`, which must outlive this.
    @unsafe
    fileprivate init(_ bytes: UnsafeMutableRawBufferPointer) { unsafe self.bytes = bytes }

    /// Appends a text.
    @inline(__always)
    mutating func append(_ text: StaticString) {
        unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a text.
    @inline(__always)
    mutating func append(_ text: String) {
        var text = text
        // `withUTF8` cannot be given the method itself: `self` is changed.
        text.withUTF8 { utf8 in unsafe append(UnsafeRawBufferPointer(utf8)) }
    }

    /// Appends a text of allowed bytes only; false, and nothing appended, where there are others.
    @inline(__always)
    mutating func append(_ text: String, allowing isAllowed: (UInt8) -> Bool) -> Bool {
        let start = count
        append(text)
        for index in start..<count where unsafe !isAllowed(bytes[index]) {
            count = start
            return false
        }
        return true
    }

    /// Appends allowed bytes; false, and nothing appended, where there are others.
    mutating func append(_ bytes: [UInt8], allowing isAllowed: (UInt8) -> Bool) -> Bool {
        guard bytes.allSatisfy(isAllowed) else { return false }
        for byte in bytes { append(byte: byte) }
        return true
    }

    /// Appends a number in decimal digits.
    mutating func append(_ number: Int) {
        precondition(number >= 0, "a head has no negative numbers")
        var digits: [20 of UInt8] = .init(repeating: 0)
        var (rest, first) = (number, 20)
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        for index in first..<20 { append(byte: digits[index]) }
    }

    /// Forgets what was appended after the first `count` bytes.
    mutating func rewind(to count: Int) { self.count = min(count, self.count) }

    private mutating func append(byte: UInt8) {
        // The room was counted by whoever made it; a miscount must not write past its end.
        unsafe precondition(count < bytes.count, "a head is longer than its room")
        unsafe bytes[count] = byte
        count += 1
    }

    @inline(__always)
    private mutating func append(_ piece: UnsafeRawBufferPointer) {
        unsafe precondition(piece.count <= bytes.count - count, "a head is longer than its room")
        guard let source = piece.baseAddress, let target = unsafe bytes.baseAddress else { return }
        unsafe (target + count).copyMemory(from: source, byteCount: piece.count)
        count += piece.count
    }
}

extension ByteBuffer {
    /// Appends what `write` writes, at most `room` bytes; nothing where it answers false.
    mutating func writeHead(room: Int, _ write: (inout HeadBytes) -> Bool) {
        // The bytes are used inside the closure only, and as many as the buffer made room for.
        unsafe writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
            var head = unsafe HeadBytes(bytes)
            return write(&head) ? head.count : 0
        }
    }
}
