/// Reads a TOML 1.0 document into nodes that know their place in the text.
///
/// Written here because a manifest may come from an untrusted author: depth and number of values are limited, no
/// text stops the process, and each key and value has a line and a column.
struct TOMLParser {
    /// Why a text is no document we accept.
    struct Failure: Error, Equatable {
        let position: TextPosition
        let sentence: String
    }

    /// The same before the offset is turned into a position.
    struct Refusal: Error {
        let offset: Int
        let sentence: String
    }

    let bytes: [UInt8]
    let limits: ManifestLimits
    var position = 0
    private var valuesLeft: Int

    private init(_ bytes: [UInt8], limits: ManifestLimits) {
        self.bytes = bytes
        self.limits = limits
        valuesLeft = limits.valuesMax
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The root table of a document.
    static func parse(_ bytes: [UInt8], limits: ManifestLimits) throws(Failure) -> TOMLNode {
        let lines = TextLines(bytes)
        if String(validating: bytes, as: UTF8.self) == nil {
            let decoded = String(decoding: bytes, as: UTF8.self)
            let valid = zip(decoded.utf8, bytes).prefix { $0 == $1 }.count
            throw Failure(
                position: lines.position(of: valid), sentence: "the file is not UTF-8 text; save it as UTF-8")
        }
        var parser = TOMLParser(bytes, limits: limits)
        do {
            return try parser.document().node(lines)
        } catch {
            throw Failure(position: lines.position(of: error.offset), sentence: error.sentence)
        }
    }

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    func refusal(_ sentence: String, at offset: Int? = nil) -> Refusal {
        Refusal(offset: offset ?? position, sentence: "not valid TOML: \(sentence)")
    }

    /// Counts a value that is about to be read.
    mutating func countValue() throws(Refusal) {
        if valuesLeft == 0 {
            throw Refusal(
                offset: position,
                sentence: "too many keys and values; at most \(limits.valuesMax) are allowed in a manifest")
        }
        valuesLeft -= 1
    }

    func tooDeep(at offset: Int) -> Refusal {
        Refusal(
            offset: offset, sentence: "nested too deeply; at most \(limits.nestingMax) levels are allowed")
    }
}

// Statements and headers.
extension TOMLParser {
    typealias Key = (text: String, offset: Int)

    private mutating func document() throws(Refusal) -> TOMLTableBuilder {
        let root = TOMLTableBuilder(origin: .header, offset: 0)
        var table = root
        while true {
            try skipBlankLines()
            guard let byte = current else { return root }
            if byte == UInt8(ascii: "[") {
                table = try header(root)
            } else {
                try keyAndValue(in: table, depth: 1)
            }
            skipSpaces()
            try skipComment()
            if current == nil { return root }
            guard try skipNewline() else { throw refusal("expected the end of the line") }
        }
    }

