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
    public mutating func string(_ pointer: UInt64, _ taggedUnits: UInt64) throws(CanonicalTrap) -> String {
        let source = try source(pointer, taggedUnits)
        try chargeLifted(source.byteCount)
        return try string(source)
    }

    /// Reads a string whose range was checked.
    func string(_ source: StringSource) throws(CanonicalTrap) -> String {
        switch source.form {
        case .utf8: return try view.utf8(source.pointer, source.byteCount)
        case .utf16: return try view.utf16(source.pointer, source.byteCount)
        case .latin1: return try view.latin1(source.pointer, source.byteCount)
        }
    }

    /// Lowers a string and gives its pointer and its tagged length.
    public mutating func store(_ string: String) throws(CanonicalTrap) -> (UInt64, UInt64) {
        let count = UInt64(string.utf8Span.count)
        guard count <= Self.byteLimit else { throw .stringTooLong }
        guard stringEncoding != .utf8 else {
            let pointer = try allocate(count, alignment: 1)
            try view.write(utf8: string, at: pointer)
            return (pointer, count)
        }
        return try store(string, form: .utf8, units: count, isTagged: false)
    }
}
