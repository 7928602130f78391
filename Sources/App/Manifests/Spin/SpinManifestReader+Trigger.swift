import AppModel

// [[trigger.<type>]]
extension SpinManifestReader {
    /// The HTTP triggers. Components written inside a trigger are added to `components`.
    func triggerTables(_ root: TableReader, components: inout [ComponentTable]) -> [HTTPTrigger] {
        guard root["trigger"] != nil else {
            root.error(
                "missing; write at least one [[trigger.http]] table with a route and a component", "trigger")
            return []
        }
        guard let types = root.table("trigger") else { return [] }
        for entry in types.entries where entry.key != "http" {
            types.error(Self.unsupportedTrigger(entry.key), entry.key)
        }
        let nodes = types.nodes(
            "http", expected: "an array of tables; write [[trigger.http]] with two brackets")
        if nodes.count > limits.triggersMax {
            types.error("more than \(limits.triggersMax) triggers", "http")
            return []
        }
        let tables = nodes.compactMap { TableReader($0.value, key: $0.key, problems: problems) }
        let ids = triggerIDs(tables)
        return zip(tables, ids).compactMap { httpTrigger($0, id: $1, components: &components) }
    }

    /// The ids as written, and generated ones where there are none.
    private func triggerIDs(_ tables: [TableReader]) -> [String] {
        let written = tables.map { $0.string("id") ?? "" }
        var taken: Set<String> = []
        for (table, id) in zip(tables, written) where !id.isEmpty {
            if !taken.insert(id).inserted { table.error("another trigger has the id \"\(id)\" too", "id") }
        }
        var counter = 1
        return zip(tables, written).map { table, id in
            if !id.isEmpty { return id }
            if case .string(let component)? = table["component"]?.node.value {
                let natural = "\(component)-http-trigger"
                if taken.insert(natural).inserted { return natural }
            }
            while !taken.insert("http-trigger\(counter)").inserted { counter += 1 }
            return "http-trigger\(counter)"
        }
    }

    private func httpTrigger(
        _ table: TableReader, id: String, components: inout [ComponentTable]
    ) -> HTTPTrigger? {
        table.allow(
            only: ["id", "component", "components", "dependencies", "route", "executor", "static_response"])
        if table["components"] != nil {
            table.error("not supported in this version; a trigger has one component", "components")
        }
        let handler = handler(table, id: id, components: &components)
        let executor = executor(table)
        let middleware = middleware(table, components)
        guard let route = route(table), let handler, let executor else { return nil }
        return HTTPTrigger(
            id: id, handler: handler, route: route, executor: executor, middleware: middleware)
    }

    /// `dependencies.middleware`: ids of components, or tables with one, the outermost first.
    private func middleware(_ table: TableReader, _ components: [ComponentTable]) -> [ComponentID] {
        guard table["dependencies"] != nil, let dependencies = table.table("dependencies") else { return [] }
        dependencies.allow(only: ["middleware"])
        let items = dependencies.nodes(
            "middleware", expected: "an array of component ids or { component = \"id\" } tables")
        return items.compactMap { item in
            var name: String?
            if case .string(let text) = item.value.value {
                name = text
            } else if let entry = TableReader(item.value, key: item.key, problems: problems) {
                entry.allow(only: ["component"])
                name = entry.string("component", required: "\"auth\"")
            }
            guard let name else { return nil }
            if !components.contains(where: { $0.id == name }) {
                dependencies.error("there is no component \"\(name.shownInSentence)\"", "middleware")
            }
            return ComponentID(name)
        }
    }

    private func handler(
        _ table: TableReader, id: String, components: inout [ComponentTable]
    ) -> HTTPTrigger.Handler? {
        switch (table["component"], table["static_response"]) {
        case (nil, nil):
            table.error("must have a component or a static_response")
            return nil
        case (.some, .some):
            table.error("must not stand beside component; a trigger has one of them", "static_response")
            return nil
        case (nil, .some):
            return table.table("static_response").map { .staticResponse(staticResponse($0)) }
        case (.some(let entry), nil):
            switch entry.node.value {
            case .string(let name):
                checkReference(name, table, components)
                return .component(ComponentID(name))
            case .table:
                guard let inline = table.table("component") else { return nil }
                let name = inlineID(trigger: table["id"] == nil ? nil : id, components)
                components.append(ComponentTable(id: name, table: inline))
                return .component(ComponentID(name))
            default:
                table.wrongType(
                    entry.node, expected: "the id of a component or a component in braces",
                    key: table.path("component"))
                return nil
            }
        }
    }

