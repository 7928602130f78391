/// Strings between guest memory and Swift (CanonicalABI.md, `load_string_from_range`, `store_string_into_range`).
///
/// UTF-8, the common case, is one check of the bytes and one copy in each direction.
extension CanonicalContext {
    /// The tag that says that a `latin1+utf16` string is UTF-16.
    static func utf16Tag(_ width: PointerWidth) -> UInt64 { 1 << (width.size * 8 - 1) }

    /// How the bytes of a string are to be read.
    struct StringSource {
        enum Form { case utf8, utf16, latin1 }

        var form: Form
        var pointer: UInt64
        var byteCount: UInt64
        /// Code units of the form.
        var units: UInt64
    }

    /// Checks the range of a string.
    func source(_ pointer: UInt64, _ taggedUnits: UInt64) throws(CanonicalTrap) -> StringSource {
        var form: StringSource.Form
        var units = taggedUnits
        switch stringEncoding {
        case .utf8: form = .utf8
        case .utf16: form = .utf16
        case .latin1UTF16:
            let tag = Self.utf16Tag(plan.width)
            form = taggedUnits & tag == 0 ? .latin1 : .utf16
            units = taggedUnits & ~tag
        }
        guard units <= Self.byteLimit else {
            // Whether it is out of bounds as well does not matter; the specification checks the length first.
            throw units > view.count ? .stringOutOfBounds : .stringTooLong
        }
        let byteCount = form == .utf16 ? units * 2 : units
        guard byteCount <= Self.byteLimit else { throw .stringTooLong }
        guard stringEncoding == .utf8 || pointer & 1 == 0 else { throw .unaligned }
        guard view.contains(pointer, byteCount) else { throw .stringOutOfBounds }
        return StringSource(form: form, pointer: pointer, byteCount: byteCount, units: units)
    }

    /// Lifts a string.
    public func string(_ pointer: UInt64, _ taggedUnits: UInt64) throws(CanonicalTrap) -> String {
        let source = try source(pointer, taggedUnits)
        return try unsafe view.withBytes(source.pointer, source.byteCount) { (bytes) throws(CanonicalTrap) in
            switch source.form {
            case .utf8:
                guard let string = unsafe String(validating: bytes, as: UTF8.self) else { throw .badUTF8 }
                return string
            case .utf16:
                let units = unsafe UTF16Units(bytes)
                guard let string = String(validating: units, as: UTF16.self) else { throw .badUTF16 }
                return string
            case .latin1: return unsafe String(String.UnicodeScalarView(bytes.lazy.map { Unicode.Scalar($0) }))
            }
        }
    }

    /// Checks bytes that stay where they are. ASCII is checked a word at a time.
    func checkUTF8(_ pointer: UInt64, _ count: UInt64) throws(CanonicalTrap) {
        try unsafe view.withBytes(pointer, count) { (bytes) throws(CanonicalTrap) in
            var offset = 0
            let words = bytes.count & ~7
            while offset < words,
                unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                offset += 8
            }
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset...])
            guard unsafe String(validating: rest, as: UTF8.self) != nil else { throw .badUTF8 }
        }
    }

    /// Lowers a string and gives its pointer and its tagged length.
    public mutating func store(_ string: String) throws(CanonicalTrap) -> (UInt64, UInt64) {
        var string = string
        string.makeContiguousUTF8()
        let count = UInt64(string.utf8.count)
        guard count <= Self.byteLimit else { throw .stringTooLong }
        guard stringEncoding != .utf8 else {
            let pointer = try allocate(count, alignment: 1)
            try write(utf8: string, at: pointer)
            return (pointer, count)
        }
        return try store(string, form: .utf8, units: count, isTagged: false)
    }

    func write(utf8 string: String, from start: Int = 0, at pointer: UInt64) throws(CanonicalTrap) {
        var string = string
        // `withUTF8` rethrows an untyped error, so what happened inside is carried out by hand.
        var trap: CanonicalTrap?
        string.withUTF8 { bytes in
            do throws(CanonicalTrap) {
                try unsafe view.write(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[start...])), at: pointer)
            } catch {
                trap = error
            }
        }
        if let trap { throw trap }
    }
}

/// Little-endian UTF-16 code units in bytes that need not be aligned.
@safe
struct UTF16Units: Sequence, IteratorProtocol {
    private let bytes: UnsafeMutableRawBufferPointer
    private var offset = 0

    @unsafe
    init(_ bytes: UnsafeMutableRawBufferPointer) { unsafe self.bytes = bytes }

    mutating func next() -> UInt16? {
        guard unsafe offset + 2 <= bytes.count else { return nil }
        defer { offset += 2 }
        return unsafe UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }
}
