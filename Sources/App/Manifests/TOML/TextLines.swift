/// Turns offsets of a text into lines and columns, quickly even where a line is a megabyte long.
struct TextLines {
    private let bytes: [UInt8]
    private let starts: [Int]
    /// Unicode scalars before each block of the text.
    private let scalarsBefore: [Int]
    private static let blockBytes = 64

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var starts = [0]
        var scalarsBefore: [Int] = []
        var scalars = 0
        for (offset, byte) in bytes.enumerated() {
            if offset % Self.blockBytes == 0 { scalarsBefore.append(scalars) }
            if byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
            if byte & 0xC0 != 0x80 { scalars += 1 }
        }
        scalarsBefore.append(scalars)
        self.starts = starts
        self.scalarsBefore = scalarsBefore
    }

    /// The place of an offset; offsets past the end stand for the end.
    func position(of offset: Int) -> TextPosition {
        let offset = min(offset, bytes.count)
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return TextPosition(line: low + 1, column: scalars(before: offset) - scalars(before: starts[low]) + 1)
    }

    private func scalars(before offset: Int) -> Int {
        let block = offset / Self.blockBytes
        return scalarsBefore[block] + bytes[block * Self.blockBytes..<offset].count { $0 & 0xC0 != 0x80 }
    }
}
