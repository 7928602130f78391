/// Cuts Swift text into tokens, following strings (raw, multi-line, interpolated) and nested comments.
struct SwiftScanner {
    private(set) var tokens: [SwiftText.Token] = []
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var line = 1
    /// Where the last token ended.
    private var end = -1

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    /// Reads code up to the end, or up to the parenthesis that ends an interpolation.
    mutating func scanCode(untilParenthesis: Bool) {
        var depth = 0
        while let scalar = peek() {
            if scalar == "/", peek(1) == "/" {
                skip { $0 != "\n" }
            } else if scalar == "/", peek(1) == "*" {
                skipBlockComment()
            } else if scalar == "\"" || scalar == "#" {
                scanLiteralOrMark()
            } else if scalar == "`" {
                scanQuotedName()
            } else if isWord(scalar) {
                let start = position
                skip(while: isWord)
                add(.word, scalars[start..<position], line)
            } else {
                if scalar == "(" { depth += 1 }
                if scalar == ")" {
                    if untilParenthesis && depth == 0 { return advance() }
                    depth -= 1
                }
                if !isSpace(scalar) { add(.mark, scalars[position...position], line) }
                advance()
            }
        }
    }

    private mutating func scanLiteralOrMark() {
        var hashes = 0
        while peek(hashes) == "#" { hashes += 1 }
        guard peek(hashes) == "\"" else {
            add(.mark, scalars[position...position], line)
            return advance()
        }
        advance(hashes)
        scanLiteral(hashes: hashes, quotes: peek(1) == "\"" && peek(2) == "\"" ? 3 : 1)
    }

    private mutating func scanLiteral(hashes: Int, quotes: Int) {
        let first = line
        advance(quotes)
        var content: [Unicode.Scalar] = []
        while let scalar = peek() {
            if scalar == "\"", isEnd(hashes: hashes, quotes: quotes) {
                advance(quotes + hashes)
                break
            }
            if scalar == "\n" && quotes == 1 { break }
            if scalar == "\\", (0..<hashes).allSatisfy({ peek(1 + $0) == "#" }) {
                if peek(1 + hashes) == "(" {
                    advance(2 + hashes)
                    scanCode(untilParenthesis: true)
                    continue
                }
                // The escaped character may be a quote.
                content.append(scalar)
                advance(1 + hashes)
                guard peek() != nil else { break }
            }
            content.append(scalars[position])
            advance()
        }
        add(.literal, content[...], first)
    }

    private func isEnd(hashes: Int, quotes: Int) -> Bool {
        (0..<quotes).allSatisfy { peek($0) == "\"" } && (0..<hashes).allSatisfy { peek(quotes + $0) == "#" }
    }

    private mutating func scanQuotedName() {
        advance()
        let start = position
        skip { $0 != "`" && $0 != "\n" }
        add(.word, scalars[start..<position], line)
        advance()
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if peek() == "/", peek(1) == "*" {
                depth += 1
                advance(2)
            } else if peek() == "*", peek(1) == "/" {
                depth -= 1
                advance(2)
            } else {
                advance()
            }
        } while depth > 0 && peek() != nil
    }

    private mutating func skip(while condition: (Unicode.Scalar) -> Bool) {
        while let scalar = peek(), condition(scalar) { advance() }
    }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where position < scalars.count {
            if scalars[position] == "\n" { line += 1 }
            position += 1
        }
    }

    private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
        position + offset < scalars.count ? scalars[position + offset] : nil
    }

    private mutating func add(_ kind: SwiftText.Token.Kind, _ text: ArraySlice<Unicode.Scalar>, _ line: Int) {
        let isAttached = kind != .literal && text.startIndex == end
        end = kind == .literal ? -1 : text.endIndex
        let text = String(String.UnicodeScalarView(text))
        tokens.append(.init(kind: kind, text: text, line: line, isAttached: isAttached))
    }

    private func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "A"..."Z", "a"..."z", "_": true
        default: !scalar.isASCII
        }
    }

    private func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\n" || scalar == "\t" || scalar == "\r"
    }
}
