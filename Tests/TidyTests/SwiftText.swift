/// A Swift file cut into words, marks and literals, without its comments. Enough to find names and braces; not a
/// parser. (A literal regular expression is read as code.)
struct SwiftText: Sendable {
    struct Token: Equatable, Sendable {
        enum Kind { case word, mark, literal }

        let kind: Kind
        /// The word, the one character of a mark, or a literal without its quotes.
        let text: String
        /// Counted from 1.
        let line: Int
    }

    let path: String
    let lines: [Substring]
    let tokens: [Token]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var scanner = SwiftScanner(text)
        scanner.scanCode(untilParenthesis: false)
        tokens = scanner.tokens
    }

    /// The lines at which the tokens, one after the other, have these texts. Literals never match.
    func lines(of texts: [String]) -> [Int] {
        guard let first = texts.first, tokens.count >= texts.count else { return [] }
        return (0...(tokens.count - texts.count)).filter { start in
            tokens[start].text == first
                && texts.indices.allSatisfy {
                    tokens[start + $0].text == texts[$0] && tokens[start + $0].kind != .literal
                }
        }.map { tokens[$0].line }
    }

    /// Whether this line or one of the two above it carries a comment.
    func hasComment(near line: Int) -> Bool {
        [line - 2, line - 1, line].contains { $0 >= 1 && $0 <= lines.count && lines[$0 - 1].contains("//") }
    }
}
