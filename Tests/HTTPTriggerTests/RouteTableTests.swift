import AppModel
import Testing

@testable import HTTPTrigger

/// The algorithm as the reference states it, written for clarity: strings, a sorted list, a scan.
private struct NaiveRoutes {
    enum Part: Equatable {
        case exact(String), parameter(String), slash, dot, wildcard
        var rank: Int {
            switch self {
            case .dot: 4
            case .exact: 3
            case .parameter: 2
            case .wildcard: 1
            case .slash: 0
            }
        }
    }

    var routes: [(parts: [Part], trigger: Int)] = []

    static func trim(_ text: String) -> String {
        String(text.drop { $0 == "/" }.reversed().drop { $0 == "/" }.reversed())
    }

    static func parts(_ route: String) -> [Part] {
        var result: [Part] = []
        var text = trim(route)
        if text == "..." { text = "*" } else if text.hasSuffix("/...") { text = text.dropLast(3) + "*" }
        for (index, part) in text.split(separator: "/").enumerated() {
            if index > 0 { result.append(.slash) }
            var isFirst = true
            for word in part.split(separator: ".", omittingEmptySubsequences: false) {
                if !isFirst {
                    if case .exact(let before)? = result.last {
                        result[result.count - 1] = .exact(before + ".")
                    } else {
                        result.append(.dot)
                    }
                }
                isFirst = false
                if word == "*" {
                    result.append(.wildcard)
                } else if word.hasPrefix(":") {
                    result.append(.parameter(String(word.dropFirst())))
                } else if !word.isEmpty {
                    result.append(.exact(String(word)))
                }
            }
        }
        return result
    }

    static func precedes(_ one: [Part], _ other: [Part]) -> Bool {
        for (mine, theirs) in zip(one, other) {
            let bothSeparate = [.slash, .dot].contains(mine) && [.slash, .dot].contains(theirs)
            if !bothSeparate, mine.rank != theirs.rank { return mine.rank > theirs.rank }
        }
        let (dots, otherDots) = (one.count { $0 == .dot }, other.count { $0 == .dot })
        return dots != otherDots ? dots > otherDots : one.count < other.count
    }

    init(_ texts: [String]) {
        for (trigger, text) in texts.enumerated() where !texts[(trigger + 1)...].contains(text) {
            // A duplicate keeps the place of its first occurrence, which only matters among equals.
            let parts = Self.parts(text)
            let first = texts.firstIndex(of: text) ?? trigger
            let place = routes.firstIndex {
                Self.precedes(parts, $0.parts)
                    || (!Self.precedes($0.parts, parts)
                        && first < (texts.firstIndex(of: texts[$0.trigger]) ?? 0))
            }
            routes.insert((parts, trigger), at: place ?? routes.count)
        }
    }

    static func match(_ parts: ArraySlice<Part>, _ path: Substring) -> (
        captures: [String: String], rest: String?
    )? {
        guard let part = parts.first else { return path.isEmpty ? ([:], nil) : nil }
        let next = parts.dropFirst()
        switch part {
        case .exact(let text):
            return path.hasPrefix(text) ? match(next, path.dropFirst(text.count)) : nil
        case .dot:
            return path.hasPrefix(".") ? match(next, path.dropFirst()) : nil
        case .slash:
            if path.hasPrefix("/") { return match(next, path.dropFirst()) }
            return path.isEmpty && next.first == .wildcard ? match(next, path) : nil
        case .wildcard:
            return ([:], String(path))
        case .parameter(let name):
            guard !path.isEmpty else { return nil }
            let value = path.prefix { $0 != "/" && !($0 == "." && next.first == .dot) }
            guard var found = match(next, path.dropFirst(value.count)) else { return nil }
            found.captures[name] = String(value)
            return found
        }
    }

    func find(_ path: String) -> (trigger: Int, captures: [String: String], info: String)? {
        for route in routes {
            let trimmed = Self.trim(path)
            guard let found = Self.match(route.parts[...], trimmed[...]) else { continue }
            var info = ""
            if let rest = found.rest {
                info = (rest.isEmpty ? "" : "/" + rest) + (path.hasSuffix("/") ? "/" : "")
            }
            return (route.trigger, found.captures, info)
        }
        return nil
    }
}

private func triggers(_ routes: [String]) -> [HTTPTrigger] {
    routes.enumerated().map { index, route in
        HTTPTrigger(id: "t\(index)", handler: .component("c"), route: .path(route))
    }
}

