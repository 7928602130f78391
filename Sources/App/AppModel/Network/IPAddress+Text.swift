extension IPAddress {
    /// Reads dotted decimal with four numbers, or the text form of RFC 4291 §2.2.
    ///
    /// Strict on purpose: no octal, no hexadecimal, no short forms, no zone, no blanks. What one program takes for a
    /// name and another for an address is how address rules are passed by.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8.prefix(46))
        guard bytes.count < 46 else { return nil }
        if bytes.contains(UInt8(ascii: ":")) {
            guard let bits = Self.version6(bytes[...]) else { return nil }
            self = .v6(bits)
        } else {
            guard let bits = Self.version4(bytes[...]) else { return nil }
            self = .v4(bits)
        }
    }

    private static func version4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard let number = decimal(part) else { return nil }
            bits = bits << 8 | UInt32(number)
        }
        return bits
    }

    private static func decimal(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        // A leading zero is octal to some readers.
        if digits.count > 1, digits.first == 0x30 { return nil }
        return UInt8(exactly: digits.reduce(0) { $0 * 10 + Int($1 - 0x30) })
    }

    private static func version6(_ text: ArraySlice<UInt8>) -> UInt128? {
        guard let gap = doubleColon(text) else {
            guard let groups = groups(text, mayEndInVersion4: true), groups.count == 8 else { return nil }
            return number(groups)
        }
        guard let head = groups(text[..<gap], mayEndInVersion4: false),
            let tail = groups(text[(gap + 2)...], mayEndInVersion4: true),
            head.count + tail.count < 8
        else { return nil }
        return number(head + [UInt16](repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private static func doubleColon(_ text: ArraySlice<UInt8>) -> Int? {
        text.indices.dropLast().first { text[$0] == 0x3A && text[$0 + 1] == 0x3A }
    }

    private static func number(_ groups: [UInt16]) -> UInt128 {
        groups.reduce(0) { $0 << 16 | UInt128($1) }
    }

    // Groups between single colons; none in an empty text.
    private static func groups(_ text: ArraySlice<UInt8>, mayEndInVersion4: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: 0x3A, omittingEmptySubsequences: false)
        guard parts.count <= 8 else { return nil }
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndInVersion4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let bits = version4(part) else { return nil }
                groups += [UInt16(truncatingIfNeeded: bits >> 16), UInt16(truncatingIfNeeded: bits)]
            } else {
                guard (1...4).contains(part.count), let group = hexadecimal(part) else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt16? {
        var value: UInt16 = 0
        for digit in digits {
            let number: UInt8
            switch digit {
            case 0x30...0x39: number = digit - 0x30
            case 0x61...0x66: number = digit - 0x61 + 10
            case 0x41...0x46: number = digit - 0x41 + 10
            default: return nil
            }
            value = value << 4 | UInt16(number)
        }
        return value
    }
}
