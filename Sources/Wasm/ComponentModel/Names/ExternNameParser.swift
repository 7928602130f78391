/// Parses names of imports and exports.
struct ExternNameParser {
    private var rest: Substring
    private let allowsNestedNames: Bool

    init(_ text: String, allowsNestedNames: Bool) {
        rest = text[...]
        self.allowsNestedNames = allowsNestedNames
    }

    mutating func parse() throws(ExternName.Problem) -> ExternName.Kind {
        let kind = try parseKind()
        guard rest.isEmpty else { throw .init(message: "trailing characters found: `\(rest)`") }
        return kind
    }

    private mutating func parseKind() throws(ExternName.Problem) -> ExternName.Kind {
        if eat("[constructor]") { return .constructor(resource: try label(takeRest())) }
        if eat("[method]") {
            let (resource, name) = try resourceFunction()
            return .method(resource: resource, name: name)
        }
        if eat("[static]") {
            let (resource, name) = try resourceFunction()
            return .staticMethod(resource: resource, name: name)
        }
        if eat("unlocked-dep=") {
            try expect("<")
            try packageQuery()
            try expect(">")
            return .dependency
        }
        if eat("locked-dep=") {
            try expect("<")
            try packageName(isInterface: false)
            try expect(">")
            try optionalHash()
            return .dependency
        }
        if eat("url=") {
            try expect("<")
            guard !(try take(upTo: ">")).contains("<") else { throw .init(message: "url cannot contain `<`") }
            try expect(">")
            try optionalHash()
            return .url
        }
        if eat("integrity=") {
            try expect("<")
            try hash()
            try expect(">")
            return .hash
        }
        if rest.utf8.contains(UInt8(ascii: ":")) {
            try packageName(isInterface: true)
            return .interface
        }
        _ = try label(takeRest())
        return .label
    }

    private mutating func resourceFunction() throws(ExternName.Problem) -> (String, String) {
        let resource = try label(try take(upTo: "."))
        try expect(".")
        return (resource, try label(takeRest()))
    }

    private mutating func packageQuery() throws(ExternName.Problem) {
        try packagePath(needsProjection: false)
        guard eat("@") else { return }
        if eat("*") { return }
        try expect("{")
        let range = try take(upTo: "}")
        try expect("}")
        try versionRange(range)
    }

    private mutating func packageName(isInterface: Bool) throws(ExternName.Problem) {
        try packagePath(needsProjection: isInterface)
        guard eat("@") else { return }
        let version: Substring
        if let end = rest.utf8.firstIndex(of: UInt8(ascii: ">")) {
            version = rest[..<end]
            rest = rest[end...]
        } else {
            version = takeRest()
        }
        // The version of an interface is checked with its suffix, by the validator.
        if !isInterface { try checkVersion(version) }
    }

    private mutating func packagePath(needsProjection: Bool) throws(ExternName.Problem) {
        try lowercaseLabel()
        try expect(":")
        try lowercaseLabel()
        while allowsNestedNames, eat(":") { try lowercaseLabel() }
        guard eat("/") else {
            if needsProjection { throw .init(message: "expected `/` after package name") }
            return
        }
        _ = try label(takeLabel())
        while allowsNestedNames, eat("/") { _ = try label(takeLabel()) }
    }

    private func versionRange(_ range: Substring) throws(ExternName.Problem) {
        if range == "*" { return }
        if range.hasPrefix(">=") {
            let bounds = range.dropFirst(2)
            guard let space = bounds.firstIndex(of: " ") else { return try checkVersion(bounds) }
            try checkVersion(bounds[..<space])
            let upper = bounds[bounds.index(after: space)...]
            guard upper.hasPrefix("<") else {
                throw .init(message: "expected `<` at start of version range upper bounds")
            }
            return try checkVersion(upper.dropFirst())
        }
        guard range.hasPrefix("<") else {
            throw .init(message: "expected `>=` or `<` at start of version range")
        }
        try checkVersion(range.dropFirst())
    }

    private func checkVersion(_ text: Substring) throws(ExternName.Problem) {
        guard SemanticVersion(text) != nil else { throw .init(message: "`\(text)` is not a valid semver") }
    }

    private mutating func optionalHash() throws(ExternName.Problem) {
        guard eat(",") else { return }
        try expect("integrity=<")
        try hash()
        try expect(">")
    }

    /// Integrity metadata as of the W3C's subresource integrity, up to `>`.
    private mutating func hash() throws(ExternName.Problem) {
        let hashes = try take(upTo: ">").split(whereSeparator: \.isWhitespace)
        guard !hashes.isEmpty else { throw .init(message: "integrity hash cannot be empty") }
        for hash in hashes {
            let algorithms = ["sha256", "sha384", "sha512"]
            guard let algorithm = algorithms.first(where: hash.hasPrefix) else {
                throw .init(message: "unrecognized hash algorithm: `\(hash)`")
            }
            let value = hash.dropFirst(algorithm.count)
            guard value.hasPrefix("-") else {
                throw .init(message: "expected `-` after hash algorithm: \(hash)")
            }
            let digits = value.dropFirst().prefix { $0 != "?" }
            guard Self.isBase64(digits) else { throw .init(message: "not valid base64: `\(digits)`") }
        }
    }

    private static func isBase64(_ text: Substring) -> Bool {
        var padding = 0
        for (index, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                guard padding == 0 else { return false }
            case UInt8(ascii: "="):
                guard index > 0, padding < 2 else { return false }
                padding += 1
            default: return false
            }
        }
        return !text.isEmpty
    }

    private mutating func eat(_ prefix: String) -> Bool {
        guard rest.utf8.starts(with: prefix.utf8) else { return false }
        rest = rest[rest.utf8.index(rest.startIndex, offsetBy: prefix.utf8.count)...]
        return true
    }

    private mutating func expect(_ prefix: String) throws(ExternName.Problem) {
        guard eat(prefix) else { throw .init(message: "expected `\(prefix)` at `\(rest)`") }
    }

    private mutating func takeRest() -> Substring {
        defer { rest = rest[rest.endIndex...] }
        return rest
    }

    private mutating func take(upTo end: Character) throws(ExternName.Problem) -> Substring {
        guard let byte = end.asciiValue, let index = rest.utf8.firstIndex(of: byte) else {
            throw .init(message: "failed to find `\(end)` character")
        }
        defer { rest = rest[index...] }
        return rest[..<index]
    }

    private mutating func takeLabel() -> Substring {
        let end =
            rest.utf8.firstIndex { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
                    false
                default: true
                }
            } ?? rest.endIndex
        defer { rest = rest[end...] }
        return rest[..<end]
    }

    private mutating func lowercaseLabel() throws(ExternName.Problem) {
        let text = takeLabel()
        _ = try label(text)
        guard KebabName.isLowercase(text.utf8) else {
            throw .init(message: "`\(text)` is not lowercase in package name/namespace")
        }
    }

    private func label(_ text: Substring) throws(ExternName.Problem) -> String {
        guard KebabName.isValid(text.utf8) else { throw .init(message: "`\(text)` is not in kebab case") }
        return String(text)
    }
}
