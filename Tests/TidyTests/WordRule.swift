/// A word that does not belong into some files, with what to write instead.
struct WordRule: Sendable {
    let tokens: [String]
    let instead: String
    /// Folders or files in which it counts.
    let places: [String]
    /// Files that may have it, with the reason.
    let exceptions: [String: String]

    init(_ tokens: [String], in places: [String], except: [String: String] = [:], instead: String) {
        self.tokens = tokens
        self.places = places
        self.exceptions = except
        self.instead = instead
    }

    /// The tokens as one writes them.
    private var word: String { tokens.joined(separator: " ").replacing("@ ", with: "@") }

    static let all: [WordRule] = [
        WordRule(["try", "!"], in: ["Sources/"], instead: "throw, or handle the error"),
        WordRule(["as", "!"], in: ["Sources/"], instead: "`as?` with an error, or a better type"),
        WordRule(
            ["fatalError", "("], in: ["Sources/", "Package.swift"], except: Exceptions.fatalErrors,
            instead: "throw; or `precondition` with the broken promise in words"),
        WordRule(["print", "("], in: libraries, instead: "a logger, or a value that a program prints"),
        WordRule(["debugPrint", "("], in: ["Sources/"], instead: "a logger"),
        WordRule(["sleep", "("], in: ["Tests/"], instead: "waiting for the event itself"),
        WordRule(["usleep", "("], in: ["Tests/", "Sources/"], instead: "waiting for the event itself"),
        WordRule(
            ["nanosleep", "("], in: ["Tests/", "Sources/"], except: Exceptions.blockingWaits,
            instead: "waiting for the event itself"),
        WordRule(["Thread", ".", "sleep"], in: ["Sources/"], instead: "waiting for the event itself"),
        WordRule([".", "disabled", "("], in: ["Tests/"], instead: "a test that runs, or none"),
        WordRule(["withKnownIssue"], in: ["Tests/"], instead: "the mended code"),
        WordRule(
            ["unsafe"], in: ["Sources/"], except: Exceptions.unsafe,
            instead: "a call of the module's one door"),
        WordRule(
            ["@", "unchecked", "Sendable"], in: ["Sources/", "Tests/", "Benchmarks/"],
            except: Exceptions.uncheckedSendable, instead: "a lock or an actor that the compiler can check"),
    ]

    private static let libraries = ["Sources/Wasm/", "Sources/App/", "Sources/Hosts/", "Sources/Work/"]

    /// At most one sentence for a file.
    func problems(in file: SwiftText) -> [String] {
        guard places.contains(where: file.path.hasPrefix) else { return [] }
        if exceptions.keys.contains(where: { Self.covers($0, file.path) }) { return [] }
        let lines = file.lines(of: tokens)
        guard let first = lines.first else { return [] }
        let more = lines.count > 1 ? " and \(lines.count - 1) times more" : ""
        return [
            "\(file.path):\(first)\(more): `\(word)` is not for this place; instead: \(instead)."
        ]
    }

    /// Exceptions that cover no file with the word, one sentence each.
    func staleExceptions(in files: [SwiftText]) -> [String] {
        exceptions.keys.filter { key in
            !files.contains { file in Self.covers(key, file.path) && !file.lines(of: tokens).isEmpty }
        }.map { "\($0) no longer needs its exception for `\(word)`." }
    }

    private static func covers(_ key: String, _ path: String) -> Bool {
        key == path || (key.hasSuffix("/") && path.hasPrefix(key))
    }
}
