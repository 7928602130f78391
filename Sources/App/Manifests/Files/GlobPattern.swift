/// A pattern over relative paths: `*` and `?` stand for text, `[a-z]` and `[!a-z]` for a character, `**` as a whole
/// part for any number of folders.
///
/// Matching keeps a set of states, so its time is bounded by the lengths of pattern and path.
struct GlobPattern {
    /// Whether `*`, `?` and a class may stand for a slash.
    enum Reach {
        /// They stay inside one part of the path, as in `files`.
        case part
        /// They run across parts, as in `exclude_files`.
        case path
    }

    enum Invalid: Error, Equatable {
        case openClass
        case recursiveNotAlone

        var sentence: String {
            switch self {
            case .openClass: "a \"[\" in a pattern needs a closing \"]\""
            case .recursiveNotAlone: "\"**\" must be a whole part of the pattern, as in \"static/**/*\""
            }
        }
    }

    private enum Token: Equatable {
        case literal(Unicode.Scalar)
        case any
        case anySequence
        /// Any number of parts, each with the slash after it.
        case anyFolders
        case oneOf([ClosedRange<Unicode.Scalar>], negated: Bool)
    }

    private let tokens: [Token]
    private let reach: Reach

    /// The parts before the first one with a special character.
    let literalPrefix: [String]
    /// How many parts follow `literalPrefix`; `nil` when `**` allows any number.
    let depth: Int?

    /// True when the text has a special character.
    static func isPattern(_ text: String) -> Bool { text.contains { "*?[".contains($0) } }

    /// Parses a relative pattern without `.`, `..` and empty parts.
    init(_ text: String, reach: Reach) throws(Invalid) {
        self.reach = reach
        let parts = text.split(separator: "/").map(String.init)
        literalPrefix = Array(parts.prefix { !Self.isPattern($0) }.prefix(max(parts.count - 1, 0)))
        depth = parts.contains("**") ? nil : parts.count - literalPrefix.count
        var tokens: [Token] = []
        for (index, part) in parts.enumerated() {
            let isLast = index + 1 == parts.count
            if part == "**" {
                if tokens.last != .anyFolders { tokens.append(.anyFolders) }
                if isLast { tokens += [.anySequence] }
            } else {
                tokens += try Self.tokens(ofPart: part)
                if !isLast { tokens.append(.literal("/")) }
            }
        }
        self.tokens = tokens
    }

    private static func tokens(ofPart part: String) throws(Invalid) -> [Token] {
        var tokens: [Token] = []
        var rest = Array(part.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "?": tokens.append(.any)
            case "*":
                if rest.first == "*" { throw .recursiveNotAlone }
                tokens.append(.anySequence)
            case "[":
                let negated = rest.first == "!"
                if negated { rest = rest.dropFirst() }
                // A "]" in the first place is a member.
                guard let end = rest.dropFirst().firstIndex(of: "]") else { throw .openClass }
                tokens.append(.oneOf(ranges(rest[..<end]), negated: negated))
                rest = rest[(end + 1)...]
            default: tokens.append(.literal(scalar))
            }
        }
        return tokens
    }

    private static func ranges(_ members: ArraySlice<Unicode.Scalar>) -> [ClosedRange<Unicode.Scalar>] {
        var result: [ClosedRange<Unicode.Scalar>] = []
        var rest = members
        while let low = rest.popFirst() {
            if rest.count > 1, rest.first == "-" {
                rest = rest.dropFirst()
                let high = rest.removeFirst()
                if low <= high { result.append(low...high) }
            } else {
                result.append(low...low)
            }
        }
        return result
    }

    /// What a match with a path costs at most, in steps.
    func steps(for path: String) -> Int { (tokens.count + 1) * (path.utf8.count + 1) }

    /// True when the whole relative path matches.
    func matches(_ path: String) -> Bool {
        var states = [Bool](repeating: false, count: tokens.count + 1)
        states[0] = true
        close(&states)
        var atPartStart = true
        for scalar in path.unicodeScalars {
            var next = [Bool](repeating: false, count: tokens.count + 1)
            for (state, token) in tokens.enumerated() where states[state] {
                switch token {
                case .literal(let expected): if scalar == expected { next[state + 1] = true }
                case .any: if reaches(scalar) { next[state + 1] = true }
                case .anySequence: if reaches(scalar) { next[state] = true }
                case .anyFolders: next[state] = true
                case .oneOf(let ranges, let negated):
                    let isMember = ranges.contains { $0.contains(scalar) }
                    if reaches(scalar), isMember != negated { next[state + 1] = true }
                }
            }
            atPartStart = scalar == "/"
            states = next
            close(&states, atPartStart: atPartStart)
        }
        return states[tokens.count]
    }

    private func reaches(_ scalar: Unicode.Scalar) -> Bool { reach == .path || scalar != "/" }

    /// Adds the states that are reached without a character. A run of folders ends only after a slash.
    private func close(_ states: inout [Bool], atPartStart: Bool = true) {
        for (state, token) in tokens.enumerated() where states[state] {
            if token == .anySequence || (token == .anyFolders && atPartStart) { states[state + 1] = true }
        }
    }
}
