import ComponentModel

/// Writes a world as WIT: itself, and the interfaces that it imports and exports in their packages.
struct WITPrinter {
    private static let keywords: Set<String> = [
        "as", "async", "bool", "borrow", "char", "constructor", "enum", "error-context", "export", "f32",
        "f64",
        "flags", "from", "func", "future", "import", "include", "interface", "list", "map", "option", "own",
        "package", "record", "resource", "result", "s16", "s32", "s64", "s8", "static", "stream", "string",
        "tuple", "type", "u16", "u32", "u64", "u8", "use", "variant", "with", "world",
    ]

    private let world: World
    private var lines: [String] = []
    private var indent = ""

    init(_ world: World) { self.world = world }

    /// The text, without a line end at its end.
    static func text(of world: World) -> String {
        var printer = WITPrinter(world)
        printer.write()
        return printer.lines.joined(separator: "\n")
    }

    private mutating func line(_ text: String) { lines.append(text.isEmpty ? "" : indent + text) }

    private mutating func block(_ head: String, _ body: (inout WITPrinter) -> Void) {
        line(head + " {")
        indent += "  "
        body(&self)
        indent.removeLast(2)
        if lines.last == indent + head + " {" {
            lines[lines.count - 1] += "}"
        } else {
            line("}")
        }
    }

    private func name(_ text: String) -> String { Self.keywords.contains(text) ? "%\(text)" : text }

    // MARK: - The world

    private mutating func write() {
        let (path, _) = InterfaceVersion.split(world.name)
        let simple = path.split(separator: "/").last.map(String.init) ?? "root"
        line("package root:component;")
        line("")
        block("world \(name(simple.contains(":") ? "root" : simple))") { printer in
            for item in printer.world.imports { printer.write(item, "import") }
            for item in printer.world.exports { printer.write(item, "export") }
        }
        writePackages()
    }

    private mutating func write(_ item: World.Item, _ verb: String) {
        switch item.entity {
        case .interface where item.name.contains("/"): line("\(verb) \(item.name);")
        case .interface(let id):
            block("\(verb) \(name(item.name)): interface") { $0.writeMembers(of: id) }
        case .function(let function): line("\(verb) \(name(item.name)): \(text(function))")
        case .type(let id): write(id, methods: [])
        }
    }

    private mutating func writePackages() {
        var order: [String] = []
        var interfaces: [String: [(name: String, id: World.InterfaceID)]] = [:]
        var seen: Set<String> = []
        for item in world.imports + world.exports {
            guard case .interface(let id) = item.entity, seen.insert(item.name).inserted else { continue }
            let (path, version) = InterfaceVersion.split(item.name)
            guard let slash = path.firstIndex(of: "/") else { continue }
            let package = path[..<slash] + (version.map { "@\($0)" } ?? "")
            if interfaces[String(package)] == nil { order.append(String(package)) }
            interfaces[String(package), default: []].append((String(path[path.index(after: slash)...]), id))
        }
        for package in order {
            line("")
            block("package \(package)") { printer in
                for (name, id) in interfaces[package] ?? [] {
                    printer.block("interface \(printer.name(name))") { $0.writeMembers(of: id) }
                }
            }
        }
    }

    // MARK: - Interfaces

    private mutating func writeMembers(of id: World.InterfaceID) {
        let interface = world[id]
        var methods: [String: [WorldFunction]] = [:]
        for function in interface.functions {
            if let resource = Self.resource(of: function) { methods[resource, default: []].append(function) }
        }
        for type in interface.types { write(type, methods: methods[world[type].name] ?? []) }
        for function in interface.functions where Self.resource(of: function) == nil {
            line("\(name(function.name)): \(text(function))")
        }
    }

    private static func resource(of function: WorldFunction) -> String? {
        guard function.name.hasPrefix("["), let end = function.name.firstIndex(of: "]") else { return nil }
        let rest = function.name[function.name.index(after: end)...]
        return String(rest.prefix { $0 != "." })
    }

