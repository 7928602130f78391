import AppModel

// What a component may use: hosts, stores, variables.
extension SpinManifestReader {
    func grants(_ table: TableReader, variables: [String]) -> ComponentGrants {
        var grants = ComponentGrants()
        grants.keyValueStores = labels(table, "key_value_stores")
        grants.sqliteDatabases = labels(table, "sqlite_databases")
        grants.aiModels = table.strings("ai_models").map { item in
            // Names of models have forms of their own, such as "gpt-oss:20b".
            if item.value.isEmpty {
                refuseName(item, rule: "write the name of a model, as in \"llama2-chat\"")
            }
            return item.value
        }
        grants.outboundHosts = outboundHosts(table, variables: variables)
        let given = [
            ("key_value_stores", grants.keyValueStores), ("sqlite_databases", grants.sqliteDatabases),
            ("ai_models", grants.aiModels), ("allowed_outbound_hosts", grants.outboundHosts),
        ]
        for (key, list) in given where !list.isEmpty && table[key] != nil {
            table.warning(
                "this version has no interface for it yet; a guest that imports one does not start", key)
        }
        return grants
    }

    private func labels(_ table: TableReader, _ key: String) -> [String] {
        table.strings(key).map { item in
            if !ManifestNames.isKebab(item.value), !ManifestNames.isSnake(item.value) {
                refuseName(item, rule: ManifestNames.kebabRule)
            }
            return item.value
        }
    }

    private func refuseName(_ item: Located<String>, rule: String) {
        problems.error(
            "\"\(item.value.shownInSentence)\" is not a name; \(rule)", at: item.position, key: item.key)
    }

    private func outboundHosts(_ table: TableReader, variables: [String]) -> [String] {
        let hosts = table.strings("allowed_outbound_hosts")
        for host in hosts {
            let sentence =
                TemplateText.problem(in: host.value, known: variables) ?? OutboundHost.problem(in: host.value)
            if let sentence { problems.error(sentence, at: host.position, key: host.key) }
        }
        let old = table.strings("allowed_http_hosts")
        guard table["allowed_http_hosts"] != nil else { return hosts.map(\.value) }
        if table["allowed_outbound_hosts"] != nil {
            table.error(
                "must not stand beside allowed_outbound_hosts, which replaces it", "allowed_http_hosts")
        }
        table.warning("deprecated; write allowed_outbound_hosts = [\"https://…\"]", "allowed_http_hosts")
        return old.flatMap { item -> [String] in
            if item.value == "insecure:allow-all" { return ["http://*:*", "https://*:*"] }
            if item.value.contains("/") || item.value.isEmpty {
                problems.error(
                    "must be the name of a host, without scheme and path", at: item.position, key: item.key)
            }
            return ["http://\(item.value)", "https://\(item.value)"]
        }
    }

    func templates(_ table: TableReader, known variables: [String]) -> [VariableTemplate] {
        let templates = table.stringTable("variables").map { entry, text in
            let key = table.path("variables").key(entry.key)
            if !ManifestNames.isSnake(entry.key) {
                problems.error(
                    "not a variable name; \(ManifestNames.snakeRule)", at: entry.position, key: key)
            }
            if let sentence = TemplateText.problem(in: text, known: variables) {
                problems.error(sentence, at: entry.node.position, key: key)
            }
            return VariableTemplate(name: entry.key, template: text)
        }
        if !templates.isEmpty {
            table.warning(
                "this version has no variables interface yet; a guest that imports it does not start",
                "variables")
        }
        return templates
    }
}

/// Text with `{{ name }}` in it.
enum TemplateText {
    /// What is wrong with a template, as a sentence.
    static func problem(in text: String, known variables: [String]) -> String? {
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            rest = rest[open.upperBound...]
            guard let close = rest.firstRange(of: "}}") else { return "a \"{{\" needs a closing \"}}\"" }
            let name = String(rest[..<close.lowerBound]).trimmingBlanks
            rest = rest[close.upperBound...]
            if variables.contains(name) { continue }
            let guess = nearestName(to: name, in: variables).map { "; did you mean \"\($0)\"?" } ?? ""
            return "the application has no variable \"\(name.shownInSentence)\"\(guess)"
        }
        return nil
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }
}

/// `scheme://host[:port]` of `allowed_outbound_hosts`.
enum OutboundHost {
    private static let wellKnownSchemes = ["http", "https", "postgres", "mysql", "redis", "mqtt"]

    /// What is wrong with an entry, as a sentence. Entries with a template are checked when it is filled in.
    static func problem(in text: String) -> String? {
        if text.contains("{{") { return nil }
        if text == "*" || text == "insecure:allow-all" {
            return "not allowed; write \"*://*:*\" to allow every host"
        }
        guard let separator = text.firstRange(of: "://") else {
            return "must be scheme://host[:port], as in \"https://example.com\""
        }
        let scheme = String(text[..<separator.lowerBound])
        var rest = String(text[separator.upperBound...])
        if rest.hasSuffix("/") { rest.removeLast() }
        guard scheme == "*" || (!scheme.isEmpty && scheme.unicodeScalars.allSatisfy(\.isASCIILetter)) else {
            return "the scheme must be \"*\" or letters, not \"\(scheme.shownInSentence)\""
        }
        guard let (host, port) = hostAndPort(rest) else {
            return "must be scheme://host[:port] without a path, as in \"https://example.com\""
        }
        return hostProblem(host) ?? portProblem(port, scheme: scheme)
    }

    private static func hostAndPort(_ text: String) -> (host: String, port: String?)? {
        let address =
            text.hasPrefix("[") ? text.firstIndex(of: "]").map { text.index(after: $0) } : text.startIndex
        guard let address else { return nil }
        let colon = text[address...].firstIndex(of: ":")
        let host = String(text[..<(colon ?? text.endIndex)])
        let slashes = host.count { $0 == "/" }
        let length = host.split(separator: "/", omittingEmptySubsequences: false).last.flatMap { Int($0) }
        // One slash is allowed before the length of an address prefix: 10.0.0.0/8.
        if slashes > 1 || (slashes == 1 && !(0...128).contains(length ?? -1)) { return nil }
        return (host, colon.map { String(text[text.index(after: $0)...]) })
    }

    private static func hostProblem(_ host: String) -> String? {
        if host.isEmpty { return "the host is missing, as in \"https://example.com\"" }
        if host != "*", host.dropFirst(host.hasPrefix("*.") ? 2 : 0).contains("*") {
            return "\"*\" may stand for the whole host or for its first label, as in \"*.example.com\""
        }
        if host.unicodeScalars.contains(where: { $0.value <= 0x20 || $0 == "@" || $0 == "?" || $0 == "#" }) {
            return "\"\(host.shownInSentence)\" is not the name of a host"
        }
        return nil
    }

    private static func portProblem(_ port: String?, scheme: String) -> String? {
        guard let port else {
            return wellKnownSchemes.contains(scheme)
                ? nil : "the port is missing; only \(listed(wellKnownSchemes)) have a usual one"
        }
        if port == "*" { return nil }
        let ends = port.split(separator: "..", omittingEmptySubsequences: false).map { UInt16($0) }
        if ends.count == 1, ends[0] != nil { return nil }
        if ends.count == 2, let low = ends[0], let high = ends[1], low < high { return nil }
        return "the port must be a number, a range such as 8000..8100, or \"*\""
    }
}