    private mutating func header(_ root: TOMLTableBuilder) throws(Refusal) -> TOMLTableBuilder {
        try countValue()
        position += 1
        let isArray = current == UInt8(ascii: "[")
        if isArray { position += 1 }
        let path = try keyParts()
        for _ in 0..<(isArray ? 2 : 1) {
            guard current == UInt8(ascii: "]") else {
                throw refusal("expected \"\(isArray ? "]]" : "]")\" at the end of the header")
            }
            position += 1
        }
        var table = root
        for part in path.dropLast() { table = try descend(into: part, of: table) }
        guard let last = path.last else { throw refusal("expected a key") }
        return isArray ? try appendTable(last, to: table) : try openTable(last, in: table)
    }

    /// The table that a part of a header before its last names.
    private func descend(into part: Key, of table: TOMLTableBuilder) throws(Refusal) -> TOMLTableBuilder {
        switch table[part.text] {
        case nil:
            let new = TOMLTableBuilder(origin: .implied, offset: part.offset)
            table.add(part.text, at: part.offset, .init(offset: part.offset, value: .table(new)))
            return new
        case .table(let known) where known.origin != .inline: return known
        case .tables(let tables):
            if let last = tables.last { return last }
            throw notATable(part)
        default: throw notATable(part)
        }
    }

    private func openTable(_ key: Key, in table: TOMLTableBuilder) throws(Refusal) -> TOMLTableBuilder {
        switch table[key.text] {
        case nil:
            let new = TOMLTableBuilder(origin: .header, offset: key.offset)
            table.add(key.text, at: key.offset, .init(offset: key.offset, value: .table(new)))
            return new
        case .table(let known) where known.origin == .implied:
            known.origin = .header
            return known
        default: throw twice(key)
        }
    }

    private func appendTable(_ key: Key, to table: TOMLTableBuilder) throws(Refusal) -> TOMLTableBuilder {
        switch table[key.text] {
        case nil, .tables:
            let new = TOMLTableBuilder(origin: .header, offset: key.offset)
            table.append(new, to: key.text, at: key.offset)
            return new
        default: throw twice(key)
        }
    }

    func twice(_ key: Key) -> Refusal {
        refusal("\"\(key.text.shownInSentence)\" is defined a second time", at: key.offset)
    }

    func notATable(_ key: Key) -> Refusal {
        refusal("\"\(key.text.shownInSentence)\" is complete and cannot be added to", at: key.offset)
    }

    /// A key, an equals sign and a value, into `table`.
    mutating func keyAndValue(in table: TOMLTableBuilder, depth: Int) throws(Refusal) {
        let path = try keyParts()
        guard current == UInt8(ascii: "=") else { throw refusal("expected \"=\" after a key") }
        position += 1
        skipSpaces()
        var table = table
        for part in path.dropLast() {
            switch table[part.text] {
            case nil:
                let new = TOMLTableBuilder(origin: .dotted, offset: part.offset)
                table.add(part.text, at: part.offset, .init(offset: part.offset, value: .table(new)))
                table = new
            case .table(let known) where known.origin == .dotted: table = known
            default: throw notATable(part)
            }
        }
        guard let last = path.last else { throw refusal("expected a key") }
        if table[last.text] != nil { throw twice(last) }
        let start = position
        table.add(last.text, at: last.offset, .init(offset: start, value: try value(depth: depth)))
    }

    /// The parts of a dotted key, up to what follows it.
    private mutating func keyParts() throws(Refusal) -> [Key] {
        var parts: [Key] = []
        while true {
            skipSpaces()
            let start = position
            let text: String
            switch current {
            case UInt8(ascii: "\""): text = try basicString()
            case UInt8(ascii: "'"): text = try literalString()
            default:
                while let byte = current, Self.isBareKey(byte) { position += 1 }
                guard position > start else { throw refusal("expected a key") }
                text = String(decoding: bytes[start..<position], as: UTF8.self)
            }
            parts.append((text, start))
            try countValue()
            if parts.count > limits.nestingMax { throw tooDeep(at: start) }
            skipSpaces()
            guard current == UInt8(ascii: ".") else { return parts }
            position += 1
        }
    }

    private static func isBareKey(_ byte: UInt8) -> Bool {
        let scalar = Unicode.Scalar(byte)
        return scalar.isASCIILetterOrDigit || scalar == "-" || scalar == "_"
    }
}

// What stands between.
extension TOMLParser {
    mutating func skipSpaces() {
        while current == UInt8(ascii: " ") || current == UInt8(ascii: "\t") { position += 1 }
    }

    /// True when a line ended here.
    mutating func skipNewline() throws(Refusal) -> Bool {
        if current == UInt8(ascii: "\r") {
            guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "\n") else {
                throw refusal("a carriage return must be followed by a line feed")
            }
            position += 1
        }
        guard current == UInt8(ascii: "\n") else { return false }
        position += 1
        return true
    }

    mutating func skipComment() throws(Refusal) {
        guard current == UInt8(ascii: "#") else { return }
        while let byte = current, byte != UInt8(ascii: "\n") {
            if byte == UInt8(ascii: "\r"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "\n")
            {
                return
            }
            if Self.isControl(byte) { throw refusal("a comment must not contain control characters") }
            position += 1
        }
    }

    mutating func skipBlankLines() throws(Refusal) {
        repeat {
            skipSpaces()
            try skipComment()
        } while try skipNewline()
    }

    static func isControl(_ byte: UInt8) -> Bool { (byte < 0x20 && byte != 0x09) || byte == 0x7F }
}
