/// A module that is not merged: it has something that the merger does not know, or is not valid.
struct Unmergeable: Error {}

/// Reads a core module's binary, bounds-checked.
struct WasmReader {
    let bytes: [UInt8]
    private(set) var offset: Int
    let end: Int

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        offset = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { offset == end }

    mutating func byte() throws(Unmergeable) -> UInt8 {
        guard offset < end else { throw Unmergeable() }
        defer { offset += 1 }
        return bytes[offset]
    }

    func peek() throws(Unmergeable) -> UInt8 {
        guard offset < end else { throw Unmergeable() }
        return bytes[offset]
    }

    mutating func skip(_ count: Int) throws(Unmergeable) {
        guard count >= 0, count <= end - offset else { throw Unmergeable() }
        offset += count
    }

    /// The next stretch of so many bytes.
    mutating func range(_ count: Int) throws(Unmergeable) -> Range<Int> {
        let start = offset
        try skip(count)
        return start..<offset
    }

    /// An unsigned LEB128 number.
    mutating func u32() throws(Unmergeable) -> UInt32 {
        let first = try byte()
        if first < 0x80 { return UInt32(first) }
        var value = UInt64(first & 0x7f)
        for shift in stride(from: UInt64(7), to: 35, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 {
                guard let result = UInt32(exactly: value) else { throw Unmergeable() }
                return result
            }
        }
        throw Unmergeable()
    }

    mutating func count() throws(Unmergeable) -> Int { Int(try u32()) }

    /// Passes a LEB128 number of at most so many bytes.
    mutating func skipNumber(_ bytesMax: Int) throws(Unmergeable) {
        for _ in 0..<bytesMax { if try byte() < 0x80 { return } }
        throw Unmergeable()
    }

    mutating func name() throws(Unmergeable) -> String {
        let range = try range(try count())
        guard let text = String(validating: bytes[range], as: UTF8.self) else { throw Unmergeable() }
        return text
    }

    /// A number or vector type, `funcref` or `externref`: those without an index in them.
    mutating func skipValueType() throws(Unmergeable) {
        switch try byte() {
        case 0x7b...0x7f, 0x70, 0x6f: break
        default: throw Unmergeable()
        }
    }
}

extension [UInt8] {
    mutating func append(leb number: UInt32) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// A number that is not negative, as a signed one.
    mutating func append(signedLEB number: UInt32) {
        var rest = number
        while rest >= 0x40 {
            append(UInt8(truncatingIfNeeded: rest & 0x7f) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func append(name: some Collection<UInt8>) {
        append(leb: UInt32(name.count))
        append(contentsOf: name)
    }
}
