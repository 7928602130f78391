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
        /// Whether nothing stands between it and the token before.
        let isAttached: Bool
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

    /// The lines at which the tokens, one after the other, have these texts. Literals never match, and `!` and `?` only
    /// right behind a word: `try!` is not `try !done`.
    func lines(of texts: [String]) -> [Int] {
        guard let first = texts.first, tokens.count >= texts.count else { return [] }
        return (0...(tokens.count - texts.count)).filter { start in
            tokens[start].text == first && texts.indices.allSatisfy { isMatch(tokens[start + $0], texts[$0]) }
        }.map { tokens[$0].line }
    }

    private func isMatch(_ token: Token, _ text: String) -> Bool {
        token.text == text && token.kind != .literal && (token.isAttached || (text != "!" && text != "?"))
    }

    /// Whether this line or one of the two above it carries a comment.
    func hasComment(near line: Int) -> Bool {
        [line - 2, line - 1, line].contains { $0 >= 1 && $0 <= lines.count && lines[$0 - 1].contains("//") }
    }
}
