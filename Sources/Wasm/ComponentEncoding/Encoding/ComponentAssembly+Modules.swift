import ComponentModel

/// The core modules of a component, and what they import.
extension ComponentAssembly {
    mutating func instantiateModules() throws(EncodingError) {
        let mainModule = writer.coreModule(main.module.strippedBytes)
        let setups = adapters.map { AdapterSetup($0.module.module) }
        let adapterModules = zip(adapters, setups).map { adapter, setup in
            writer.coreModule(setup?.bytes ?? adapter.module.module.strippedBytes)
        }
        collectShims()
        let initialize = main.export(.initialize)
        var fixUpModule: UInt32?
        if !shim.signatures.isEmpty {
            let shimModule = writer.coreModule(shim.bytes)
            fixUpModule = writer.coreModule(shim.fixUp(callsInitialize: initialize != nil))
            shimInstance = writer.coreInstance(of: shimModule, with: [])
        } else if initialize != nil {
            fixUpModule = writer.coreModule(shim.fixUp(callsInitialize: true))
        }
        try defineExportedResources()
        let mainArguments = try arguments(of: main, adapter: nil)
        mainInstance = writer.coreInstance(of: mainModule, with: mainArguments)
        if let name = main.memoryName { memory = writer.alias(name, ofCore: mainInstance, .memory) }
        for (number, adapter) in adapters.enumerated() {
            let adapterArguments = try arguments(of: adapter.module, adapter: number)
            let instance = writer.coreInstance(of: adapterModules[number], with: adapterArguments)
            adapterInstances[adapter.name] = instance
            if let setup = setups[number] { try makeStack(of: instance, setup) }
        }
        guard let fixUpModule else { return }
        var exports: [CoreExport] = []
        for item in shimmed {
            exports.append(CoreExport(name: item.name, sort: .function, index: try function(item.source)))
        }
        if let shimInstance {
            let table = writer.alias(ShimModule.tableName, ofCore: shimInstance, .table)
            exports.append(CoreExport(name: ShimModule.tableName, sort: .table, index: table))
        }
        if let initialize {
            exports.append(
                CoreExport(
                    name: ShimModule.initializeName, sort: .function,
                    index: coreFunction(initialize, of: mainInstance)))
        }
        let instance = writer.coreInstance(of: exports)
        _ = writer.coreInstance(of: fixUpModule, with: [("", instance)])
    }

    private func mainMemory() throws(EncodingError) -> UInt32 {
        guard let memory else {
            throw EncodingError("The module must export its memory as \"memory\": an adapter works in it.")
        }
        return memory
    }

    private mutating func makeStack(of adapter: UInt32, _ setup: AdapterSetup) throws(EncodingError) {
        var exports = [
            CoreExport(name: AdapterSetup.memoryName, sort: .memory, index: try mainMemory())
        ]
        for global in setup.globals {
            exports.append(
                CoreExport(
                    name: global.name, sort: .global,
                    index: writer.alias(global.name, ofCore: adapter, .global)))
        }
        let instance = writer.coreInstance(of: exports)
        let module = writer.coreModule(setup.stackModule)
        _ = writer.coreInstance(of: module, with: [("", instance)])
    }

    /// The allocator for adapters of a module without any.
    private mutating func pageAllocator() throws(EncodingError) -> UInt32 {
        if let known = pageAllocatorIndex { return known }
        let memory = CoreExport(name: AdapterSetup.memoryName, sort: .memory, index: try mainMemory())
        let arguments = writer.coreInstance(of: [memory])
        let module = writer.coreModule(AdapterSetup.allocatorModule)
        let instance = writer.coreInstance(of: module, with: [("", arguments)])
        let index = writer.alias(AdapterSetup.allocatorName, ofCore: instance, .function)
        pageAllocatorIndex = index
        return index
    }

    // MARK: - The shim

    /// Gives every import that needs the main module's memory, or an adapter, a slot of the shim's table.
    private mutating func collectShims() {
        for item in main.imports { addShim(item, adapter: nil) }
        for (number, adapter) in adapters.enumerated() {
            for item in adapter.module.imports { addShim(item, adapter: number) }
        }
        for item in world.exports {
            guard case .interface(let id) = item.entity else { continue }
            for type in world[id].types {
                guard case .resource = world[type].kind,
                    let export = main.export(.destructor, item.name, world[type].name)
                else { continue }
                let name = shim.add(CoreSignature(parameters: [.i32], results: []))
                destructors[type] = name
                shimmed.append(ShimmedImport(source: .destructor(export: export), name: name))
            }
        }
    }

