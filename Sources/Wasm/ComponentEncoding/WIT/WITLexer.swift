/// Splits a WIT text into tokens.
struct WITLexer {
    enum Token: Sendable, Equatable {
        /// A word; a keyword too, unless it was written with `%`.
        case word(String, isEscaped: Bool)
        /// Digits, and what versions have beside them.
        case number(String)
        case symbol(String)
        case end

        var text: String {
            switch self {
            case .word(let text, _), .number(let text), .symbol(let text): "\"\(text)\""
            case .end: "the end of the text"
            }
        }
    }

    let file: String
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var lineStart = 0

    init(_ text: [UInt8], file: String) {
        bytes = text
        self.file = file
    }

    /// The place of the next token, spaces skipped.
    mutating func place() throws(WITError) -> WITPlace {
        try skipSpaces()
        return here
    }

    private var here: WITPlace { WITPlace(file: file, line: line, column: position - lineStart + 1) }

    mutating func next() throws(WITError) -> Token {
        try skipSpaces()
        guard position < bytes.count else { return .end }
        let first = bytes[position]
        if Self.isLetter(first) {
            return .word(
                take { Self.isLetter($0) || Self.isDigit($0) || $0 == UInt8(ascii: "-") }, isEscaped: false)
        }
        if first == UInt8(ascii: "%") {
            position += 1
            let word = take { Self.isLetter($0) || Self.isDigit($0) || $0 == UInt8(ascii: "-") }
            guard !word.isEmpty else { throw here.error("\"%\" must stand before a name") }
            return .word(word, isEscaped: true)
        }
        if Self.isDigit(first) { return .number(take(Self.isDigit)) }
        if first == UInt8(ascii: "-"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: ">") {
            position += 2
            return .symbol("->")
        }
        guard "{}()<>,;:=/.@*_-+".utf8.contains(first) else {
            let rest = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
            let scalar = rest.unicodeScalars.first ?? "\u{FFFD}"
            throw here.error("unexpected character \(scalar.escaped(asASCII: true))")
        }
        position += 1
        return .symbol(String(UnicodeScalar(first)))
    }

    /// A version behind `@`, which no token describes.
    mutating func version() throws(WITError) -> String {
        try skipSpaces()
        let text = take { byte in
            Self.isLetter(byte) || Self.isDigit(byte) || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "+")
        }
        // `use a:b/c@1.0.0.{d}` has a dot behind the version.
        guard text.hasSuffix(".") else { return text }
        position -= 1
        return String(text.dropLast())
    }

    private mutating func take(_ belongs: (UInt8) -> Bool) -> String {
        let start = position
        while position < bytes.count, belongs(bytes[position]) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skipSpaces() throws(WITError) {
        while position < bytes.count {
            let byte = bytes[position]
            let next = position + 1 < bytes.count ? bytes[position + 1] : 0
            if byte == UInt8(ascii: "\n") {
                position += 1
                line += 1
                lineStart = position
            } else if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") {
                position += 1
            } else if byte == UInt8(ascii: "/"), next == UInt8(ascii: "/") {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            } else if byte == UInt8(ascii: "/"), next == UInt8(ascii: "*") {
                try skipBlock()
            } else {
                return
            }
        }
    }

    private mutating func skipBlock() throws(WITError) {
        let start = here
        var depth = 0
        while position + 1 < bytes.count {
            switch (bytes[position], bytes[position + 1]) {
            case (UInt8(ascii: "/"), UInt8(ascii: "*")):
                depth += 1
                position += 2
            case (UInt8(ascii: "*"), UInt8(ascii: "/")):
                depth -= 1
                position += 2
                if depth == 0 { return }
            case (UInt8(ascii: "\n"), _):
                position += 1
                line += 1
                lineStart = position
            default: position += 1
            }
        }
        throw start.error("this comment has no end")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
