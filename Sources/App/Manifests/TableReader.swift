/// Reads the keys of one table, checks their types, and reports keys that nobody asked for.
struct TableReader {
    let key: KeyPath
    let position: TextPosition
    let entries: [TOMLEntry]
    let problems: Problems

    /// A reader for a node that must be a table; reports and returns `nil` when it is not.
    init?(_ node: TOMLNode, key: KeyPath, problems: Problems) {
        guard case .table(let entries) = node.value else {
            problems.error("must be a table, not \(node.kind)", at: node.position, key: key)
            return nil
        }
        self.key = key
        position = node.position
        self.entries = entries
        self.problems = problems
    }

    subscript(_ name: String) -> TOMLEntry? { entries.first { $0.key == name } }

    func path(_ name: String) -> KeyPath { key.key(name) }

    /// Reports keys outside `allowed`.
    func allow(only allowed: [String]) {
        for entry in entries where !allowed.contains(entry.key) {
            if problems.isFull { return }
            let guess = nearestName(to: entry.key, in: allowed).map { " Did you mean \"\($0)\"?" } ?? ""
            problems.error(
                "unknown key.\(guess) Allowed here: \(listed(allowed)).", at: entry.position,
                key: path(entry.key))
        }
    }

    func error(_ sentence: String, _ name: String? = nil) {
        if let name {
            problems.error(sentence, at: self[name]?.position ?? position, key: path(name))
        } else {
            problems.error(sentence, at: position, key: key)
        }
    }

    func warning(_ sentence: String, _ name: String) {
        problems.warning(sentence, at: self[name]?.position ?? position, key: path(name))
    }

    /// The string at a key. With `required`, an absent key is reported with its example.
    func string(_ name: String, required example: String? = nil) -> String? {
        guard let entry = self[name] else {
            if let example { error("missing; write for example: \(name) = \(example)", name) }
            return nil
        }
        return TableReader.string(entry.node, key: path(name), problems: problems)
    }

    func boolean(_ name: String) -> Bool? {
        guard let entry = self[name] else { return nil }
        guard case .boolean(let value) = entry.node.value else {
            wrongType(entry.node, expected: "true or false", key: path(name))
            return nil
        }
        return value
    }

    func strings(_ name: String) -> [Located<String>] {
        nodes(name, expected: "an array of strings").compactMap { node in
            TableReader.string(node.value, key: node.key, problems: problems).map {
                Located(value: $0, position: node.position, key: node.key)
            }
        }
    }

    /// The elements of an array, empty when absent.
    func nodes(_ name: String, expected: String) -> [Located<TOMLNode>] {
        guard let entry = self[name] else { return [] }
        guard case .array(let elements) = entry.node.value else {
            wrongType(entry.node, expected: expected, key: path(name))
            return []
        }
        return elements.enumerated().map { index, node in
            Located(value: node, position: node.position, key: path(name).element(index))
        }
    }

    /// The table at a key, `nil` when absent or of another type.
    func table(_ name: String) -> TableReader? {
        self[name].flatMap { TableReader($0.node, key: path(name), problems: problems) }
    }

    /// The entries of the table at a key whose values must be strings.
    func stringTable(_ name: String) -> [(entry: TOMLEntry, value: String)] {
        guard let table = table(name) else { return [] }
        return table.entries.compactMap { entry in
            TableReader.string(entry.node, key: table.path(entry.key), problems: problems).map { (entry, $0) }
        }
    }

    func wrongType(_ node: TOMLNode, expected: String, key: KeyPath) {
        problems.error("must be \(expected), not \(node.kind)", at: node.position, key: key)
    }

    private static func string(_ node: TOMLNode, key: KeyPath, problems: Problems) -> String? {
        guard case .string(let text) = node.value else {
            problems.error("must be a string, not \(node.kind)", at: node.position, key: key)
            return nil
        }
        return text
    }
}

/// A value with its place.
struct Located<Value> {
    let value: Value
    let position: TextPosition
    let key: KeyPath
}
