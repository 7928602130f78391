/// Reads the little that is needed of sections; gives nil where they end.
struct SectionReader {
    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func u32() -> UInt32? {
        var result: UInt64 = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard offset < bytes.count else { return nil }
            let byte = bytes[offset]
            offset += 1
            result |= UInt64(byte & 0x7f) << UInt64(shift)
            if byte < 0x80 { return UInt32(exactly: result) }
        }
        return nil
    }

    mutating func name() -> String? {
        guard let count = u32(), Int(count) <= bytes.count - offset else { return nil }
        defer { offset += Int(count) }
        return String(decoding: bytes[offset..<offset + Int(count)], as: UTF8.self)
    }

    /// The id of the section, or part of one, that comes next, and where it ends.
    mutating func section() -> (id: UInt8, end: Int)? {
        guard offset < bytes.count else { return nil }
        let id = bytes[offset]
        offset += 1
        guard let size = u32(), Int(size) <= bytes.count - offset else { return nil }
        return (id, offset + Int(size))
    }

    mutating func skip(to offset: Int) { self.offset = offset }
}
