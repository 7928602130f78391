/// The functions of a Swift file with their lengths: lines from the opening brace of the body to the closing one.
struct FunctionLengths {
    struct Function: Equatable {
        let name: String
        let line: Int
        let length: Int
    }

    private let tokens: [SwiftText.Token]

    init(_ file: SwiftText) {
        tokens = file.tokens.filter { $0.kind != .literal }
    }

    var functions: [Function] {
        tokens.indices.compactMap { index in
            guard let name = name(at: index), let opening = body(after: index),
                let closing = end(ofBraceAt: opening)
            else { return nil }
            let length = tokens[closing].line - tokens[opening].line
            return Function(name: name, line: tokens[index].line, length: length)
        }
    }

    /// The name of the function that is declared here.
    private func name(at index: Int) -> String? {
        if index > 0, tokens[index - 1].text == "." { return nil }
        switch tokens[index].text {
        case "func": return index + 1 < tokens.count ? tokens[index + 1].text : nil
        case "init", "subscript": return tokens[index].text
        case "deinit": return "deinit"
        default: return nil
        }
    }

    /// The brace that opens the body; nil for a requirement or a call, which have none.
    private func body(after index: Int) -> Int? {
        let declarations: Set = [
            "func", "init", "deinit", "subscript", "var", "let", "case", "associatedtype", "struct", "class",
            "enum",
            "protocol", "extension", "typealias", "}", ";", "return",
        ]
        var depth = 0
        for next in tokens.indices[(index + 1)...] {
            let text = tokens[next].text
            if text == "(" || text == "[" { depth += 1 }
            if text == ")" || text == "]" { depth -= 1 }
            if depth < 0 { return nil }
            if depth == 0 && text == "{" { return next }
            if depth == 0 && declarations.contains(text) { return nil }
        }
        return nil
    }

    private func end(ofBraceAt opening: Int) -> Int? {
        var depth = 0
        for next in tokens.indices[opening...] {
            if tokens[next].text == "{" { depth += 1 }
            if tokens[next].text == "}" { depth -= 1 }
            if depth == 0 { return next }
        }
        return nil
    }
}
