/// Text in guest memory. Ranges are checked by the same door.
extension CanonicalMemoryView {
    /// UTF-8: one check of the bytes, one copy.
    func utf8(_ offset: UInt64, _ length: UInt64) throws(CanonicalTrap) -> String {
        try unsafe withBytes(offset, length) { (bytes) throws(CanonicalTrap) -> String in
            // The generic initializer of `String` looks its types up at run time for each string.
            let text = unsafe bytes.assumingMemoryBound(to: UInt8.self).span
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

    /// Checks UTF-8 that stays where it is. ASCII is checked a word at a time.
    func checkUTF8(_ offset: UInt64, _ length: UInt64) throws(CanonicalTrap) {
        try unsafe withBytes(offset, length) { (bytes) throws(CanonicalTrap) in
            var index = 0
            let words = bytes.count & ~7
            while index < words,
                unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080
                    == 0
            {
                index += 8
            }
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[index...])
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
