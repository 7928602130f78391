/// Reads the primitive productions of the binary format from a stretch of an array.
///
/// Every read is checked against the end of the stretch; offsets in errors are those of the array.
struct BinaryReader {
    let bytes: [UInt8]
    private(set) var offset: Int
    private(set) var end: Int

    init(_ bytes: [UInt8], range: Range<Int>) {
        self.bytes = bytes
        self.offset = range.lowerBound
        self.end = range.upperBound
    }

    var isAtEnd: Bool { offset == end }
    var remaining: Int { end - offset }

    /// Narrows the stretch to the next `length` bytes; the caller gives back the old end with `leave`.
    mutating func enter(_ length: Int, _ what: @autoclosure () -> String) throws(ComponentModelError) -> Int {
        guard length <= remaining else {
            throw ComponentModelError(
                code: .unexpectedEnd, message: "\(what()) of \(length) bytes goes past the end",
                offset: offset)
        }
        let outer = end
        end = offset + length
        return outer
    }

    mutating func leave(to outer: Int) {
        offset = end
        end = outer
    }

    mutating func skip(_ length: Int) throws(ComponentModelError) {
        guard length <= remaining else { throw endError() }
        offset += length
    }

    func peek() throws(ComponentModelError) -> UInt8 {
        guard offset < end else { throw endError() }
        return bytes[offset]
    }

    mutating func byte() throws(ComponentModelError) -> UInt8 {
        guard offset < end else { throw endError() }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// A byte that is 0 or 1.
    mutating func flag(_ what: @autoclosure () -> String) throws(ComponentModelError) -> Bool {
        let value = try byte()
        guard value <= 1 else { throw malformedByte(value, what()) }
        return value == 1
    }

    /// `u32` in LEB128: at most five bytes, no bits beyond the 32nd.
    mutating func u32() throws(ComponentModelError) -> UInt32 {
        let first = try byte()
        if first < 0x80 { return UInt32(first) }
        return UInt32(try longUnsigned(first: first, bits: 32))
    }

    /// `u64` in LEB128.
    mutating func u64() throws(ComponentModelError) -> UInt64 {
        let first = try byte()
        if first < 0x80 { return UInt64(first) }
        return try longUnsigned(first: first, bits: 64)
    }

    private mutating func longUnsigned(first: UInt8, bits: UInt64) throws(ComponentModelError) -> UInt64 {
        var result = UInt64(first & 0x7f)
        var shift: UInt64 = 7
        while true {
            let next = try byte()
            result |= UInt64(next & 0x7f) << shift
            if shift + 7 > bits, next >> UInt8(bits - shift) != 0 {
                throw .malformed("an integer is longer than \(bits) bits", at: offset - 1)
            }
            shift += 7
            if next < 0x80 { return result }
        }
    }

    /// A signed LEB128 number of up to `bits` bits.
    mutating func signed(bits: Int) throws(ComponentModelError) -> Int64 {
        var result: Int64 = 0
        var shift = 0
        while true {
            let next = try byte()
            result |= Int64(next & 0x7f) << Int64(shift)
            let left = bits - shift
            if left < 7 {
                // What is above the number's own bits must repeat its sign.
                let high = Int8(bitPattern: next << 1) >> Int8(left)
                guard next < 0x80, high == 0 || high == -1 else {
                    throw .malformed("an integer is longer than \(bits) bits", at: offset - 1)
                }
                return signExtend(result, shift: shift + left)
            }
            shift += 7
            if next < 0x80 { return signExtend(result, shift: shift) }
        }
    }

    private func signExtend(_ value: Int64, shift: Int) -> Int64 {
        let unused = Int64(max(0, 64 - shift))
        return (value << unused) >> unused
    }

    /// A count that announces elements. Not larger than `limit`; memory is set aside only as elements arrive.
    mutating func count(_ limit: Int, _ what: @autoclosure () -> String) throws(ComponentModelError) -> Int {
        let start = offset
        let count = Int(try u32())
        guard count <= limit else { throw .limit("\(what()): \(count) are more than \(limit)", at: start) }
        return count
    }

    /// A name: a length and that many bytes of UTF-8.
    mutating func string(limit: Int) throws(ComponentModelError) -> String {
        let start = offset
        let length = Int(try u32())
        guard length <= limit else {
            throw .limit("a name of \(length) bytes is longer than \(limit) bytes", at: start)
        }
        guard length <= remaining else { throw endError() }
        guard let string = String(validating: bytes[offset..<offset + length], as: UTF8.self) else {
            throw .malformed("a name is not UTF-8 (malformed UTF-8 encoding)", at: start)
        }
        offset += length
        return string
    }

    func endError() -> ComponentModelError {
        ComponentModelError(code: .unexpectedEnd, message: "unexpected end of the binary", offset: end)
    }

    /// The byte just read stands for nothing here.
    func malformedByte(_ value: UInt8, _ what: String) -> ComponentModelError {
        .malformed("0x\(String(value, radix: 16)) is no \(what)", at: offset - 1)
    }
}
