import ComponentModel

@testable import ComponentEncoding

/// A core module that imports and exports everything a world has, with functions that only trap.
struct DummyModule {
    /// How names are spelled and functions are called.
    enum Style: CaseIterable { case legacy, standard, async }

    private var types: [[UInt8]] = []
    private var imports: [(module: String, name: String, type: Int)] = []
    private var exports: [(name: String, type: Int)] = []
    var customSections: [(name: String, contents: [UInt8])] = []

    init(_ world: World, _ style: Style = .legacy) {
        var flattening = Flattening(world)
        for item in world.imports {
            switch item.entity {
            case .function(let function): add(function, of: nil, style, &flattening)
            case .type: break
            case .interface(let id):
                for function in world[id].functions { add(function, of: item.name, style, &flattening) }
                for type in world[id].types {
                    guard case .resource = world[type].kind else { continue }
                    addResource("drop", world[type].name, item.name, ofExport: false, style)
                }
            }
        }
        for item in world.exports {
            switch item.entity {
            case .function(let function): export(function, of: nil, style, &flattening, world)
            case .type: break
            case .interface(let id):
                for function in world[id].functions {
                    export(function, of: item.name, style, &flattening, world)
                }
                for type in world[id].types {
                    guard case .resource = world[type].kind else { continue }
                    for operation in ["drop", "new", "rep"] {
                        addResource(operation, world[type].name, item.name, ofExport: true, style)
                    }
                    let destructor =
                        style == .standard
                        ? "cm32p2|\(InterfaceVersion.canonical(item.name))|\(world[type].name)_dtor"
                        : "\(item.name)#[dtor]\(world[type].name)"
                    export(destructor, CoreSignature(parameters: [.i32], results: []))
                }
            }
        }
        let realloc = CoreSignature(parameters: [.i32, .i32, .i32, .i32], results: [.i32])
        export(style == .standard ? "cm32p2_realloc" : "cabi_realloc", realloc)
    }

    private mutating func type(_ signature: CoreSignature) -> Int {
        let bytes = ShimModule.functionType(signature)
        if let known = types.firstIndex(of: bytes) { return known }
        types.append(bytes)
        return types.count - 1
    }

    private mutating func add(_ module: String, _ name: String, _ signature: CoreSignature) {
        imports.append((module, name, type(signature)))
    }

    private mutating func export(_ name: String, _ signature: CoreSignature) {
        exports.append((name, type(signature)))
    }

    private mutating func add(
        _ function: WorldFunction, of interface: String?, _ style: Style, _ flattening: inout Flattening
    ) {
        let style = style == .async && !function.isAsync ? .legacy : style
        let (signature, _) = flattening.lowered(function, isAsync: style == .async)
        switch style {
        case .legacy: add(interface ?? "$root", function.name, signature)
        case .async: add(interface ?? "$root", "[async-lower]\(function.name)", signature)
        case .standard:
            let module = interface.map { "cm32p2|\(InterfaceVersion.canonical($0))" } ?? "cm32p2"
            add(module, function.name, signature)
        }
    }

    private mutating func addResource(
        _ operation: String, _ name: String, _ interface: String, ofExport: Bool, _ style: Style
    ) {
        let signature = CoreSignature(parameters: [.i32], results: operation == "drop" ? [] : [.i32])
        if style == .standard {
            let module = "cm32p2|\(ofExport ? "_ex_" : "")\(InterfaceVersion.canonical(interface))"
            add(module, "\(name)_\(operation)", signature)
        } else {
            add("\(ofExport ? "[export]" : "")\(interface)", "[resource-\(operation)]\(name)", signature)
        }
    }

