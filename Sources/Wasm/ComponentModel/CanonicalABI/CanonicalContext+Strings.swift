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

    /// Lowers a string and gives its pointer and its tagged length.
    public mutating func store(_ string: String) throws(CanonicalTrap) -> (UInt64, UInt64) {
        var string = string
        string.makeContiguousUTF8()
        let count = UInt64(string.utf8.count)
        guard count <= Self.byteLimit else { throw .stringTooLong }
        switch stringEncoding {
        case .utf8:
            let pointer = try allocate(count, alignment: 1)
            try write(utf8: string, at: pointer)
            return (pointer, count)
        case .utf16: return try storeUTF16(string)
        case .latin1UTF16:
            guard string.unicodeScalars.allSatisfy({ $0.value < 0x100 }) else {
                let (pointer, units) = try storeUTF16(string)
                return (pointer, units | Self.utf16Tag(plan.width))
            }
            let latin1 = string.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            let pointer = try allocate(UInt64(latin1.count), alignment: 2)
            try view.write(latin1, at: pointer)
            return (pointer, UInt64(latin1.count))
        }
    }

    private func write(utf8 string: String, at pointer: UInt64) throws(CanonicalTrap) {
        var string = string
        // `withUTF8` rethrows an untyped error, so what happened inside is carried out by hand.
        var trap: CanonicalTrap?
        string.withUTF8 { bytes in
            do throws(CanonicalTrap) {
                try unsafe view.write(UnsafeRawBufferPointer(bytes), at: pointer)
            } catch {
                trap = error
            }
        }
        if let trap { throw trap }
    }

    private mutating func storeUTF16(_ string: String) throws(CanonicalTrap) -> (UInt64, UInt64) {
        let units = Array(string.utf16)
        let bytes = UInt64(units.count) * 2
        guard bytes <= Self.byteLimit else { throw .stringTooLong }
        let pointer = try allocate(bytes, alignment: 2)
        try unsafe view.withBytes(pointer, bytes) { (target) throws(CanonicalTrap) in
            for (index, unit) in units.enumerated() {
                unsafe target.storeBytes(of: unit.littleEndian, toByteOffset: index * 2, as: UInt16.self)
            }
        }
        return (pointer, UInt64(units.count))
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
