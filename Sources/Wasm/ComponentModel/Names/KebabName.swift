/// `label` of the text format: words of one case each, between hyphens (Explainer.md, import and export definitions).
enum KebabName {
    private enum LetterCase { case open, lower, upper }

    /// Whether the bytes are a label. The first word starts with a letter; later words may start with a digit.
    static func isValid(_ bytes: some Collection<UInt8>) -> Bool {
        var letters = LetterCase.open
        var isFirst = true
        var hasDigit = false
        var isEmptyWord = true
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"):
                guard letters != .upper else { return false }
                letters = .lower
                isEmptyWord = false
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                guard letters != .lower else { return false }
                letters = .upper
                isEmptyWord = false
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if letters == .open, isFirst { return false }
                hasDigit = true
                isEmptyWord = false
            case UInt8(ascii: "-"):
                guard letters != .open || hasDigit else { return false }
                letters = .open
                isFirst = false
                hasDigit = false
                isEmptyWord = true
            default: return false
            }
        }
        return !isEmptyWord
    }

    /// The label in lower case without hyphens.
    static func folded(_ label: String) -> String { label.lowercased().filter { $0 != "-" } }

    static func isLowercase(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }
}
