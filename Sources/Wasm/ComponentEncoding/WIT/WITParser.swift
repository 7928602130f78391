/// Reads WIT (WIT.md): packages, interfaces, worlds, types and functions. Feature gates (`@since`, `@unstable`,
/// `@deprecated`) are read and have no effect: everything is included.
struct WITParser {
    private var lexer: WITLexer
    private let limits: WITLimits
    private(set) var token = WITLexer.Token.end
    private(set) var place: WITPlace
    var depth = 0

    init(_ text: String, file: String, limits: WITLimits = WITLimits()) throws(WITError) {
        place = WITPlace(file: file, line: 1, column: 1)
        let bytes = Array(text.utf8)
        guard bytes.count <= limits.textBytes else {
            throw place.error("the text has \(bytes.count) bytes; the limit is \(limits.textBytes)")
        }
        self.limits = limits
        lexer = WITLexer(bytes, file: file)
        try advance()
    }

    /// The whole text.
    mutating func file() throws(WITError) -> WITPackageSyntax {
        var package = WITPackageSyntax()
        while token != .end { try item(of: &package, isNested: false) }
        return package
    }

    // MARK: - Packages

    private mutating func item(of package: inout WITPackageSyntax, isNested: Bool) throws(WITError) {
        try skipGates()
        let start = place
        let word = try keyword("package, interface, world or use")
        switch word {
        case "package" where !isNested:
            let name = try packageName()
            if try eat("{") {
                var nested = WITPackageSyntax(name: name)
                while try !eat("}") { try item(of: &nested, isNested: true) }
                package.nested.append(nested)
            } else {
                guard package.name == nil else { throw start.error("the text names its package twice") }
                package.name = name
                try expect(";")
            }
        case "interface":
            let name = try self.name()
            package.interfaces.append(WITInterfaceSyntax(name: name, members: try interfaceBody()))
        case "world": package.worlds.append(try world())
        case "use":
            let path = try self.path()
            var local = path.name.text
            if try eatWord("as") { local = try name().text }
            package.uses[local] = path
            try expect(";")
        default: throw start.error("expected package, interface, world or use, found \"\(word)\"")
        }
    }

    private mutating func packageName() throws(WITError) -> WITPackageName {
        let namespace = try name().text
        try expect(":")
        let package = try name().text
        return WITPackageName(namespace: namespace, name: package, version: try optionalVersion())
    }

    private mutating func optionalVersion() throws(WITError) -> String? {
        guard token == .symbol("@") else { return nil }
        let version = try lexer.version()
        guard !version.isEmpty else { throw place.error("expected a version behind \"@\"") }
        try advance()
        return version
    }

    /// `name` or `namespace:package/name@version`.
    mutating func path() throws(WITError) -> WITPath {
        let first = try name()
        guard try eat(":") else { return WITPath(package: nil, name: first) }
        let package = try name()
        try expect("/")
        let interface = try name()
        return WITPath(
            package: WITPackageName(
                namespace: first.text, name: package.text, version: try optionalVersion()), name: interface)
    }

    // MARK: - Worlds

    private mutating func world() throws(WITError) -> WITWorldSyntax {
        var world = WITWorldSyntax(name: try name())
        try expect("{")
        while try !eat("}") {
            try skipGates()
            let start = place
            switch try keyword("import, export, include, use or a type") {
            case "import": world.members.append(.importItem(try worldItem()))
            case "export": world.members.append(.export(try worldItem()))
            case "include": world.members.append(try include())
            case "use": world.members.append(.use(try use()))
            case let word:
                guard let type = try type(word) else {
                    throw start.error("expected import, export, include, use or a type, found \"\(word)\"")
                }
                world.members.append(.type(type))
            }
        }
        return world
    }

    private mutating func include() throws(WITError) -> WITWorldSyntax.Member {
        let path = try self.path()
        var names: [String: String] = [:]
        guard try eatWord("with") else {
            try expect(";")
            return .include(path, names: names)
        }
        try expect("{")
        while try !eat("}") {
            let old = try name().text
            guard try eatWord("as") else { throw place.error("expected as, found \(token.text)") }
            names[old] = try name().text
            if try !eat(",") {
                try expect("}")
                break
            }
        }
        _ = try eat(";")
        return .include(path, names: names)
    }

