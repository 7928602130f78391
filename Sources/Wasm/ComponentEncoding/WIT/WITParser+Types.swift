import ComponentModel

/// Types and functions.
extension WITParser {
    /// A type whose keyword has been read, or nil when the word is none.
    mutating func type(_ keyword: String) throws(WITError) -> WITTypeSyntax? {
        switch keyword {
        case "type":
            let name = try self.name()
            try expect("=")
            let value = try valueType()
            try expect(";")
            return WITTypeSyntax(name: name, kind: .alias(value))
        case "record":
            let name = try self.name()
            let fields = try members(isTyped: true)
            return WITTypeSyntax(name: name, kind: .record(fields))
        case "variant":
            let name = try self.name()
            return WITTypeSyntax(name: name, kind: .variant(try members(isTyped: false)))
        case "enum":
            let name = try self.name()
            return WITTypeSyntax(name: name, kind: .enumeration(try labels()))
        case "flags":
            let name = try self.name()
            return WITTypeSyntax(name: name, kind: .flags(try labels()))
        case "resource":
            let name = try self.name()
            return WITTypeSyntax(name: name, kind: .resource(try methods()))
        default: return nil
        }
    }

    private mutating func members(
        isTyped: Bool
    ) throws(WITError) -> [(name: String, type: WITValueSyntax?)] {
        try expect("{")
        var members: [(name: String, type: WITValueSyntax?)] = []
        while try !eat("}") {
            try skipGates()
            let name = try self.name().text
            if isTyped {
                try expect(":")
                members.append((name, try valueType()))
            } else if try eat("(") {
                members.append((name, try valueType()))
                try expect(")")
            } else {
                members.append((name, nil))
            }
            if try !eat(",") {
                try expect("}")
                break
            }
        }
        return members
    }

    private mutating func labels() throws(WITError) -> [String] {
        let start = place
        let members = try self.members(isTyped: false)
        guard members.allSatisfy({ $0.type == nil }) else { throw start.error("these cases have no types") }
        return members.map(\.name)
    }

    private mutating func methods() throws(WITError) -> [WITFunctionSyntax] {
        if try eat(";") { return [] }
        try expect("{")
        var methods: [WITFunctionSyntax] = []
        while try !eat("}") {
            try skipGates()
            let name = try self.name()
            if name.text == "constructor", token == .symbol("(") {
                var constructor = WITFunctionSyntax(name: name, role: .constructor)
                try signature(of: &constructor)
                try expect(";")
                methods.append(constructor)
                continue
            }
            try expect(":")
            let isStatic = try eatWord("static")
            methods.append(try function(named: name, role: isStatic ? .staticMethod : .method))
        }
        return methods
    }

    /// Whether a function type comes next.
    var isFunctionAhead: Bool {
        token == .word("func", isEscaped: false) || token == .word("async", isEscaped: false)
    }

    /// `async func(a: u8) -> u8;`
    mutating func function(
        named name: WITName, role: WITFunctionSyntax.Role
    ) throws(WITError) -> WITFunctionSyntax {
        var function = WITFunctionSyntax(name: name, role: role)
        function.isAsync = try eatWord("async")
        guard try eatWord("func") else { throw place.error("expected func, found \(token.text)") }
        try signature(of: &function)
        try expect(";")
        return function
    }

    private mutating func signature(of function: inout WITFunctionSyntax) throws(WITError) {
        try expect("(")
        while try !eat(")") {
            let name = try self.name().text
            try expect(":")
            function.parameters.append((name, try valueType()))
            if try !eat(",") {
                try expect(")")
                break
            }
        }
        if try eat("->") { function.result = try valueType() }
    }

    private static let primitives: [String: PrimitiveType] = Dictionary(
        uniqueKeysWithValues: PrimitiveType.allCases.map { ($0.name, $0) })

    mutating func valueType() throws(WITError) -> WITValueSyntax {
        try nested { (parser) throws(WITError) in try parser.plainValueType() }
    }

    private mutating func plainValueType() throws(WITError) -> WITValueSyntax {
        guard case .word(let word, let isEscaped) = token else {
            throw place.error("expected a type, found \(token.text)")
        }
        let name = try self.name()
        if isEscaped { return .name(name) }
        if let primitive = Self.primitives[word] { return .primitive(primitive) }
        switch word {
        case "list":
            try expect("<")
            let element = try valueType()
            let length = try eat(",") ? try number() : nil
            try expect(">")
            return length.map { .fixedLengthList(element, $0) } ?? .list(element)
        case "map":
            try expect("<")
            let key = try valueType()
            try expect(",")
            let value = try valueType()
            try expect(">")
            return .map(key, value)
        case "option":
            try expect("<")
            let payload = try valueType()
            try expect(">")
            return .option(payload)
        case "tuple": return .tuple(try elements())
        case "result": return try result()
        case "own", "borrow":
            try expect("<")
            let resource = try self.name()
            try expect(">")
            return word == "own" ? .own(resource) : .borrow(resource)
        case "stream": return .stream(try optionalElement())
        case "future": return .future(try optionalElement())
        default: return .name(name)
        }
    }

    private mutating func elements() throws(WITError) -> [WITValueSyntax] {
        try expect("<")
        var elements: [WITValueSyntax] = []
        while try !eat(">") {
            elements.append(try valueType())
            if try !eat(",") {
                try expect(">")
                break
            }
        }
        return elements
    }

    private mutating func result() throws(WITError) -> WITValueSyntax {
        guard try eat("<") else { return .result(ok: nil, error: nil) }
        let ok = try eat("_") ? nil : try valueType()
        let error = try eat(",") ? try valueType() : nil
        try expect(">")
        return .result(ok: ok, error: error)
    }

    private mutating func optionalElement() throws(WITError) -> WITValueSyntax? {
        guard try eat("<") else { return nil }
        let element = try eat("_") ? nil : try valueType()
        try expect(">")
        return element
    }
}
