/// Writes the primitive productions of the binary format.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    init(_ bytes: [UInt8] = []) { self.bytes = bytes }

    mutating func byte(_ byte: UInt8) { bytes.append(byte) }
    mutating func raw(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    mutating func u32(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func count(_ count: Int) { u32(UInt32(count)) }

    /// A type index where opcodes are negative numbers: signed, 33 bits.
    mutating func typeIndex(_ index: UInt32) {
        var rest = index
        while rest >= 0x40 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func name(_ text: String) {
        let utf8 = Array(text.utf8)
        count(utf8.count)
        raw(utf8)
    }

    /// The name of an import or export of a component, without attributes.
    mutating func externName(_ text: String) {
        byte(0x00)
        name(text)
    }

    /// A section, or anything else that has its length before it.
    mutating func sized(_ contents: [UInt8]) {
        count(contents.count)
        raw(contents)
    }

    static func write(_ body: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        body(&writer)
        return writer.bytes
    }
}
