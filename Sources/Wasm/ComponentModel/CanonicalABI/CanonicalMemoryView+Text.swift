/// Text in guest memory. Ranges are checked by the same door.
extension CanonicalMemoryView {
    /// UTF-8: one check of the bytes, one copy.
    func utf8(_ offset: UInt64, _ length: UInt64) throws(CanonicalTrap) -> String {
        try unsafe withBytes(offset, length) { (bytes) throws(CanonicalTrap) -> String in
            // The generic initializer of `String` looks its types up at run time for each string.
            let text = unsafe bytes.assumingMemoryBound(to: UInt8.self).span
            if UnsafeRawBufferPointer(bytes).asciiCount == bytes.count {
                return unsafe String(copying: UTF8Span(unchecked: text, isKnownASCII: true))
            }
            do { return String(copying: try UTF8Span(validating: text)) } catch { throw .badUTF8 }
        }
    }

    /// Little-endian UTF-16, `length` in bytes.
    func utf16(_ offset: UInt64, _ length: UInt64) throws(CanonicalTrap) -> String {
        let units: [UInt16] = try array(length / 2, at: offset)
        guard let string = String(validating: units, as: UTF16.self) else { throw .badUTF16 }
        return string
    }

    /// Latin-1.
    func latin1(_ offset: UInt64, _ length: UInt64) throws(CanonicalTrap) -> String {
        String(String.UnicodeScalarView(try bytes(offset, length).lazy.map { Unicode.Scalar($0) }))
    }

    /// Checks UTF-8 that stays where it is.
    func checkUTF8(_ offset: UInt64, _ length: UInt64) throws(CanonicalTrap) {
        try unsafe withBytes(offset, length) { (bytes) throws(CanonicalTrap) in
            let ascii = UnsafeRawBufferPointer(bytes).asciiCount
            if ascii == bytes.count { return }
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[ascii...])
            guard unsafe String(validating: rest, as: UTF8.self) != nil else { throw .badUTF8 }
        }
    }

    /// Writes a string's UTF-8 from its byte `start` on.
    func write(utf8 string: String, from start: Int = 0, at offset: UInt64) throws(CanonicalTrap) {
        let source = string.utf8Span.span
        try unsafe source.withUnsafeBufferPointer { (source) throws(CanonicalTrap) in
            try unsafe withBytes(offset, UInt64(source.count - start)) { (target) throws(CanonicalTrap) in
                unsafe target.copyBytes(from: source[start...])
            }
        }
    }

    /// Writes little-endian UTF-16.
    func write(utf16 units: some Collection<UInt16>, at offset: UInt64) throws(CanonicalTrap) {
        try write(units.map(\.littleEndian), at: offset)
    }
}

extension UnsafeRawBufferPointer {
    /// How many bytes at the beginning are surely ASCII: all, or those up to a block with one that is not. The standard
    /// library's check goes word by word and takes several times as long.
    fileprivate var asciiCount: Int {
        let highBits: UInt64 = 0x8080_8080_8080_8080
        var index = 0
        while index <= count - 64 {
            var all: UInt64 = 0
            for word in 0..<8 {
                all |= unsafe loadUnaligned(fromByteOffset: index + 8 * word, as: UInt64.self)
            }
            guard all & highBits == 0 else { return index }
            index += 64
        }
        while index <= count - 8 {
            guard unsafe loadUnaligned(fromByteOffset: index, as: UInt64.self) & highBits == 0 else {
                return index
            }
            index += 8
        }
        while index < count {
            guard unsafe self[index] < 0x80 else { return index }
            index += 1
        }
        return index
    }
}
