public import AppModel

/// The public routes of an application, compiled once; finds the trigger for a path.
///
/// Matching works on the bytes of the path as the client sent it, without the query and without decoding, and
/// allocates nothing. Of several routes that match, the most specific wins: at the first difference plain text
/// before a parameter before a wildcard. `/.well-known/spin/` is the caller's to answer before it asks here.
///
/// An object, so that a request keeps it by one reference.
public final class RouteTable: Sendable {
    // An object, so that a request keeps its route by one reference.
    final class Entry: Sendable {
        let pattern: RoutePattern
        let texts: RouteTexts
        let triggerIndex: Int

        init(pattern: RoutePattern, texts: RouteTexts, triggerIndex: Int) {
            self.pattern = pattern
            self.texts = texts
            self.triggerIndex = triggerIndex
        }

        /// Names and values of the parameters, in the order of the route. `path` is the path that was matched.
        func parameters(in path: borrowing String) -> [RouteParameter] {
            guard pattern.segments.contains(where: { if case .parameter = $0 { true } else { false } }) else {
                return []
            }
            return pattern.parameters(in: path)
        }
    }

    let entries: [Entry]
    private let literals: LiteralIndex
    /// Entries with a parameter or a wildcard, in order of precedence.
    private let patterns: [Int]

    /// What the author should know about the routes.
    public let diagnostics: [RouteDiagnostic]

    /// A route that cannot be compiled, with the trigger that has it.
    public struct InvalidRoute: Error, Sendable, Equatable, CustomStringConvertible {
        /// Position of the trigger in the array.
        public let triggerIndex: Int
        /// What is wrong with its route.
        public let problem: RouteProblem

        /// A sentence for the author of the route.
        public var description: String { "the route of trigger \(triggerIndex + 1) is not valid: \(problem)" }
    }

    /// Compiles the routes of `triggers`; private ones are left out.
    public init(triggers: [HTTPTrigger]) throws(InvalidRoute) {
        var chosen: [(text: String, index: Int)] = []
        var places: [String: Int] = [:]
        var diagnostics: [RouteDiagnostic] = []
        for (index, trigger) in triggers.enumerated() {
            guard case .path(let text) = trigger.route else { continue }
            if let place = places[text] {
                let replaced = triggers[chosen[place].index].id
                diagnostics.append(.duplicate(route: text, replaced: replaced, effective: trigger.id))
                chosen[place].index = index
            } else {
                places[text] = chosen.count
                chosen.append((text, index))
            }
        }
        var entries: [Entry] = []
        for (text, index) in chosen {
            let texts = RouteTexts(manifestText: text)
            if texts.matched.hasPrefix("/.well-known/spin/") {
                diagnostics.append(.reserved(route: text, trigger: triggers[index].id))
            }
            let pattern: RoutePattern
            do {
                pattern = try RoutePattern(texts.matched)
            } catch {
                throw InvalidRoute(triggerIndex: index, problem: error)
            }
            let place = entries.firstIndex { pattern.isMoreSpecific(than: $0.pattern) } ?? entries.count
            entries.insert(Entry(pattern: pattern, texts: texts, triggerIndex: index), at: place)
        }
        self.entries = entries
        self.diagnostics = diagnostics
        literals = LiteralIndex(entries.map { $0.pattern.literal })
        patterns = entries.indices.filter { entries[$0].pattern.literal == nil }
    }

    private init(_ original: RouteTable) {
        entries = original.entries.map {
            Entry(pattern: $0.pattern, texts: $0.texts, triggerIndex: $0.triggerIndex)
        }
        literals = original.literals
        patterns = original.patterns
        diagnostics = original.diagnostics
    }

    /// An equal table for the requests of one event loop, whose references no other thread counts.
    func forOneLoop() -> RouteTable { RouteTable(self) }

    /// The route that requests for this path belong to, or `nil`.
    public func match(_ path: borrowing String) -> RouteMatch? {
        match(path.utf8Span.span)
    }

    /// The route that requests for this path belong to, or `nil`. The path is UTF-8 or not, as the client sent it.
    public func match(_ path: borrowing Span<UInt8>) -> RouteMatch? {
        let slash = UInt8(ascii: "/")
        var range = 0..<path.count
        while range.lowerBound < range.upperBound, path[range.lowerBound] == slash {
            range = range.lowerBound + 1..<range.upperBound
        }
        while range.lowerBound < range.upperBound, path[range.upperBound - 1] == slash {
            range = range.lowerBound..<range.upperBound - 1
        }
        // A route without parameter and wildcard wins wherever it matches, so it is looked up first.
        if let entry = literals.find(path, in: range) {
            return RouteMatch(entry: entry, triggerIndex: entries[entry].triggerIndex, rest: nil)
        }
        for entry in patterns {
            if let outcome = entries[entry].pattern.match(path, in: range) {
                return RouteMatch(
                    entry: entry, triggerIndex: entries[entry].triggerIndex,
                    rest: outcome.wildcard.map { RouteMatch.Rest(range: $0, of: path) })
            }
        }
        return nil
    }

    /// The texts of a matched route, for headers and environment of the guest.
    public func texts(of match: RouteMatch) -> RouteTexts {
        entries[match.entry].texts
    }

    /// Names and values of the parameters of a matched route, in the order of the route. `path` is the path that
    /// was matched.
    public func parameters(of match: RouteMatch, in path: borrowing String) -> [RouteParameter] {
        entries[match.entry].parameters(in: path)
    }
}

/// The spellings of a route that a guest is told.
public struct RouteTexts: Sendable, Equatable {
    /// `spin-matched-route`: with a leading slash, without a trailing one; empty for `/`.
    public let matched: String
    /// `spin-raw-component-route`: as the manifest writes it.
    public let raw: String
    /// `spin-component-route`: as the manifest writes it, without `/...`.
    public let component: String

    init(manifestText text: String) {
        raw = text
        component = text.hasSuffix("/...") ? String(text.dropLast(4)) : text
        let absolute = text.hasPrefix("/") ? text : "/" + text
        matched = absolute.hasSuffix("/") ? String(absolute.dropLast()) : absolute
    }
}

/// A parameter of a route and the part of the path it took.
public struct RouteParameter: Sendable, Equatable {
    /// The name after the colon.
    public let name: String
    /// Part of the path, not decoded.
    public let value: String
}
