/// The grammars of names in a manifest.
enum ManifestNames {
    /// Words joined by `-`; each starts with an ASCII letter and is all lower or all upper case.
    static func isKebab(_ text: String) -> Bool { isWords(text, joinedBy: "-", upperAllowed: true) }

    /// Words joined by `_`, lower case.
    static func isSnake(_ text: String) -> Bool { isWords(text, joinedBy: "_", upperAllowed: false) }

    /// What `isKebab` wants, for sentences.
    static let kebabRule =
        "write words of ASCII letters and digits joined by \"-\", each starting with a letter, as in \"my-name\""
    /// What `isSnake` wants, for sentences.
    static let snakeRule =
        "write lower-case words of ASCII letters and digits joined by \"_\", each starting with a letter, as in "
        + "\"my_name\""

    private static func isWords(_ text: String, joinedBy separator: Character, upperAllowed: Bool) -> Bool {
        text.split(separator: separator, omittingEmptySubsequences: false).allSatisfy { word in
            guard let first = word.unicodeScalars.first, first.isASCIILetter else { return false }
            let letters = word.unicodeScalars
            guard letters.allSatisfy(\.isASCIILetterOrDigit) else { return false }
            let isLower = !letters.contains { ("A"..."Z").contains($0) }
            let isUpper = !letters.contains { ("a"..."z").contains($0) }
            return isLower || (upperAllowed && isUpper)
        }
    }
}
