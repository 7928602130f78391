/// Text in guest memory. Ranges are checked by the same door.
extension CanonicalMemoryView {
    /// UTF-8: one check of the bytes, one copy.
    func utf8(_ offset: UInt64, _ length: UInt64) throws(CanonicalTrap) -> String {
        try unsafe withBytes(offset, length) { (bytes) throws(CanonicalTrap) -> String in
            // The generic initializer of `String` looks its types up at run time for each string.
            let text = unsafe bytes.assumingMemoryBound(to: UInt8.self).span
            if unsafe Self.asciiPrefix(of: bytes) == bytes.count {
                return String(copying: unsafe UTF8Span(unchecked: text, isKnownASCII: true))
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

    // How many bytes from the first on are surely ASCII. The standard library looks at eight at a time; text is mostly
    // ASCII, and long text is looked at in pieces of 64.
    private static func asciiPrefix(of bytes: UnsafeMutableRawBufferPointer) -> Int {
        var index = 0
        while index <= bytes.count - 64 {
            let piece = unsafe bytes.loadUnaligned(fromByteOffset: index, as: SIMD8<UInt64>.self)
            if (piece & 0x8080_8080_8080_8080) != SIMD8(repeating: 0) { return index }
            index += 64
        }
        while index <= bytes.count - 8 {
            let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if word & 0x8080_8080_8080_8080 != 0 { return index }
            index += 8
        }
        while index < bytes.count, unsafe bytes[index] < 0x80 { index += 1 }
        return index
    }

    /// Checks UTF-8 that stays where it is.
    func checkUTF8(_ offset: UInt64, _ length: UInt64) throws(CanonicalTrap) {
        try unsafe withBytes(offset, length) { (bytes) throws(CanonicalTrap) in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[Self.asciiPrefix(of: bytes)...])
            if unsafe rest.isEmpty { return }
            guard unsafe String(validating: rest, as: UTF8.self) != nil else { throw .badUTF8 }
        }
    }

    /// Writes a string's UTF-8 from its byte `start` on.
    func write(utf8 string: String, from start: Int = 0, at offset: UInt64) throws(CanonicalTrap) {
        var string = string
        // `withUTF8` rethrows an untyped error, so what happened inside is carried out by hand.
        var trap: CanonicalTrap?
        string.withUTF8 { source in
            do throws(CanonicalTrap) {
                try unsafe withBytes(offset, UInt64(source.count - start)) { (target) throws(CanonicalTrap) in
                    unsafe target.copyBytes(from: source[start...])
                }
            } catch {
                trap = error
            }
        }
        if let trap { throw trap }
    }

    /// Writes little-endian UTF-16.
    func write(utf16 units: some Collection<UInt16>, at offset: UInt64) throws(CanonicalTrap) {
        try write(units.map(\.littleEndian), at: offset)
    }
}