    private mutating func export(
        _ function: WorldFunction, of interface: String?, _ style: Style, _ flattening: inout Flattening,
        _ world: World
    ) {
        let style = style == .async && !function.isAsync ? .legacy : style
        let legacy = interface.map { "\($0)#\(function.name)" } ?? function.name
        switch style {
        case .legacy:
            let (signature, _) = flattening.lifted(function, .sync)
            export(legacy, signature)
            export("cabi_post_\(legacy)", CoreSignature(parameters: signature.results, results: []))
        case .standard:
            let name = "cm32p2|\(interface.map(InterfaceVersion.canonical) ?? "")|\(function.name)"
            let (signature, _) = flattening.lifted(function, .sync)
            export(name, signature)
            export("\(name)_post", CoreSignature(parameters: signature.results, results: []))
        case .async:
            export("[async-lift]\(legacy)", flattening.lifted(function, .async).0)
            let callback = CoreSignature(parameters: [.i32, .i32, .i32], results: [.i32])
            export("[callback][async-lift]\(legacy)", callback)
            let module = "[export]\(interface ?? "$root")"
            add(module, "[task-return]\(function.name)", flattening.taskReturn(function.result).0)
            for (number, channel) in world.channels(of: function).enumerated() {
                let kind = if case .stream = channel { "stream" } else { "future" }
                let suffix = "-\(number)]\(function.name)"
                let handle = CoreSignature(parameters: [.i32], results: [])
                add(module, "[\(kind)-new\(suffix)", CoreSignature(parameters: [], results: [.i64]))
                let count = kind == "stream" ? 3 : 2
                let copy = CoreSignature(parameters: Array(repeating: .i32, count: count), results: [.i32])
                for operation in ["read", "write"] {
                    add(module, "[async-lower][\(kind)-\(operation)\(suffix)", copy)
                    add(
                        module, "[\(kind)-cancel-\(operation)\(suffix)",
                        CoreSignature(parameters: [.i32], results: [.i32]))
                }
                add(module, "[\(kind)-drop-readable\(suffix)", handle)
                add(module, "[\(kind)-drop-writable\(suffix)", handle)
            }
        }
    }

    /// Adds the built-ins that belong to no function.
    mutating func addBuiltins() {
        let none: [CoreValueType] = []
        for (name, parameters, results) in [
            ("[task-cancel]", none, none), ("[subtask-drop]", [.i32], none),
            ("[subtask-cancel]", [.i32], [.i32]), ("[waitable-set-new]", none, [.i32]),
            ("[waitable-set-wait]", [.i32, .i32], [.i32]), ("[waitable-set-poll]", [.i32, .i32], [.i32]),
            ("[waitable-set-drop]", [.i32], none), ("[waitable-join]", [.i32, .i32], none),
            ("[backpressure-inc]", none, none), ("[backpressure-dec]", none, none),
            ("[thread-yield]", none, [.i32]), ("[context-get-0]", none, [.i32]),
            ("[context-set-0]", [.i32], none),
        ] {
            add(
                name == "[task-cancel]" ? "[export]$root" : "$root", name,
                CoreSignature(parameters: parameters, results: results))
        }
    }

    /// Adds an exported function without parameters and results.
    mutating func addExport(_ name: String) { export(name, CoreSignature(parameters: [], results: [])) }
    /// Adds an imported function without parameters and results.
    mutating func addImport(_ module: String, _ name: String) {
        add(module, name, CoreSignature(parameters: [], results: []))
    }

    /// The module.
    var bytes: [UInt8] {
        var writer = ByteWriter([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
        let section = { (writer: inout ByteWriter, id: UInt8, items: [[UInt8]]) in
            var contents = ByteWriter()
            contents.count(items.count)
            for item in items { contents.raw(item) }
            writer.byte(id)
            writer.sized(contents.bytes)
        }
        section(&writer, 1, types)
        section(
            &writer, 2,
            imports.map { item in
                ByteWriter.write {
                    $0.name(item.module)
                    $0.name(item.name)
                    $0.byte(0x00)
                    $0.count(item.type)
                }
            })
        section(&writer, 3, exports.map { item in ByteWriter.write { $0.count(item.type) } })
        section(&writer, 5, [[0x00, 0x01]])
        let memory = ByteWriter.write {
            $0.name(exports.contains { $0.name == "cm32p2_realloc" } ? "cm32p2_memory" : "memory")
            $0.raw([0x02, 0x00])
        }
        section(
            &writer, 7,
            exports.enumerated().map { number, item in
                ByteWriter.write {
                    $0.name(item.name)
                    $0.byte(0x00)
                    $0.count(imports.count + number)
                }
            } + [memory])
        section(&writer, 10, exports.map { _ in [0x03, 0x00, 0x00, 0x0b] })
        for (name, contents) in customSections {
            writer.byte(0)
            writer.sized(
                ByteWriter.write {
                    $0.name(name)
                    $0.raw(contents)
                })
        }
        return writer.bytes
    }
}
