// Values: arrays, tables in braces, strings. Numbers and dates are in TOMLScalar.
extension TOMLParser {
    mutating func value(depth: Int) throws(Refusal) -> TOMLTableBuilder.Value {
        if depth > limits.nestingMax { throw tooDeep(at: position) }
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .scalar(.string(try string()))
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "{"): return try inlineTable(depth: depth)
        default: return .scalar(try scalar())
        }
    }

    private mutating func array(depth: Int) throws(Refusal) -> TOMLTableBuilder.Value {
        position += 1
        var items: [TOMLTableBuilder.Item] = []
        while true {
            try skipBlankLines()
            if current == UInt8(ascii: "]") { break }
            try countValue()
            let start = position
            items.append(.init(offset: start, value: try value(depth: depth + 1)))
            try skipBlankLines()
            guard current == UInt8(ascii: ",") else { break }
            position += 1
        }
        guard current == UInt8(ascii: "]") else { throw refusal("expected \",\" or \"]\" in an array") }
        position += 1
        return .array(items)
    }

    private mutating func inlineTable(depth: Int) throws(Refusal) -> TOMLTableBuilder.Value {
        let table = TOMLTableBuilder(origin: .inline, offset: position)
        position += 1
        skipSpaces()
        if current != UInt8(ascii: "}") {
            while true {
                try keyAndValue(in: table, depth: depth + 1)
                skipSpaces()
                guard current == UInt8(ascii: ",") else { break }
                position += 1
            }
        }
        guard current == UInt8(ascii: "}") else {
            throw refusal("expected \",\" or \"}\" in a table in braces, which must be on one line")
        }
        position += 1
        return .table(table)
    }

    private mutating func scalar() throws(Refusal) -> TOMLNode.Value {
        let start = position
        while let byte = current, !Self.endsScalar(byte) { position += 1 }
        // A date and its time may have one blank between them.
        if position - start == 10, current == UInt8(ascii: " "), position + 1 < bytes.count,
            bytes[start + 4] == UInt8(ascii: "-"), Unicode.Scalar(bytes[position + 1]).isASCIIDigit
        {
            position += 1
            while let byte = current, !Self.endsScalar(byte) { position += 1 }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if text.isEmpty { throw refusal("expected a value") }
        guard let value = TOMLScalar.value(text) else {
            throw refusal(
                "\"\(text.shownInSentence)\" is not a value; text needs quotes", at: start)
        }
        return value
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        byte <= 0x20
            || [UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#")].contains(byte)
    }
}

// Strings.
extension TOMLParser {
    private func startsTriple(_ quote: UInt8) -> Bool {
        position + 2 < bytes.count && bytes[position] == quote && bytes[position + 1] == quote
            && bytes[position + 2] == quote
    }

    private mutating func string() throws(Refusal) -> String {
        let quote = bytes[position]
        if startsTriple(quote) { return try longString(quote) }
        return quote == UInt8(ascii: "\"") ? try basicString() : try literalString()
    }

    mutating func literalString() throws(Refusal) -> String {
        let start = position + 1
        position += 1
        while let byte = current, byte != UInt8(ascii: "'") {
            try refuseControl(byte)
            position += 1
        }
        guard current != nil else { throw refusal("a string is never closed", at: start - 1) }
        position += 1
        return String(decoding: bytes[start..<position - 1], as: UTF8.self)
    }

    mutating func basicString() throws(Refusal) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = current, byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") {
                text += try escape()
            } else {
                try refuseControl(byte)
                text.append(byte)
                position += 1
            }
        }
        guard current != nil else { throw refusal("a string is never closed", at: start) }
        position += 1
        return String(decoding: text, as: UTF8.self)
    }

    private func refuseControl(_ byte: UInt8) throws(Refusal) {
        if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
            throw refusal("a string in single quotes or double quotes must end on its line")
        }
        if Self.isControl(byte) {
            throw refusal("a string must not contain control characters; write an escape")
        }
    }

    /// A string in three quotes, with or without escapes.
    private mutating func longString(_ quote: UInt8) throws(Refusal) -> String {
        let start = position
        position += 3
        var text: [UInt8] = []
        _ = try skipNewline()
        while let byte = current {
            if byte == quote, startsTriple(quote) {
                position += 3
                // Up to two more quotes belong to the text.
                for _ in 0..<2 where current == quote {
                    text.append(quote)
                    position += 1
                }
                return String(decoding: text, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                if try !skipLineEnding() { text += try escape() }
            } else if try skipNewline() {
                text.append(UInt8(ascii: "\n"))
            } else {
                try refuseControl(byte)
                text.append(byte)
                position += 1
            }
        }
        throw refusal("a string is never closed", at: start)
    }

    /// Skips a backslash at the end of a line, with all blanks and lines after it.
    private mutating func skipLineEnding() throws(Refusal) -> Bool {
        let start = position
        position += 1
        skipSpaces()
        guard try skipNewline() else {
            position = start
            return false
        }
        repeat { skipSpaces() } while try skipNewline()
        return true
    }

    private mutating func escape() throws(Refusal) -> [UInt8] {
        let start = position
        position += 1
        defer { position += 1 }
        switch current {
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return [bytes[position]]
        case UInt8(ascii: "u"): return try unicodeEscape(digits: 4, start: start)
        case UInt8(ascii: "U"): return try unicodeEscape(digits: 8, start: start)
        default: throw refusal("unknown escape; write \"\\\\\" for a backslash", at: start)
        }
    }

    private mutating func unicodeEscape(digits: Int, start: Int) throws(Refusal) -> [UInt8] {
        let end = position + 1 + digits
        guard end <= bytes.count,
            bytes[position + 1..<end].allSatisfy({ Unicode.Scalar($0).isASCIIHexDigit }),
            let number = UInt32(String(decoding: bytes[position + 1..<end], as: UTF8.self), radix: 16),
            let scalar = Unicode.Scalar(number)
        else { throw refusal("not the number of a Unicode character", at: start) }
        // Paths, environment and arguments end at a NUL, so a manifest has no use for one.
        if number == 0 {
            throw Refusal(offset: start, sentence: "the NUL character is not allowed in a manifest")
        }
        position = end - 1
        return Array(String(scalar).utf8)
    }
}