    private mutating func write(_ id: World.TypeID, methods: [WorldFunction]) {
        let type = world[id]
        let name = name(type.name)
        switch type.kind {
        case .record(let fields):
            let list = fields.map { "\(self.name($0.name)): \($0.type.map(text) ?? "_")" }
            line("record \(name) { \(list.joined(separator: ", ")) }")
        case .variant(let cases):
            let list = cases.map { item in self.name(item.name) + (item.type.map { "(\(text($0)))" } ?? "") }
            line("variant \(name) { \(list.joined(separator: ", ")) }")
        case .enumeration(let labels):
            line("enum \(name) { \(labels.map(self.name).joined(separator: ", ")) }")
        case .flags(let labels): line("flags \(name) { \(labels.map(self.name).joined(separator: ", ")) }")
        case .alias(let value): line("type \(name) = \(text(value));")
        case .same(let target): writeSame(type, target)
        case .resource:
            guard !methods.isEmpty else { return line("resource \(name);") }
            block("resource \(name)") { printer in
                for method in methods { printer.writeMethod(method, resource: id) }
            }
        }
    }

    private mutating func writeSame(_ type: WorldType, _ target: World.TypeID) {
        let original = world[target]
        guard let owner = original.interface, owner != type.interface else {
            return line("type \(name(type.name)) = \(name(original.name));")
        }
        let local = original.name == type.name ? "" : " as \(name(type.name))"
        line("use \(world[owner].name).{\(name(original.name))\(local)};")
    }

    private mutating func writeMethod(_ method: WorldFunction, resource: World.TypeID) {
        let parts = method.name.split(separator: ".", maxSplits: 1)
        let short = parts.count == 2 ? name(String(parts[1])) : ""
        if method.name.hasPrefix("[constructor]") {
            let isPlain = method.result == .own(resource)
            let result = isPlain ? "" : method.result.map { " -> \(text($0))" } ?? ""
            line("constructor(\(parameters(method.parameters)))\(result);")
        } else if method.name.hasPrefix("[static]") {
            line("\(short): static \(text(method))")
        } else {
            line("\(short): \(text(method, droppingSelf: true))")
        }
    }

    // MARK: - Types

    private func parameters(_ parameters: some Collection<WorldFunction.Parameter>) -> String {
        parameters.map { "\(name($0.name)): \(text($0.type))" }.joined(separator: ", ")
    }

    private func text(_ function: WorldFunction, droppingSelf: Bool = false) -> String {
        let list = parameters(function.parameters.dropFirst(droppingSelf ? 1 : 0))
        let result = function.result.map { " -> \(text($0))" } ?? ""
        return "\(function.isAsync ? "async " : "")func(\(list))\(result);"
    }

    private func text(_ type: WorldValueType) -> String {
        switch type {
        case .primitive(let primitive): primitive.name
        case .named(let id), .own(let id): name(world[id].name)
        case .borrow(let id): "borrow<\(name(world[id].name))>"
        case .list(let element): "list<\(text(element))>"
        case .fixedLengthList(let element, let count): "list<\(text(element)), \(count)>"
        case .map(let key, let value): "map<\(text(key)), \(text(value))>"
        case .tuple(let elements): "tuple<\(elements.map(text).joined(separator: ", "))>"
        case .option(let payload): "option<\(text(payload))>"
        case .result(nil, nil): "result"
        case .result(let ok?, nil): "result<\(text(ok))>"
        case .result(let ok, let error?): "result<\(ok.map(text) ?? "_"), \(text(error))>"
        case .stream(let element): element.map { "stream<\(text($0))>" } ?? "stream"
        case .future(let element): element.map { "future<\(text($0))>" } ?? "future"
        }
    }
}

extension World {
    /// The world as WIT, with the interfaces that it imports and exports.
    public var wit: String { WITPrinter.text(of: self) }
}
