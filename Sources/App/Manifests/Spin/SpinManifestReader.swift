import AppModel

/// Reads a version 2 Spin manifest: checks every key, collects what is wrong, and resolves paths.
///
/// What this version of Martlet cannot run is refused with a sentence, or accepted with a warning where leaving it
/// out changes nothing that a guest could see.
struct SpinManifestReader {
    let problems: Problems
    let limits: ManifestLimits
    let files: FileResolver
    let resolvesFiles: Bool

    init(problems: Problems, limits: ManifestLimits, folder: String, resolvesFiles: Bool) {
        self.resolvesFiles = resolvesFiles
        self.problems = problems
        self.limits = limits
        files = FileResolver(folder: folder, limits: limits)
    }

    /// The application, as far as it could be read. It is of use only when `problems` has no error.
    func application(_ node: TOMLNode) -> Application? {
        guard let root = TableReader(node, key: .root, problems: problems), checkVersion(root) else {
            return nil
        }
        root.allow(only: ["spin_manifest_version", "application", "variables", "trigger", "component"])
        var application = Application(name: "", folder: files.folder)
        readDetails(root, into: &application)
        application.variables = variables(root)
        var components = componentTables(root)
        let triggers = triggerTables(root, components: &components)
        if components.count > limits.componentsMax {
            root.error("more than \(limits.componentsMax) components", "component")
            return nil
        }
        let variables = application.variables
        application.components = components.map { component($0.table, id: $0.id, variables: variables) }
        application.httpTriggers = triggers
        return application
    }

    private func checkVersion(_ root: TableReader) -> Bool {
        let advice = "this version of Martlet reads version 2; write spin_manifest_version = 2"
        if root["spin_version"] != nil {
            root.error("this is a version 1 manifest, which is not supported; \(advice)", "spin_version")
            return false
        }
        guard let entry = root["spin_manifest_version"] else {
            root.error("missing; \(advice)", "spin_manifest_version")
            return false
        }
        switch entry.node.value {
        case .integer(2): return true
        case .string("1"), .integer(1):
            root.error(
                "this is a version 1 manifest, which is not supported; \(advice)", "spin_manifest_version")
        case .string("2"): root.error("must be the integer 2, without quotes", "spin_manifest_version")
        default: root.error("unknown version; \(advice)", "spin_manifest_version")
        }
        return false
    }

    private func readDetails(_ root: TableReader, into application: inout Application) {
        guard root["application"] != nil else {
            root.error("missing; write an [application] table with a name", "application")
            return
        }
        guard let table = root.table("application") else { return }
        table.allow(only: ["name", "version", "description", "authors", "targets", "trigger", "tool"])
        application.name = table.string("name", required: "\"my-app\"") ?? ""
        application.version = table.string("version") ?? ""
        application.description = table.string("description") ?? ""
        application.authors = table.strings("authors").map(\.value)
        checkTargets(table)
        checkTools(table)
        if let triggers = table.table("trigger") { checkTriggerSettings(triggers) }
    }

    /// `[application.trigger.<type>]`.
    private func checkTriggerSettings(_ triggers: TableReader) {
        for entry in triggers.entries {
            guard let settings = triggers.table(entry.key) else { continue }
            guard entry.key == "http" else {
                triggers.error(SpinManifestReader.unsupportedTrigger(entry.key), entry.key)
                continue
            }
            settings.allow(only: ["base"])
            guard let base = settings.string("base") else { continue }
            if base == "/" {
                settings.warning("has no effect and can be removed; routes always start from \"/\"", "base")
            } else {
                settings.error("only \"/\" is allowed; write the prefix \"\(base)\" into each route", "base")
            }
        }
    }

    static func unsupportedTrigger(_ type: String) -> String {
        "triggers of type \"\(type.shownInSentence)\" are not supported in this version; only http is"
    }

    /// `[variables]`.
    private func variables(_ root: TableReader) -> [ApplicationVariable] {
        guard let tables = root.table("variables") else { return [] }
        return tables.entries.compactMap { entry in
            if !ManifestNames.isSnake(entry.key) {
                tables.error("not a variable name; \(ManifestNames.snakeRule)", entry.key)
            }
            guard let table = tables.table(entry.key) else { return nil }
            table.allow(only: ["description", "required", "default", "secret"])
            let value = table.string("default")
            if (table.boolean("required") ?? false) == (table["default"] != nil) {
                tables.error("must have either required = true or a default", entry.key)
            }
            return ApplicationVariable(
                name: entry.key, description: table.string("description") ?? "", defaultValue: value,
                isSecret: table.boolean("secret") ?? false)
        }
    }

    private func componentTables(_ root: TableReader) -> [ComponentTable] {
        guard let tables = root.table("component") else { return [] }
        if tables.entries.count > limits.componentsMax {
            root.error("more than \(limits.componentsMax) components", "component")
            return []
        }
        return tables.entries.compactMap { entry in
            if !ManifestNames.isKebab(entry.key) {
                tables.error("not a component id; \(ManifestNames.kebabRule)", entry.key)
            }
            return tables.table(entry.key).map { ComponentTable(id: entry.key, table: $0) }
        }
    }

    /// `targets` of an application or a component.
    func checkTargets(_ table: TableReader) {
        let targets = table.nodes("targets", expected: "an array")
        for target in targets {
            switch target.value.value {
            case .string: continue
            case .table(let entries) where entries.count == 1 && ["url", "path"].contains(entries[0].key):
                continue
            default:
                problems.error(
                    "must be a name such as \"spin-up:3.3\", { url = \"…\" } or { path = \"…\" }",
                    at: target.position, key: target.key)
            }
        }
        if !targets.isEmpty { table.warning("targets are not checked in this version", "targets") }
    }

    /// `tool.*`: anything may stand there.
    func checkTools(_ table: TableReader) {
        guard let tools = table.table("tool") else { return }
        for entry in tools.entries { _ = tools.table(entry.key) }
    }
}

/// A component before it is read: written under `[component]`, or inside a trigger.
struct ComponentTable {
    let id: String
    let table: TableReader
}