    private mutating func addShim(_ item: BoundImport, adapter: Int?) {
        if case .adapter = item.source {
        } else {
            guard item.needs.memory else { return }
            // An adapter is made after the main module's memory, but before its own allocator.
            guard adapter == nil || item.needs.realloc else { return }
        }
        let name = shim.add(item.signature)
        slots[Slot(adapter: adapter, module: item.module, name: item.name)] = name
        shimmed.append(ShimmedImport(source: .bound(item, adapter: adapter), name: name))
    }

    private mutating func defineExportedResources() throws(EncodingError) {
        for item in world.exports {
            guard case .interface(let id) = item.entity else { continue }
            for type in world[id].types {
                guard case .resource = world[type].kind else { continue }
                var bytes: [UInt8] = [0x3f, 0x7f]
                if let name = destructors[type], let shimInstance {
                    let function = writer.alias(name, ofCore: shimInstance, .function)
                    bytes += [0x01] + ByteWriter.write { $0.u32(function) }
                } else {
                    bytes.append(0x00)
                }
                setIndex(of: type, writer.type(bytes))
            }
        }
    }

    // MARK: - Arguments

    private mutating func arguments(
        of module: BoundModule, adapter: Int?
    ) throws(EncodingError) -> [(name: String, instance: UInt32)] {
        var order: [String] = []
        var groups: [String: [BoundImport]] = [:]
        for item in module.imports {
            if groups[item.module] == nil { order.append(item.module) }
            groups[item.module, default: []].append(item)
        }
        var arguments: [(name: String, instance: UInt32)] = []
        for name in order {
            let items = groups[name] ?? []
            if case .native? = items.first?.source {
                arguments.append((name, nativeInstance(name, items)))
                continue
            }
            var exports: [CoreExport] = []
            for item in items { exports.append(try export(for: item, adapter: adapter)) }
            arguments.append((name, writer.coreInstance(of: exports)))
        }
        return arguments
    }

    private mutating func export(
        for item: BoundImport, adapter: Int?
    ) throws(EncodingError) -> CoreExport {
        if case .mainExport(let name, let sort) = item.source {
            return CoreExport(
                name: item.name, sort: sort, index: writer.alias(name, ofCore: mainInstance, sort))
        }
        if case .pageAllocator = item.source {
            return CoreExport(name: item.name, sort: .function, index: try pageAllocator())
        }
        let slot = slots[Slot(adapter: adapter, module: item.module, name: item.name)]
        if let slot, let shimInstance {
            return CoreExport(
                name: item.name, sort: .function,
                index: writer.alias(slot, ofCore: shimInstance, .function))
        }
        return CoreExport(
            name: item.name, sort: .function, index: try function(.bound(item, adapter: adapter)))
    }

    /// A core module of the host, imported under a reserved name, made an instance.
    private mutating func nativeInstance(_ name: String, _ items: [BoundImport]) -> UInt32 {
        var type = ByteWriter([0x50])
        type.count(items.count * 2)
        for (number, item) in items.enumerated() {
            type.byte(0x01)
            type.raw(ShimModule.functionType(item.signature))
            type.byte(0x03)
            type.name(item.name)
            type.byte(0x00)
            type.count(number)
        }
        let index = writer.coreType(type.bytes)
        let module = writer.importItem(NativeModule.componentName(of: name), .module(index))
        return writer.coreInstance(of: module, with: [])
    }

    // MARK: - Functions

    /// A function of a core instance, by its name there.
    mutating func coreFunction(_ name: String, of instance: UInt32) -> UInt32 {
        let key = "\(instance) \(name)"
        if let known = coreFunctions[key] { return known }
        let index = writer.alias(name, ofCore: instance, .function)
        coreFunctions[key] = index
        return index
    }

    private mutating func function(_ source: ShimmedImport.Source) throws(EncodingError) -> UInt32 {
        switch source {
        case .destructor(let export): return coreFunction(export, of: mainInstance)
        case .bound(let item, let adapter):
            if case .adapter(let name) = item.source, let instance = adapterInstances[name] {
                return coreFunction(item.name, of: instance)
            }
            return try canonical(item, adapter: adapter)
        }
    }

