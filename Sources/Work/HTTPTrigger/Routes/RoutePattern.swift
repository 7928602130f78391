/// A route text, split into what each part of a path must be.
///
/// The grammar is that of Spin's HTTP trigger: text is split at `/` and `.`; `:name` takes a part; `...` (or `*`)
/// at the end takes the rest, which may be empty.
struct RoutePattern: Sendable, Equatable {
    /// One part of a route.
    enum Segment: Sendable, Equatable {
        /// This text, exactly. It may contain and end in dots.
        case exact([UInt8])
        /// Text up to the next `/`, or up to the next `.` when a dot follows. Never empty.
        case parameter(String)
        case slash
        /// A dot next to a parameter; dots inside plain text belong to that text.
        case dot
        /// Everything that is left.
        case wildcard
    }

    let segments: [Segment]
    let dots: Int

    /// Parses a route text. Leading and trailing slashes do not count, nor do empty parts.
    init(_ text: String) throws(RouteProblem) {
        var parser = Parser()
        let trimmed = Self.withoutEndSlashes(Array(text.utf8))
        var start = 0
        while true {
            let end = trimmed[start...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") }
            try parser.add(trimmed[start..<(end ?? trimmed.count)])
            guard let end else { break }
            parser.separate(isDot: trimmed[end] == UInt8(ascii: "."))
            start = end + 1
        }
        if parser.segments.dropLast().contains(.wildcard) { throw .wildcardNotLast }
        segments = parser.segments
        dots = segments.count { $0 == .dot }
    }

    private static func withoutEndSlashes(_ bytes: [UInt8]) -> [UInt8] {
        let slash = UInt8(ascii: "/")
        guard let first = bytes.firstIndex(where: { $0 != slash }),
            let last = bytes.lastIndex(where: { $0 != slash })
        else { return [] }
        var middle = Array(bytes[first...last])
        if middle.suffix(3).elementsEqual("...".utf8), middle.count == 3 || middle[middle.count - 4] == slash
        {
            middle.replaceSubrange((middle.count - 3)..., with: [UInt8(ascii: "*")])
        }
        return middle
    }

    /// The text without parameters and wildcard, when the route has none of them.
    var literal: [UInt8]? {
        var bytes: [UInt8] = []
        for segment in segments {
            switch segment {
            case .exact(let text): bytes += text
            case .slash: bytes.append(UInt8(ascii: "/"))
            case .dot: bytes.append(UInt8(ascii: "."))
            case .parameter, .wildcard: return nil
            }
        }
        return bytes
    }

    /// True when requests that match both belong to this route. Equally specific routes keep the order of the
    /// manifest.
    func isMoreSpecific(than other: RoutePattern) -> Bool {
        for (mine, theirs) in zip(segments, other.segments) where !(mine.isSeparator && theirs.isSeparator) {
            if mine.weight != theirs.weight { return mine.weight > theirs.weight }
        }
        if dots != other.dots { return dots > other.dots }
        return segments.count < other.segments.count
    }
}

extension RoutePattern.Segment {
    /// A dot and a slash weigh the same against each other.
    fileprivate var isSeparator: Bool { self == .dot || self == .slash }

    /// What decides between two routes at their first difference. A dot stands above text: `/.well-known/x` must
    /// not lose to `/...`.
    fileprivate var weight: Int {
        switch self {
        case .dot: 4
        case .exact: 3
        case .parameter: 2
        case .wildcard: 1
        case .slash: 0
        }
    }
}

extension RoutePattern {
    /// Builds segments from the parts between separators.
    private struct Parser {
        var segments: [Segment] = []
        private var separator: UInt8?
        private var pendingSlash = false

        mutating func separate(isDot: Bool) {
            if isDot {
                appendDot()
            } else {
                pendingSlash = true
            }
            separator = isDot ? UInt8(ascii: ".") : UInt8(ascii: "/")
        }

        private mutating func appendSlashIfPending() {
            if pendingSlash, !segments.isEmpty { segments.append(.slash) }
            pendingSlash = false
        }

        private mutating func appendDot() {
            let startsPart = pendingSlash
            appendSlashIfPending()
            if !startsPart, case .exact(let text)? = segments.last {
                segments[segments.count - 1] = .exact(text + [UInt8(ascii: ".")])
            } else {
                segments.append(.dot)
            }
        }

        mutating func add(_ part: ArraySlice<UInt8>) throws(RouteProblem) {
            guard let first = part.first else { return }
            appendSlashIfPending()
            switch first {
            case UInt8(ascii: "*"):
                guard part.count == 1 else { throw .namedWildcard(String(decoding: part, as: UTF8.self)) }
                segments.append(.wildcard)
            case UInt8(ascii: ":"):
                guard part.count > 1 else { throw .namelessParameter }
                segments.append(.parameter(String(decoding: part.dropFirst(), as: UTF8.self)))
            default:
                segments.append(.exact(Array(part)))
            }
        }
    }
}
