/// A piece of a WebAssembly test script: a word, a string, or a form in parentheses.
indirect enum ScriptForm {
    case word(String)
    case string([UInt8])
    case list([ScriptForm], text: Substring, line: Int)

    var word: String? { if case .word(let word) = self { word } else { nil } }
    var bytes: [UInt8]? { if case .string(let bytes) = self { bytes } else { nil } }
    var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
    var items: [ScriptForm] { if case .list(let items, _, _) = self { items } else { [] } }
    var head: String? { items.first?.word }
    var line: Int { if case .list(_, _, let line) = self { line } else { 0 } }
    /// The text of a form, parentheses included.
    var source: Substring { if case .list(_, let text, _) = self { text } else { "" } }

    /// The text of a component form, without the word that makes a definition of it.
    var componentText: String {
        var text = String(source)
        if items.dropFirst().first?.word == "definition", let range = text.firstRange(of: "definition") {
            text.removeSubrange(range)
        }
        return text
    }
}

/// Reads a test script into forms, without understanding what is in them.
struct ScriptParser {
    private let text: Substring.UTF8View
    private let whole: Substring
    private var index: Substring.UTF8View.Index
    private var line = 1

    init(_ text: String) {
        whole = text[...]
        self.text = whole.utf8
        index = self.text.startIndex
    }

    static func forms(_ text: String) -> [ScriptForm] {
        var parser = ScriptParser(text)
        return parser.list()
    }

    private var byte: UInt8? { index < text.endIndex ? text[index] : nil }
    private var following: UInt8? {
        let next = text.index(index, offsetBy: 1, limitedBy: text.endIndex) ?? text.endIndex
        return next < text.endIndex ? text[next] : nil
    }

    private mutating func advance() {
        if byte == UInt8(ascii: "\n") { line += 1 }
        index = text.index(after: index)
    }

    private mutating func skipSpace() {
        while let byte {
            if byte == UInt8(ascii: ";"), following == byte {
                while let byte = self.byte, byte != UInt8(ascii: "\n") { advance() }
            } else if byte == UInt8(ascii: "("), following == UInt8(ascii: ";") {
                skipComment()
            } else if byte <= UInt8(ascii: " ") {
                advance()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() {
        var depth = 0
        repeat {
            if byte == UInt8(ascii: "("), following == UInt8(ascii: ";") {
                depth += 1
                advance()
            } else if byte == UInt8(ascii: ";"), following == UInt8(ascii: ")") {
                depth -= 1
                advance()
            }
            advance()
        } while depth > 0 && byte != nil
    }

    private mutating func list() -> [ScriptForm] {
        var forms: [ScriptForm] = []
        while true {
            skipSpace()
            guard let byte, byte != UInt8(ascii: ")") else { return forms }
            switch byte {
            case UInt8(ascii: "("):
                let start = index
                let startLine = line
                advance()
                let items = list()
                if self.byte != nil { advance() }
                forms.append(.list(items, text: whole[start..<index], line: startLine))
            case UInt8(ascii: "\""): forms.append(.string(string()))
            default: forms.append(.word(word()))
            }
        }
    }

    private mutating func word() -> String {
        let start = index
        while let byte, byte > UInt8(ascii: " "), !"()\"".utf8.contains(byte) { advance() }
        return String(whole[start..<index])
    }

    private mutating func string() -> [UInt8] {
        var result: [UInt8] = []
        advance()
        while let byte, byte != UInt8(ascii: "\"") {
            advance()
            guard byte == UInt8(ascii: "\\"), let kind = self.byte else {
                result.append(byte)
                continue
            }
            advance()
            escape(kind, &result)
        }
        if byte != nil { advance() }
        return result
    }

    private mutating func escape(_ kind: UInt8, _ result: inout [UInt8]) {
        switch kind {
        case UInt8(ascii: "n"): result.append(10)
        case UInt8(ascii: "t"): result.append(9)
        case UInt8(ascii: "r"): result.append(13)
        case UInt8(ascii: "u"):
            var digits = ""
            advance()
            while let byte, byte != UInt8(ascii: "}") {
                digits.unicodeScalars.append(Unicode.Scalar(byte))
                advance()
            }
            advance()
            if let scalar = UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) {
                result += Array(String(Character(scalar)).utf8)
            }
        default:
            guard let high = Self.hex(kind) else { return result.append(kind) }
            let low = byte.flatMap(Self.hex) ?? 0
            advance()
            result.append(high << 4 | low)
        }
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