    private mutating func canonical(_ item: BoundImport, adapter: Int?) throws(EncodingError) -> UInt32 {
        let user = adapter.map { adapters[$0].module } ?? main
        let instance = adapter.flatMap { adapterInstances[adapters[$0].name] } ?? mainInstance
        var options = CanonicalOptionsWriter()
        if item.needs.memory { try add(memoryFor: item, to: &options) }
        if item.needs.strings { options.add(user.stringEncoding) }
        if item.needs.realloc {
            if let realloc = user.importRealloc {
                options.add(realloc: coreFunction(realloc, of: instance))
            } else if adapter != nil, let realloc = main.importRealloc {
                options.add(realloc: coreFunction(realloc, of: mainInstance))
            } else {
                throw EncodingError(
                    """
                    The module must export "cabi_realloc", the function that allocates: "\(item.name)" of \
                    "\(item.module)" gives it lists or strings.
                    """)
            }
        }
        return writer.canonical(try bytes(of: item, &options))
    }

    private func add(
        memoryFor item: BoundImport, to options: inout CanonicalOptionsWriter
    ) throws(EncodingError) {
        guard let memory else {
            throw EncodingError(
                """
                The module must export its memory as "memory": "\(item.name)" of "\(item.module)" reads or writes it.
                """)
        }
        options.add(memory: memory)
    }

    private mutating func bytes(
        of item: BoundImport, _ options: inout CanonicalOptionsWriter
    ) throws(EncodingError) -> [UInt8] {
        switch item.source {
        case .lowered(let key, _, let isAsync):
            if isAsync { options.addAsync() }
            let function = index(of: key)
            return [0x01, 0x00] + ByteWriter.write { $0.u32(function) } + options.bytes
        case .resource(let operation, let id):
            let type = index(of: id)
            let opcode: UInt8 =
                switch operation {
                case .new: 0x02
                case .drop: 0x03
                case .representation: 0x04
                }
            return [opcode] + ByteWriter.write { $0.u32(type) }
        case .taskReturn(let result):
            guard let result else { return [0x09, 0x01, 0x00] + options.bytes }
            let type = valueType(result)
            return [0x09, 0x00] + type + options.bytes
        case .channel(let channel, let type): return bytes(of: channel, type, &options)
        case .builtin(let builtin):
            if let encoding = builtin.stringEncoding {
                var exact = CanonicalOptionsWriter()
                if let memory { exact.add(memory: memory) }
                exact.add(encoding)
                exact.copyRealloc(from: options)
                return builtin.bytes + exact.bytes
            }
            guard builtin.takesMemory, let memory else { return builtin.bytes }
            return builtin.bytes + ByteWriter.write { $0.u32(memory) }
        case .native, .adapter, .mainExport, .pageAllocator:
            throw EncodingError("\"\(item.name)\" of \"\(item.module)\" is not made by a component.")
        }
    }

    private mutating func bytes(
        of channel: CoreImportName.ChannelName, _ type: WorldValueType,
        _ options: inout CanonicalOptionsWriter
    ) -> [UInt8] {
        let first: UInt8 = channel.kind == .stream ? 0x0e : 0x15
        let index = index(of: type)
        let typeBytes = ByteWriter.write { $0.u32(index) }
        let asyncByte: UInt8 = channel.isAsync ? 1 : 0
        switch channel.operation {
        case .new: return [first] + typeBytes
        case .read, .write:
            if channel.isAsync { options.addAsync() }
            return [channel.operation == .read ? first + 1 : first + 2] + typeBytes + options.bytes
        case .cancelRead: return [first + 3] + typeBytes + [asyncByte]
        case .cancelWrite: return [first + 4] + typeBytes + [asyncByte]
        case .dropReadable: return [first + 5] + typeBytes
        case .dropWritable: return [first + 6] + typeBytes
        }
    }
}

/// Writes the options of a canonical definition.
struct CanonicalOptionsWriter {
    private var count = 0
    private var writer = ByteWriter()
    private var realloc: UInt32?

    mutating func add(_ encoding: StringEncoding) {
        count += 1
        switch encoding {
        case .utf8: writer.byte(0x00)
        case .utf16: writer.byte(0x01)
        case .latin1UTF16: writer.byte(0x02)
        }
    }

    mutating func add(memory: UInt32) { add(0x03, memory) }

    mutating func add(realloc: UInt32) {
        self.realloc = realloc
        add(0x04, realloc)
    }

    mutating func add(postReturn: UInt32) { add(0x05, postReturn) }
    mutating func add(callback: UInt32) { add(0x07, callback) }

    mutating func addAsync() {
        count += 1
        writer.byte(0x06)
    }

    mutating func copyRealloc(from other: CanonicalOptionsWriter) {
        if let realloc = other.realloc { add(realloc: realloc) }
    }

    private mutating func add(_ code: UInt8, _ index: UInt32) {
        count += 1
        writer.byte(code)
        writer.u32(index)
    }

    var bytes: [UInt8] {
        var all = ByteWriter()
        all.count(count)
        all.raw(writer.bytes)
        return all.bytes
    }
}
