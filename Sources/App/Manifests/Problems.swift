/// Collects errors and warnings while a manifest is read, so that the author sees several at once.
final class Problems {
    let file: String
    let limit: Int
    private var errors: [ManifestError] = []
    private var warnings: [ManifestError] = []

    init(file: String, limit: Int) {
        self.file = file
        self.limit = limit
    }

    var hasErrors: Bool { !errors.isEmpty }

    /// True when further errors are not reported, so that looking for them is idle.
    var isFull: Bool { errors.count >= limit }

    func error(_ sentence: String, at position: TextPosition, key: KeyPath) {
        if errors.count < limit { errors.append(make(sentence, position, key)) }
    }

    func warning(_ sentence: String, at position: TextPosition, key: KeyPath) {
        if warnings.count < limit { warnings.append(make(sentence, position, key)) }
    }

    private func make(_ sentence: String, _ position: TextPosition, _ key: KeyPath) -> ManifestError {
        ManifestError(
            file: file, line: position.line, column: position.column, keyPath: key.description,
            sentence: sentence)
    }

    var sortedWarnings: [ManifestError] { Self.sorted(warnings) }

    /// Throws what was collected, if there is an error in it.
    func throwIfAny() throws(ManifestErrors) {
        if hasErrors { throw ManifestErrors(errors: Self.sorted(errors), warnings: sortedWarnings) }
    }

    private static func sorted(_ problems: [ManifestError]) -> [ManifestError] {
        problems.enumerated().sorted {
            ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
        }.map(\.element)
    }
}

/// A place in a text, from 1.
struct TextPosition: Equatable, Comparable {
    var line: Int
    var column: Int

    static let start = TextPosition(line: 1, column: 1)

    static func < (one: TextPosition, other: TextPosition) -> Bool {
        (one.line, one.column) < (other.line, other.column)
    }
}

/// The way from the root of a manifest to a value.
struct KeyPath: CustomStringConvertible {
    private(set) var description = ""

    static let root = KeyPath()

    func key(_ name: String) -> KeyPath {
        let written = name.isBareKey ? name : "\"\(name.shownInSentence.replacing("\"", with: "\\\""))\""
        return KeyPath(description: description.isEmpty ? written : "\(description).\(written)")
    }

    /// Elements are counted from 1, as people do.
    func element(_ index: Int) -> KeyPath {
        KeyPath(description: "\(description)[\(index + 1)]")
    }
}

extension String {
    fileprivate var isBareKey: Bool {
        !isEmpty && unicodeScalars.allSatisfy { $0.isASCIILetterOrDigit || $0 == "-" || $0 == "_" }
    }

    /// The text for a sentence: control characters replaced, and cut when very long.
    var shownInSentence: String {
        let shown = unicodeScalars.prefix(80).map {
            $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
        }
        var text = String(String.UnicodeScalarView(shown))
        if unicodeScalars.count > 80 { text += "…" }
        return text
    }
}

extension Unicode.Scalar {
    var isASCIILetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
    var isASCIIDigit: Bool { ("0"..."9").contains(self) }
    var isASCIIHexDigit: Bool { isASCIIDigit || ("a"..."f").contains(self) || ("A"..."F").contains(self) }
    var isASCIILetterOrDigit: Bool { isASCIILetter || isASCIIDigit }
}
