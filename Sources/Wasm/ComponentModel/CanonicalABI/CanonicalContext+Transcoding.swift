/// Strings from one encoding into another (CanonicalABI.md, `store_string_into_range`).
///
/// The calls of the guest's allocator, with their sizes, are those of the specification, because a guest sees them.
extension CanonicalContext {
    /// Lowers a string that was lifted from `units` code units of a form; `isTagged` says that the source's encoding
    /// was `latin1+utf16`.
    mutating func store(
        _ string: String, form: StringSource.Form, units: UInt64, isTagged: Bool
    ) throws(CanonicalTrap) -> (UInt64, UInt64) {
        switch (stringEncoding, form) {
        case (.utf8, .utf8):
            let pointer = try allocate(units, alignment: 1)
            try view.write(utf8: string, at: pointer)
            return (pointer, units)
        case (.utf8, .utf16): return try storeUTF8(string, units: units, worstCase: units * 3)
        case (.utf8, .latin1): return try storeUTF8(string, units: units, worstCase: units * 2)
        case (.utf16, .utf8): return try storeUTF16(string, worstCase: units * 2)
        case (.utf16, _):
            let pointer = try allocate(units * 2, alignment: 2)
            try view.write(utf16: string.utf16, at: pointer)
            return (pointer, units)
        case (.latin1UTF16, .latin1):
            let pointer = try allocate(units, alignment: 2)
            try view.write(string.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }, at: pointer)
            return (pointer, units)
        case (.latin1UTF16, .utf16) where isTagged: return try storeProbablyUTF16(string, units: units)
        case (.latin1UTF16, _): return try storeLatin1OrUTF16(string, units: units)
        }
    }

    private mutating func shrink(
        _ pointer: UInt64, from old: UInt64, to new: UInt64, alignment: UInt64
    ) throws(CanonicalTrap) -> UInt64 {
        guard new < old else { return pointer }
        return try reallocate(pointer, oldSize: old, alignment: alignment, newSize: new)
    }

    /// `store_string_to_utf8`: room for one byte a unit first, for the worst case once a byte is not enough.
    private mutating func storeUTF8(
        _ string: String, units: UInt64, worstCase: UInt64
    ) throws(CanonicalTrap) -> (UInt64, UInt64) {
        var string = string
        string.makeContiguousUTF8()
        var pointer = try allocate(units, alignment: 1)
        let count = UInt64(string.utf8.count)
        guard count > units || string.utf8.contains(where: { $0 >= 0x80 }) else {
            try view.write(utf8: string, at: pointer)
            return (pointer, units)
        }
        let ascii = string.utf8.prefix { $0 < 0x80 }.count
        try view.write(Array(string.utf8.prefix(ascii)), at: pointer)
        pointer = try reallocate(pointer, oldSize: units, alignment: 1, newSize: worstCase)
        try view.write(utf8: string, from: ascii, at: pointer + UInt64(ascii))
        return (try shrink(pointer, from: worstCase, to: count, alignment: 1), count)
    }

    /// `store_utf8_to_utf16`.
    private mutating func storeUTF16(
        _ string: String, worstCase: UInt64
    ) throws(CanonicalTrap) -> (UInt64, UInt64) {
        let pointer = try allocate(worstCase, alignment: 2)
        try view.write(utf16: string.utf16, at: pointer)
        let units = UInt64(string.utf16.count)
        return (try shrink(pointer, from: worstCase, to: units * 2, alignment: 2), units)
    }

    /// `store_string_to_latin1_or_utf16`: Latin-1 until a character does not fit.
    private mutating func storeLatin1OrUTF16(
        _ string: String, units: UInt64
    ) throws(CanonicalTrap) -> (UInt64, UInt64) {
        var pointer = try allocate(units, alignment: 2)
        let latin1 = string.unicodeScalars.prefix { $0.value < 0x100 }.map {
            UInt8(truncatingIfNeeded: $0.value)
        }
        try view.write(latin1, at: pointer)
        let count = UInt64(string.utf16.count)
        guard count > latin1.count else {
            return (try shrink(pointer, from: units, to: count, alignment: 2), count)
        }
        let worstCase = units * 2
        pointer = try reallocate(pointer, oldSize: units, alignment: 2, newSize: worstCase)
        try view.write(utf16: string.utf16, at: pointer)
        pointer = try shrink(pointer, from: worstCase, to: count * 2, alignment: 2)
        return (pointer, count | Self.utf16Tag(plan.width))
    }

    /// `store_probably_utf16_to_latin1_or_utf16`: the source said UTF-16; it may have had no need to.
    private mutating func storeProbablyUTF16(
        _ string: String, units: UInt64
    ) throws(CanonicalTrap) -> (UInt64, UInt64) {
        var pointer = try allocate(units * 2, alignment: 2)
        try view.write(utf16: string.utf16, at: pointer)
        guard string.unicodeScalars.allSatisfy({ $0.value < 0x100 }) else {
            return (pointer, units | Self.utf16Tag(plan.width))
        }
        try view.write(string.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }, at: pointer)
        pointer = try reallocate(pointer, oldSize: units * 2, alignment: 1, newSize: units)
        return (pointer, units)
    }
}
