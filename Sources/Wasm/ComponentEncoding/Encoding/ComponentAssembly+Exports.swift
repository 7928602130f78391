import ComponentModel

/// Exports: core functions lifted, and interfaces wrapped in a component that gives their types names.
extension ComponentAssembly {
    mutating func exportWorld() throws(EncodingError) {
        var done: Set<World.InterfaceID> = []
        for item in world.exports {
            switch item.entity {
            case .function(let function):
                let lifted = try lift(function, of: nil)
                _ = writer.export(item.name, .function, lifted)
            case .interface(let id): try export(id, &done)
            case .type: throw EncodingError("The world exports a type by itself, which components cannot.")
            }
        }
    }

    /// Exports an interface, after those whose types it uses.
    private mutating func export(
        _ id: World.InterfaceID, _ done: inout Set<World.InterfaceID>
    ) throws(EncodingError) {
        guard done.insert(id).inserted else { return }
        let interface = world[id]
        for type in interface.types {
            guard case .same(let target) = world[type].kind, let owner = world[target].interface, owner != id,
                world.exports.contains(where: {
                    if case .interface(owner) = $0.entity { true } else { false }
                })
            else { continue }
            try export(owner, &done)
        }
        var lifted: [(function: WorldFunction, index: UInt32)] = []
        for function in interface.functions {
            lifted.append((function, try lift(function, of: interface.name)))
        }
        var nested = NestedInterface(world, id)
        nested.write(interface.functions)
        var arguments: [(name: String, sort: ComponentSort, index: UInt32)] = []
        for (name, type) in nested.importedTypes { arguments.append((name, .type, index(of: type))) }
        for (function, index) in lifted {
            arguments.append((NestedInterface.importName(of: function), .function, index))
        }
        let component = writer.component(nested.finish())
        let instance = writer.instance(of: component, with: arguments)
        setExported(id, writer.export(interface.name, .instance, instance))
    }

    private mutating func lift(
        _ function: WorldFunction, of interface: String?
    ) throws(EncodingError) -> UInt32 {
        let place = interface.map { "\($0) \(function.name)" } ?? function.name
        let (module, instance, name) = try implementation(of: function, interface, place)
        guard let signature = module.functions[name] else {
            throw EncodingError("The module exports no function for \(place).")
        }
        let form: CoreExportName.Form =
            if case .function(_, _, let form) = CoreExportName(name) { form } else { .sync }
        guard form == .sync || function.isAsync else {
            throw EncodingError("The module exports \"\(name)\", but \(place) is no async function.")
        }
        var flattening = Flattening(world)
        let (expected, needs) = flattening.lifted(function, form)
        guard expected == signature else {
            throw EncodingError(
                """
                The module exports "\(name)" as \(BoundModule.text(signature)), but by its WIT type it is \
                \(BoundModule.text(expected)).
                """)
        }
        var options = CanonicalOptionsWriter()
        if needs.memory {
            guard let memory else {
                throw EncodingError(
                    "The module must export its memory as \"memory\": \(place) passes values through it.")
            }
            options.add(memory: memory)
        }
        if needs.strings { options.add(module.stringEncoding) }
        if needs.realloc {
            guard let realloc = module.exportRealloc else {
                throw EncodingError(
                    "The module must export \"cabi_realloc\", the function that allocates: \(place) takes lists or strings."
                )
            }
            options.add(realloc: coreFunction(realloc, of: instance))
        }
        if let postReturn = module.export(.postReturn, interface, function.name), form == .sync {
            options.add(postReturn: coreFunction(postReturn, of: instance))
        }
        if form != .sync { options.addAsync() }
        if form == .async {
            guard let callback = module.export(.callback, interface, function.name) else {
                throw EncodingError(
                    "The module must export the callback of \"\(name)\": \"[callback]\(name)\".")
            }
            options.add(callback: coreFunction(callback, of: instance))
        }
        let core = coreFunction(name, of: instance)
        let type = define(function)
        return writer.lift(core, options.bytes, type: type)
    }

    /// The module that implements an export: the main one, or an adapter.
    private func implementation(
        of function: WorldFunction, _ interface: String?, _ place: String
    ) throws(EncodingError) -> (BoundModule, instance: UInt32, name: String) {
        if let name = main.export(.function, interface, function.name) { return (main, mainInstance, name) }
        for adapter in adapters {
            if let name = adapter.module.export(.function, interface, function.name),
                let instance = adapterInstances[adapter.name]
            {
                return (adapter.module, instance, name)
            }
        }
        let example = interface.map { "\($0)#\(function.name)" } ?? function.name
        throw EncodingError("The world exports \(place), but the module exports no function \"\(example)\".")
    }
}
