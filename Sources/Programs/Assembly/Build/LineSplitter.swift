/// Cuts bytes that arrive in pieces into lines of text. Bytes that are no UTF-8 are replaced.
struct LineSplitter {
    private let bytesMax: Int
    private var pending: [UInt8] = []

    /// A splitter that cuts lines longer than `bytesMax`, so that it holds no more than that.
    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// The lines that `bytes` complete.
    mutating func add(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
                lines.append(take())
            } else {
                pending.append(byte)
                if pending.count >= bytesMax { lines.append(take()) }
            }
        }
        return lines
    }

    /// The last line, when the text does not end with a line end.
    mutating func end() -> String? {
        pending.isEmpty ? nil : take()
    }

    private mutating func take() -> String {
        defer { pending.removeAll(keepingCapacity: true) }
        return String(decoding: pending, as: UTF8.self)
    }
}
