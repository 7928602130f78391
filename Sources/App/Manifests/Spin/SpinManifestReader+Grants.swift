import AppModel

// What a component may use: hosts, stores, variables.
extension SpinManifestReader {
    func grants(_ table: TableReader, variables: [ApplicationVariable]) -> ComponentGrants {
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
            ("ai_models", grants.aiModels),
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

    private func outboundHosts(
        _ table: TableReader, variables: [ApplicationVariable]
    ) -> [OutboundRule] {
        let hosts = table.strings("allowed_outbound_hosts").compactMap { outboundRule($0, variables) }
        let old = table.strings("allowed_http_hosts")
        guard table["allowed_http_hosts"] != nil else { return hosts }
        if table["allowed_outbound_hosts"] != nil {
            table.error(
                "must not stand beside allowed_outbound_hosts, which replaces it", "allowed_http_hosts")
        }
        table.warning("deprecated; write allowed_outbound_hosts = [\"https://…\"]", "allowed_http_hosts")
        return old.flatMap { item -> [OutboundRule] in
            let all = item.value == "insecure:allow-all"
            if !all, item.value.contains("/") || item.value.isEmpty {
                problems.error(
                    "must be the name of a host, without scheme and path", at: item.position, key: item.key)
                return []
            }
            return ["http", "https"].compactMap { scheme in
                let text = "\(scheme)://\(all ? "*:*" : item.value)"
                return outboundRule(Located(value: text, position: item.position, key: item.key), variables)
            }
        }
    }

    private func outboundRule(
        _ item: Located<String>, _ variables: [ApplicationVariable]
    ) -> OutboundRule? {
        if let sentence = TemplateText.problem(in: item.value, known: variables.map(\.name)) {
            problems.error(sentence, at: item.position, key: item.key)
            return nil
        }
        do {
            let rule = try OutboundRule(item.value)
            try checkDefaults(of: rule, variables)
            return rule
        } catch {
            problems.error(error.sentence.shownWhole, at: item.position, key: item.key)
            return nil
        }
    }

    // A variable without a default is the operator's: its value is looked at when it is known.
    private func checkDefaults(
        of rule: OutboundRule, _ variables: [ApplicationVariable]
    ) throws(OutboundPatternError) {
        guard rule.pattern == nil else { return }
        let isOpen = variables.contains { variable in
            variable.defaultValue == nil && TemplateText.names(in: rule.text).contains(variable.name)
        }
        if isOpen { return }
        do {
            _ = try rule.resolved { name in variables.first { $0.name == name }?.defaultValue }
        } catch {
            throw OutboundPatternError(
                sentence: "with the default values of its variables: \(error.sentence)")
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
        if !isClosed(text) { return "a \"{{\" needs a closing \"}}\"" }
        for name in names(in: text) where !variables.contains(name) {
            let guess = nearestName(to: name, in: variables).map { "; did you mean \"\($0)\"?" } ?? ""
            return "the application has no variable \"\(name.shownInSentence)\"\(guess)"
        }
        return nil
    }

    /// The names between braces, blanks removed.
    static func names(in text: String) -> [String] {
        text.split(separator: "{{", omittingEmptySubsequences: false).dropFirst().compactMap { part in
            part.firstRange(of: "}}").map { part[..<$0.lowerBound].filter { $0 != " " && $0 != "\t" } }
        }
    }

    private static func isClosed(_ text: String) -> Bool {
        text.split(separator: "{{", omittingEmptySubsequences: false).dropFirst().allSatisfy {
            $0.contains("}}")
        }
    }
}