@Suite struct RouteTableTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test(arguments: [
        ("/foo", "/foo", true), ("/foo", "/foo/", true), ("/foo", "//foo", true), ("/foo/", "/foo", true),
        ("foo", "/foo", true), ("/foo", "/foo/bar", false), ("/foo", "/fo", false), ("/foo", "/Foo", false),
        ("/foo/bar", "/foo//bar", false), ("/", "/", true), ("/", "", true), ("/", "/a", false),
        ("/...", "/", true), ("/...", "/a/b", true), ("/*", "/a/b", true), ("/a/...", "/a", true),
        ("/a/...", "/a/", true), ("/a/...", "/a/b/c", true), ("/a/...", "/ab", false), ("/a/...", "/", false),
        ("/:x", "/a", true), ("/:x", "/", false), ("/:x", "/a/b", false), ("/:x", "/a.b", true),
        ("/:x/b", "/a/b", true), ("/a/:x/b", "/a//b", true), ("/:x/...", "/a", true),
        ("/:f.json", "/data.json", true), ("/:f.json", "/data", false), ("/:f.json", "/a/b.json", false),
        ("/:f.json", "/a.b.json", false), ("/a.b", "/a.b", true), ("/a.b", "/a/b", false),
        ("/a.", "/a.", true),
        ("/.well-known/x", "/.well-known/x", true), ("/files/.hidden", "/files/.hidden", true),
        ("/files/.hidden", "/files.hidden", false), ("/a..b", "/a..b", true), ("/a/./b", "/a/./b", true),
        ("/caf%C3%A9", "/caf%C3%A9", true), ("/caf%C3%A9", "/café", false), ("/é/:x", "/é/1", true),
    ])
    func `a route matches the paths it should`(route: String, path: String, matches: Bool) throws {
        let table = try RouteTable(triggers: triggers([route]))
        #expect((table.match(path) != nil) == matches)
    }

    @Test(arguments: [
        (["/...", "/:x", "/a"], "/a", 2), (["/...", "/:x", "/a"], "/b", 1),
        (["/...", "/:x", "/a"], "/b/c", 0),
        (["/a/...", "/a"], "/a", 1), (["/a/...", "/a"], "/a/b", 0), (["/a/...", "/a/b/..."], "/a/b/c", 1),
        (["/:x/...", "/a/..."], "/a/b", 1), (["/...", "/.well-known/x"], "/.well-known/x", 1),
        (["/:x", "/:x.json"], "/a.json", 1), (["/:a/b", "/:c/b"], "/x/b", 0), (["/a", "/a/"], "/a", 0),
        (["/a/:x", "/:x/b"], "/a/b", 0), (["/:f.:e/x", "/:f/x"], "/a.b/x", 1),
        (["/:f/x", "/:f.b/x"], "/a.b/x", 1),
    ])
    func `the most specific route wins`(routes: [String], path: String, winner: Int) throws {
        #expect(try RouteTable(triggers: triggers(routes)).match(path)?.triggerIndex == winner)
    }

    @Test(arguments: [
        ("/test/...", "/test", ""), ("/test/...", "/test/", "/"), ("/test/...", "/test/hello/", "/hello/"),
        ("/test/...", "/test/a/b", "/a/b"), ("/...", "/", "/"), ("/...", "/a", "/a"), ("/...", "", ""),
        ("/test/...", "/test/a//", "/a/"), ("/test", "/test/", ""), ("/a.*", "/a.b", "/b"),
        ("/...", "a", "/a"), ("/test/...", "//test/a", "/a"),
    ])
    func `path info is what the wildcard took`(route: String, path: String, info: String) throws {
        let match = try #require(RouteTable(triggers: triggers([route])).match(path))
        #expect(match.pathInfo(in: path) == info)
    }

    @Test func `parameters are captured in the order of the route`() throws {
        let table = try RouteTable(triggers: triggers(["/u/:id/f/:name.:type/..."]))
        let path = "/u/7%20/f/a.png/rest"
        let match = try #require(table.match(path))
        #expect(
            table.parameters(of: match, in: path) == [
                RouteParameter(name: "id", value: "7%20"), RouteParameter(name: "name", value: "a"),
                RouteParameter(name: "type", value: "png"),
            ])
        #expect(match.pathInfo(in: path) == "/rest")
    }

    @Test(arguments: [
        ("/a/:x/...", "/a/:x/...", "/a/:x/...", "/a/:x"), ("a/", "/a", "a/", "a/"), ("/", "", "/", "/"),
        ("/...", "/...", "/...", ""),
    ])
    func `a match tells the three spellings of its route`(
        route: String, matched: String, raw: String, component: String
    ) throws {
        let table = try RouteTable(triggers: triggers([route]))
        let match = try #require(table.match("/a/b") ?? table.match("/a") ?? table.match("/"))
        let texts = table.texts(of: match)
        #expect((texts.matched, texts.raw, texts.component) == (matched, raw, component))
    }

    @Test func `the later of two equal routes wins and the author is told`() throws {
        let table = try RouteTable(triggers: triggers(["/a", "/b", "/a"]))
        #expect(table.match("/a")?.triggerIndex == 2)
        #expect(table.diagnostics == [.duplicate(route: "/a", replaced: "t0", effective: "t2")])
        #expect(
            table.diagnostics[0].description
                == "the triggers t0 and t2 both have the route /a: t2 gets all its requests, because it comes later"
        )
    }

    @Test func `a reserved route is reported`() throws {
        let table = try RouteTable(triggers: triggers(["/.well-known/spin/x"]))
        #expect(table.diagnostics == [.reserved(route: "/.well-known/spin/x", trigger: "t0")])
    }

    @Test func `a private trigger has no route`() throws {
        let hidden = HTTPTrigger(id: "p", handler: .component("c"), route: .isPrivate)
        let table = try RouteTable(triggers: [hidden] + triggers(["/a"]))
        #expect(table.match("/p") == nil)
        #expect(table.match("/a")?.triggerIndex == 1)
    }

    @Test(arguments: [
        ("/a/:", RouteProblem.namelessParameter), ("/*rest", .namedWildcard("*rest")),
        ("/*/a", .wildcardNotLast),
        ("/*.a", .wildcardNotLast), ("/a/:./b", .namelessParameter),
    ])
    func `a route that is none is refused`(route: String, problem: RouteProblem) {
        #expect(throws: RouteTable.InvalidRoute(triggerIndex: 0, problem: problem)) {
            try RouteTable(triggers: triggers([route]))
        }
    }

    @Test func `random tables and paths agree with the plain algorithm`() throws {
        var random = Random(state: 42)
        let words = ["a", "b", "ab", ":x", ":y", ".", "..", "a.b", ":x.b", ":x.:y", ".a", "a.", "é"]
        var matches = 0
        for _ in 0..<3000 {
            let routes = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                let parts = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    words.randomElement(using: &random) ?? ""
                }
                let ending = ["", "/", "/...", "/*"].randomElement(using: &random) ?? ""
                return "/" + parts.joined(separator: "/") + ending
            }
            let table = try RouteTable(triggers: triggers(routes))
            let naive = NaiveRoutes(routes)
            for _ in 0..<20 {
                let path =
                    (0..<Int.random(in: 0...8, using: &random)).map { _ in
                        ["/", "/", "a", "b", ".", "x", "é"].randomElement(using: &random) ?? ""
                    }.joined()
                let match = table.match(path)
                let expected = naive.find(path)
                #expect(match?.triggerIndex == expected?.trigger, "\(routes) \(path)")
                guard let match, let expected, match.triggerIndex == expected.trigger else { continue }
                matches += 1
                #expect(match.pathInfo(in: path) == expected.info, "\(routes) \(path)")
                let captures = table.parameters(of: match, in: path)
                #expect(
                    Dictionary(captures.map { ($0.name, $0.value) }) { _, last in last }.keys.sorted()
                        == expected.captures.keys.sorted(), "\(routes) \(path)")
            }
        }
        #expect(matches > 5000)
    }

    @Test func `bytes that are no UTF-8 are matched as bytes`() throws {
        let table = try RouteTable(triggers: triggers(["/a/..."]))
        let path: [UInt8] = [0x2f, 0x61, 0x2f, 0xff, 0xfe]
        #expect(table.match(path.span)?.triggerIndex == 0)
    }

    @Test func `a thousand routes are told apart`() throws {
        let table = try RouteTable(triggers: triggers((0..<1000).map { "/r\($0)/x" } + ["/:p/x"]))
        for index in 0..<1000 { #expect(table.match("/r\(index)/x/")?.triggerIndex == index) }
        #expect(table.match("/other/x")?.triggerIndex == 1000)
    }
}