    private func checkReference(_ name: String, _ table: TableReader, _ components: [ComponentTable]) {
        let names = components.map(\.id)
        if names.contains(name) { return }
        let guess = nearestName(to: name, in: names).map { "; did you mean \"\($0)\"?" } ?? ""
        table.error("there is no component \"\(name.shownInSentence)\"\(guess)", "component")
    }

    /// `<trigger>-component` when the trigger has an id, else `inline-component<N>`.
    private func inlineID(trigger: String?, _ components: [ComponentTable]) -> String {
        let taken = Set(components.map(\.id))
        if let natural = trigger.map({ "\($0)-component" }), ManifestNames.isKebab(natural),
            !taken.contains(natural)
        {
            return natural
        }
        var counter = 1
        while taken.contains("inline-component\(counter)") { counter += 1 }
        return "inline-component\(counter)"
    }

    private func route(_ table: TableReader) -> HTTPTrigger.Route? {
        guard let entry = table["route"] else {
            table.error(
                "missing; write for example: route = \"/hello/...\" or route = { private = true }", "route")
            return nil
        }
        switch entry.node.value {
        case .string(let text):
            if text.unicodeScalars.contains(where: {
                $0.value <= 0x20 || $0.value == 0x7F || $0 == "?" || $0 == "#"
            }) {
                table.error("a route is the path of a URL: no blanks, \"?\" or \"#\"", "route")
            }
            if let sentence = RouteText.problem(in: text) { table.error(sentence, "route") }
            return .path(text)
        case .table:
            guard let marker = table.table("route") else { return nil }
            marker.allow(only: ["private"])
            if marker.boolean("private") == true { return .isPrivate }
            table.error("must be the text of a route or { private = true }", "route")
        default:
            table.wrongType(
                entry.node, expected: "the text of a route or { private = true }", key: table.path("route"))
        }
        return nil
    }

    private func executor(_ table: TableReader) -> HTTPTrigger.Executor? {
        guard table["executor"] != nil else { return .http }
        guard let executor = table.table("executor") else { return nil }
        guard let type = executor.string("type", required: "\"http\" or \"wagi\"") else { return nil }
        switch type {
        case "http", "spin":
            executor.allow(only: ["type"])
            return .http
        case "wagi":
            executor.allow(only: ["type", "argv", "entrypoint"])
            let entrypoint = executor.string("entrypoint") ?? WagiOptions.standard.entrypoint
            if entrypoint != WagiOptions.standard.entrypoint {
                executor.error("only \"_start\" is supported; leave the key out", "entrypoint")
            }
            return .wagi(
                WagiOptions(
                    argv: executor.string("argv") ?? WagiOptions.standard.argv, entrypoint: entrypoint))
        default:
            executor.error("unknown executor \"\(type.shownInSentence)\"; write \"http\" or \"wagi\"", "type")
            return nil
        }
    }

    private func staticResponse(_ table: TableReader) -> StaticResponse {
        table.allow(only: ["status_code", "headers", "body"])
        var response = StaticResponse(body: table.string("body") ?? "")
        if let status = table["status_code"] {
            if case .integer(let code) = status.node.value, (200...599).contains(code) {
                response.statusCode = code
            } else {
                table.error("must be an integer from 200 to 599", "status_code")
            }
        }
        for (entry, value) in table.stringTable("headers") {
            if HeaderText.isName(entry.key), HeaderText.isValue(value) {
                response.headers.append(StaticResponse.Field(name: entry.key, value: value))
            } else {
                problems.error(
                    "not a valid HTTP header field: the name is a token, the value has no control characters",
                    at: entry.position, key: table.path("headers").key(entry.key))
            }
        }
        return response
    }
}

/// What HTTP allows in a header field (RFC 9110, section 5).
enum HeaderText {
    static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                $0.isASCIILetterOrDigit || "!#$%&'*+-.^_`|~".unicodeScalars.contains($0)
            }
    }

    static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }
}

/// The part of the grammar of routes that a manifest can get wrong.
enum RouteText {
    /// What is wrong with a route, as a sentence.
    static func problem(in route: String) -> String? {
        let parts = route.split(separator: "/")
        for (index, part) in parts.enumerated() {
            let isLast = index + 1 == parts.count
            if part == "...", !isLast { return "\"...\" must be the last part of the route" }
            for word in part.split(separator: ".") {
                if word == ":" { return "a parameter needs a name after the colon, as in \"/users/:id\"" }
                guard word.hasPrefix("*") else { continue }
                if word != "*" { return "a wildcard has no name; write \"/...\" at the end of the route" }
                if !isLast || !part.hasSuffix("*") { return "a wildcard must be the last part of the route" }
            }
        }
        return nil
    }
}
