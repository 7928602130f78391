import AppModel

// [component.<id>]
extension SpinManifestReader {
    private static let componentKeys = [
        "source", "description", "variables", "environment", "files", "exclude_files", "allowed_http_hosts",
        "allowed_outbound_hosts", "key_value_stores", "sqlite_databases", "ai_models", "targets", "build",
        "tool",
        "dependencies_inherit_configuration", "dependencies", "profile",
    ]

    /// A component. What is wrong goes to `problems`, and a stand-in takes its place.
    func component(_ table: TableReader, id: String, variables: [ApplicationVariable]) -> Component {
        table.allow(only: Self.componentKeys)
        var component = Component(id: ComponentID(id), source: source(table))
        component.description = table.string("description") ?? ""
        component.environment = environment(table)
        if resolvesFiles { component.files = mounts(table) }
        component.variables = templates(table, known: variables.map(\.name))
        component.grants = grants(table, variables: variables)
        component.build = table.table("build").flatMap { build($0) }
        readTools(table, into: &component)
        checkTargets(table)
        refuseDependencies(table)
        checkProfiles(table)
        return component
    }

    private func source(_ table: TableReader) -> ComponentSource {
        guard let entry = table["source"] else {
            table.error("missing; write for example: source = \"app.wasm\"", "source")
            return ComponentSource(path: "")
        }
        switch entry.node.value {
        case .string(let text): return ComponentSource(path: path(text, table, "source"))
        case .table:
            table.table("source")?.allow(only: ["url", "digest", "registry", "package", "version"])
            table.error(
                "sources from the network are not supported in this version; write the path of a local file",
                "source")
        default:
            table.wrongType(entry.node, expected: "the path of a WebAssembly file", key: table.path("source"))
        }
        return ComponentSource(path: "")
    }

    private func path(_ text: String, _ table: TableReader, _ key: String) -> String {
        do {
            return try files.path(text)
        } catch {
            table.error(error.sentence, key)
            return ""
        }
    }

    private func environment(_ table: TableReader) -> [EnvironmentVariable] {
        table.stringTable("environment").map { entry, value in
            if entry.key.isEmpty || entry.key.contains("=") {
                problems.error(
                    "the name of an environment variable must not be empty or contain \"=\"",
                    at: entry.position,
                    key: table.path("environment").key(entry.key))
            }
            return EnvironmentVariable(name: entry.key, value: value)
        }
    }

    private func mounts(_ table: TableReader) -> [FileMount] {
        let exclusions = table.strings("exclude_files").compactMap { item in
            attempt(item.position, item.key) { () throws(FileResolver.Refusal) in
                try files.exclusion(item.value)
            }
        }
        var result: [FileMount] = []
        var places: [String: Int] = [:]
        for item in table.nodes("files", expected: "an array of patterns and { source, destination } tables")
        {
            for mount in mounts(item, excluding: exclusions) {
                if let place = places[mount.guestPath] {
                    if result[place].hostPath != mount.hostPath {
                        problems.warning(
                            "replaces what an earlier entry put at \(mount.guestPath)", at: item.position,
                            key: item.key)
                    }
                    result[place] = mount
                } else {
                    places[mount.guestPath] = result.count
                    result.append(mount)
                }
            }
        }
        return result
    }

    private func mounts(_ item: Located<TOMLNode>, excluding: [GlobPattern]) -> [FileMount] {
        switch item.value.value {
        case .string(let pattern):
            if pattern == "*" || pattern == "**/*" {
                problems.warning(
                    "gives the guest the whole folder of the application; write \"./\(pattern)\" if that is meant",
                    at: item.position, key: item.key)
            }
            return attempt(item.position, item.key) { () throws(FileResolver.Refusal) in
                try files.mounts(pattern: pattern, excluding: excluding)
            } ?? []
        case .table:
            guard let table = TableReader(item.value, key: item.key, problems: problems) else { return [] }
            table.allow(only: ["source", "destination"])
            guard let source = table.string("source", required: "\"static\""),
                let destination = table.string("destination", required: "\"/static\"")
            else { return [] }
            return attempt(item.position, item.key) { () throws(FileResolver.Refusal) in
                try files.mounts(source: source, destination: destination, excluding: excluding)
            } ?? []
        default:
            problems.error(
                "must be a pattern or { source = \"…\", destination = \"/…\" }, not \(item.value.kind)",
                at: item.position, key: item.key)
            return []
        }
    }

    /// The result of `body`, or `nil` and an error at the place.
    func attempt<Result>(
        _ position: TextPosition, _ key: KeyPath, _ body: () throws(FileResolver.Refusal) -> Result
    ) -> Result? {
        do {
            return try body()
        } catch {
            problems.error(error.sentence.shownWhole, at: position, key: key)
            return nil
        }
    }

    private func build(_ table: TableReader) -> ComponentBuild? {
        table.allow(only: ["command", "workdir", "watch"])
        var folder = files.folder
        if let workdir = table.string("workdir") { folder = path(workdir, table, "workdir") }
        let watch = table.strings("watch").map(\.value)
        var commands: [String] = []
        switch table["command"]?.node.value {
        case nil: table.error("missing; write for example: command = \"make\"", "command")
        case .string(let command): commands = [command]
        case .array(let elements):
            commands = table.strings("command").map(\.value)
            if elements.isEmpty { table.error("has no command in it", "command") }
        default: table.error("must be a string or an array of strings", "command")
        }
        return commands.isEmpty
            ? nil : ComponentBuild(commands: commands, folder: folder, watchPatterns: watch)
    }

    private func refuseDependencies(_ table: TableReader) {
        _ = table.boolean("dependencies_inherit_configuration")
        guard let dependencies = table.table("dependencies"), !dependencies.entries.isEmpty else { return }
        table.error("components with dependencies are not supported in this version", "dependencies")
    }

    private func checkProfiles(_ table: TableReader) {
        guard let profiles = table.table("profile") else { return }
        for entry in profiles.entries {
            profiles.table(entry.key)?.allow(only: ["source", "environment", "dependencies", "build"])
        }
        table.warning(
            "profiles cannot be chosen in this version; the settings outside them are used", "profile")
    }
}

extension String {
    /// The text with control characters replaced, for a sentence that quotes the manifest.
    var shownWhole: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}
