/// Reads a core module's binary, bounds-checked: nil means that it ends early or holds something unknown.
///
/// Only counts matter here, so most productions are skipped. Section numbers are those of the core specification's
/// *Binary Format*.
struct BinaryReader {
    private let bytes: ArraySlice<UInt8>
    private(set) var position: Int
    /// Whether a reference to anything but a function was seen among the types.
    private(set) var sawManagedReference = false

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.position = bytes.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    mutating func byte() -> UInt8? {
        guard position < bytes.endIndex else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    /// An unsigned LEB128 number of at most 64 bits; the wide ones are limits of 64-bit memories.
    mutating func number() -> Int? {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard let byte = byte() else { return nil }
            value |= UInt64(byte & 0x7f) << UInt64(shift)
            if byte & 0x80 == 0 { return Int(exactly: value) }
        }
        return byte() != nil ? Int.max : nil
    }

    mutating func skip(_ count: Int) -> Void? {
        guard count >= 0, count <= bytes.endIndex - position else { return nil }
        position += count
        return ()
    }

    mutating func slice(_ count: Int) -> ArraySlice<UInt8>? {
        let start = position
        return skip(count).map { bytes[start..<(start + count)] }
    }

    private mutating func skipName() -> Void? { number().flatMap { skip($0) } }

    /// A signed LEB128 number; only its length matters.
    private mutating func skipSigned() -> Void? {
        while let byte = byte() { if byte & 0x80 == 0 { return () } }
        return nil
    }

    mutating func skipValueType() -> Void? {
        guard let first = byte() else { return nil }
        if (0x63...0x75).contains(first), first != 0x70 { sawManagedReference = true }
        // (ref null ht) and (ref ht) are followed by a heap type, all others are one byte.
        return first == 0x63 || first == 0x64 ? skipSigned() : ()
    }

    private mutating func skipLimits() -> Void? { limits().map { _ in } }

    /// The limits of a table or memory: flags, and the least number of elements or pages.
    mutating func limits() -> (flags: UInt8, minimum: Int)? {
        guard let flags = byte(), let minimum = number() else { return nil }
        if flags & 0x01 != 0, number() == nil { return nil }
        if flags & 0x08 != 0, number() == nil { return nil }
        return (flags, minimum)
    }

    /// An unsigned LEB128 number of at most 32 bits and five bytes.
    mutating func number32() -> Int? {
        let start = position
        guard let value = number(), value <= UInt32.max, position - start <= 5 else { return nil }
        return value
    }

    /// A signed LEB128 number of at most 64 bits and ten bytes.
    mutating func signedNumber() -> Int64? {
        var value: Int64 = 0
        for shift in stride(from: Int64(0), to: 63, by: 7) {
            guard let byte = byte() else { return nil }
            value |= Int64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return byte & 0x40 == 0 ? value : value | (-1 << (shift + 7)) }
        }
        // One bit is left, and its sign.
        switch byte() {
        case 0x00: return value
        case 0x7f: return value | (-1 << 63)
        default: return nil
        }
    }

    private mutating func skipTableType() -> Void? { skipValueType().flatMap { skipLimits() } }

    /// What an import is, numbered as in the binary.
    enum ImportKind: UInt8 { case function, table, memory, global, tag }

    /// Skips one import.
    mutating func skipImport() -> ImportKind? {
        guard skipName() != nil, skipName() != nil, let kind = byte().flatMap(ImportKind.init) else {
            return nil
        }
        let skipped: Void? =
            switch kind {
            case .function: number().map { _ in }
            case .table: skipTableType()
            case .memory: skipLimits()
            case .global: skipValueType().flatMap { skip(1) }
            case .tag: skip(1).flatMap { number() }.map { _ in }
            }
        return skipped.map { kind }
    }

    /// Skips one recursive type or group; how many type indices it takes.
    mutating func skipRecursiveType() -> Int? {
        guard let first = byte() else { return nil }
        guard first == 0x4e else { return skipSubtype(first).map { 1 } }
        guard let count = number() else { return nil }
        for _ in 0..<count { guard let first = byte(), skipSubtype(first) != nil else { return nil } }
        return count
    }

    private mutating func skipSubtype(_ first: UInt8) -> Void? {
        guard first == 0x50 || first == 0x4f else { return skipComposite(first) }
        guard let supertypes = number() else { return nil }
        for _ in 0..<supertypes { guard number() != nil else { return nil } }
        return byte().flatMap { skipComposite($0) }
    }

    private mutating func skipComposite(_ first: UInt8) -> Void? {
        switch first {
        case 0x60: return skipResultType().flatMap { skipResultType() }
        case 0x5e:
            sawManagedReference = true
            return skipFieldType()
        case 0x5f:
            sawManagedReference = true
            guard let fields = number() else { return nil }
            for _ in 0..<fields { guard skipFieldType() != nil else { return nil } }
            return ()
        default: return nil
        }
    }

    private mutating func skipResultType() -> Void? {
        guard let count = number() else { return nil }
        for _ in 0..<count { guard skipValueType() != nil else { return nil } }
        return ()
    }

    private mutating func skipFieldType() -> Void? { skipValueType().flatMap { skip(1) } }
}
