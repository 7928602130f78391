/// Splits a WebAssembly test script (`.wast`) into its forms, without understanding the text format.
struct ScriptReader {
    /// A parenthesised form and the line it begins on.
    struct Form {
        var text: Substring
        var line: Int

        /// The words after the parenthesis, up to the first one that is another form or a string.
        var head: [Substring] {
            text.dropFirst().prefix { $0 != "(" && $0 != "\"" && $0 != ")" }
                .split(omittingEmptySubsequences: false) { $0 == "\n" }
                .map { line in line.firstRange(of: ";;").map { line[..<$0.lowerBound] } ?? line }
                .flatMap { $0.split(whereSeparator: \.isWhitespace) }
        }

        /// The forms inside.
        var forms: [Form] { ScriptReader.forms(text.dropFirst().dropLast(), line: line) }

        /// The strings directly inside, as bytes.
        var strings: [[UInt8]] { ScriptReader.strings(text.dropFirst().dropLast()) }
    }

    static func forms(_ text: Substring, line: Int = 1) -> [Form] {
        var forms: [Form] = []
        scan(text, line: line) { form, _ in forms.append(contentsOf: form.map { [$0] } ?? []) }
        return forms
    }

    private static func strings(_ text: Substring) -> [[UInt8]] {
        var strings: [[UInt8]] = []
        scan(text, line: 1) { _, string in strings.append(contentsOf: string.map { [unescaped($0)] } ?? []) }
        return strings
    }

    private static func scan(_ text: Substring, line: Int, _ found: (Form?, Substring?) -> Void) {
        let bytes = text.utf8
        var index = bytes.startIndex
        var line = line
        var depth = 0
        var start = (index: index, line: line)
        func next(_ offset: Int = 1) -> UInt8? {
            let place = bytes.index(index, offsetBy: offset, limitedBy: bytes.endIndex) ?? bytes.endIndex
            return place < bytes.endIndex ? bytes[place] : nil
        }
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: ";") where next() == UInt8(ascii: ";"):
                index = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
                continue
            case UInt8(ascii: "("):
                if depth == 0 { start = (index, line) }
                depth += 1
            case UInt8(ascii: ")"):
                depth -= 1
                if depth == 0 { found(Form(text: text[start.index...index], line: start.line), nil) }
            case UInt8(ascii: "\""):
                let from = bytes.index(after: index)
                index = from
                while bytes[index] != UInt8(ascii: "\"") {
                    if bytes[index] == UInt8(ascii: "\\") { index = bytes.index(after: index) }
                    if bytes[index] == UInt8(ascii: "\n") { line += 1 }
                    index = bytes.index(after: index)
                }
                if depth == 0 { found(nil, text[from..<index]) }
            default: break
            }
            index = bytes.index(after: index)
        }
    }

    private static func unescaped(_ text: Substring) -> [UInt8] {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let kind = rest.popFirst() else {
                result.append(byte)
                continue
            }
            switch kind {
            case UInt8(ascii: "n"): result.append(10)
            case UInt8(ascii: "t"): result.append(9)
            case UInt8(ascii: "r"): result.append(13)
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"): result.append(kind)
            case UInt8(ascii: "u"):
                let digits = rest.dropFirst().prefix { $0 != UInt8(ascii: "}") }
                rest = rest.dropFirst(digits.count + 2)
                let number = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
                result += Unicode.Scalar(number).map { Array(String($0).utf8) } ?? []
            default:
                let digits = [kind] + [rest.popFirst() ?? 0]
                result.append(UInt8(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0)
            }
        }
        return result
    }
}