    private mutating func worldItem() throws(WITError) -> WITWorldSyntax.Item {
        let first = try name()
        guard try eat(":") else {
            try expect(";")
            return .path(WITPath(package: nil, name: first))
        }
        if case .word("interface", isEscaped: false) = token {
            try advance()
            return .interface(WITInterfaceSyntax(name: first, members: try interfaceBody()))
        }
        if isFunctionAhead { return .function(try function(named: first, role: .plain)) }
        let package = try name()
        try expect("/")
        let interface = try name()
        let version = try optionalVersion()
        try expect(";")
        let packageName = WITPackageName(namespace: first.text, name: package.text, version: version)
        return .path(WITPath(package: packageName, name: interface))
    }

    // MARK: - Interfaces

    private mutating func interfaceBody() throws(WITError) -> [WITMember] {
        try expect("{")
        var members: [WITMember] = []
        while try !eat("}") {
            try skipGates()
            // A keyword may be the name of a function: `use: func()`.
            let name = try self.name()
            if try eat(":") {
                members.append(.function(try function(named: name, role: .plain)))
            } else if name.text == "use" {
                members.append(.use(try use()))
            } else if let type = try type(name.text) {
                members.append(.type(type))
            } else {
                throw name.place.error("expected a type, a function or use, found \"\(name.text)\"")
            }
        }
        return members
    }

    mutating func use() throws(WITError) -> WITUse {
        let path = try self.path()
        try expect(".")
        try expect("{")
        var names: [(name: WITName, local: String)] = []
        while try !eat("}") {
            let name = try self.name()
            let local = try eatWord("as") ? try self.name().text : name.text
            names.append((name, local))
            if try !eat(",") {
                try expect("}")
                break
            }
        }
        try expect(";")
        return WITUse(path: path, names: names)
    }

    /// `@since(version = 0.2.0)` and the like.
    mutating func skipGates() throws(WITError) {
        while token == .symbol("@") {
            try advance()
            _ = try name()
            guard try eat("(") else { continue }
            while token != .symbol(")") {
                guard token != .end else { throw place.error("expected \")\", found \(token.text)") }
                try advance()
            }
            try advance()
        }
    }

    // MARK: - Tokens

    mutating func advance() throws(WITError) {
        place = try lexer.place()
        token = try lexer.next()
    }

    mutating func eat(_ symbol: String) throws(WITError) -> Bool {
        guard token == .symbol(symbol) else { return false }
        try advance()
        return true
    }

    mutating func eatWord(_ word: String) throws(WITError) -> Bool {
        guard token == .word(word, isEscaped: false) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ symbol: String) throws(WITError) {
        guard token == .symbol(symbol) else {
            throw place.error("expected \"\(symbol)\", found \(token.text)")
        }
        try advance()
    }

    mutating func name() throws(WITError) -> WITName {
        guard case .word(let text, _) = token else {
            throw place.error("expected a name, found \(token.text)")
        }
        let name = WITName(text: text, place: place)
        try advance()
        return name
    }

    mutating func number() throws(WITError) -> UInt32 {
        guard case .number(let text) = token, let value = UInt32(text) else {
            throw place.error("expected a number, found \(token.text)")
        }
        try advance()
        return value
    }

    private mutating func keyword(_ expected: String) throws(WITError) -> String {
        guard case .word(let text, isEscaped: false) = token else {
            throw place.error("expected \(expected), found \(token.text)")
        }
        try advance()
        return text
    }

    /// Runs a step for something nested.
    mutating func nested<Result>(
        _ step: (inout WITParser) throws(WITError) -> Result
    ) throws(WITError) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= limits.nesting else {
            throw place.error("types are nested deeper than \(limits.nesting)")
        }
        return try step(&self)
    }
}
