import CWasmtime

/// A module whose imports are resolved: what is left to do per instance is to take slots and copy globals.
@safe public final class InstanceTemplate: Sendable {
    /// The module it makes instances of.
    public let module: Module

    nonisolated(unsafe) let raw: OpaquePointer
    // The engine keeps only the addresses of these.
    private let functions: [HostFunctionTemplate]
    /// Who the engine's template belongs to, where that is another one.
    private let original: InstanceTemplate?
    // The module's, which keeps them. All threads use these, so nobody counts.
    private let memories: Unmanaged<MemoriesInMaking>
    private let engine: Unmanaged<Engine>
    /// Instances of this template that wait to be used again; nil when they cannot be made new.
    let pool: InstancePool?

    init(module: Module, taking raw: OpaquePointer) {
        self.module = module
        unsafe memories = Unmanaged.passUnretained(module.memories)
        unsafe engine = Unmanaged.passUnretained(module.engine)
        unsafe self.raw = raw
        functions = []
        original = nil
        pool = InstanceTemplate.makePool(module)
    }

    private init(_ original: InstanceTemplate) {
        module = original.module
        unsafe memories = original.memories
        unsafe engine = original.engine
        unsafe raw = original.raw
        functions = []
        self.original = original
        pool = InstanceTemplate.makePool(original.module)
    }

    private static func makePool(_ module: Module) -> InstancePool? {
        module.canRenew ? InstancePool(module.engine.memories.idleInstances) : nil
    }

    /// A store for one instance of this template, which may be there already.
    public func makeStore(_ limits: InstanceLimits) throws -> Store {
        try unsafe engine._withUnsafeGuaranteedRef { engine in
            guard let pool else { return try Store(engine: engine, limits: limits) }
            if let idle = pool.take(limits) { return Store(idle, of: pool, engine: engine) }
            let store = try Store(engine: engine, limits: limits)
            store.pool = pool
            return store
        }
    }

    /// Runs `body`, which makes an instance.
    @inline(__always)
    func making<Result>(_ body: () throws -> Result) rethrows -> Result {
        try unsafe memories._withUnsafeGuaranteedRef { try $0.making(body) }
    }

    /// The slots of the instance that ``making(_:)`` makes, asked for within it.
    func madeSlots() -> [Unmanaged<MemorySlot>]? {
        unsafe memories._withUnsafeGuaranteedRef { unsafe $0.madeSlots() }
    }

    /// An equal one for the instances of one event loop. References to one object that two threads count, for each instance,
    /// are a cache line that they fight for.
    public func forOneLoop() -> InstanceTemplate { InstanceTemplate(self) }

    /// A module that imports functions of the host only: one for each of ``Module/imports``, in order.
    ///
    /// - Returns: nil when two imports of the same name get different functions, which a linker cannot tell apart.
    /// - Throws: ``EngineError`` when a function is not of the type that the module wants.
    public init?(module: Module, functions: [HostFunctionTemplate]) throws {
        guard functions.count == module.imports.count else { return nil }
        guard let linker = unsafe wasmtime_linker_new(module.engine.raw) else {
            throw EngineError(.configuration, "The engine made no linker.")
        }
        defer { unsafe wasmtime_linker_delete(linker) }
        var known: [[String]: ObjectIdentifier] = [:]
        for (needed, function) in zip(module.imports, functions) {
            let identity = ObjectIdentifier(function)
            if let earlier = known.updateValue(identity, forKey: [needed.module, needed.name]) {
                guard earlier == identity else { return nil }
                continue
            }
            if let error = unsafe Self.define(needed, function, in: linker) {
                throw unsafe EngineError(.linking, consuming: error, while: "An import is not defined")
            }
        }
        var template: OpaquePointer?
        if let error = unsafe wasmtime_linker_instantiate_pre(linker, module.raw, &template) {
            throw unsafe EngineError(.linking, consuming: error, while: "The module does not link")
        }
        guard let template = unsafe template else {
            throw EngineError(.linking, "The engine made no template.")
        }
        self.module = module
        unsafe memories = Unmanaged.passUnretained(module.memories)
        unsafe engine = Unmanaged.passUnretained(module.engine)
        unsafe raw = template
        self.functions = functions
        original = nil
        pool = InstanceTemplate.makePool(module)
    }

    private static func define(
        _ needed: ModuleImport, _ function: HostFunctionTemplate, in linker: OpaquePointer
    ) -> OpaquePointer? {
        unsafe needed.module.withRawUTF8 { modulePointer, moduleCount in
            unsafe needed.name.withRawUTF8 { namePointer, nameCount in
                unsafe wasmtime_linker_define_func_unchecked(
                    linker, modulePointer, moduleCount, namePointer, nameCount, function.rawType,
                    HostFunctionBox.trampoline, Unmanaged.passUnretained(function.box).toOpaque(), nil)
            }
        }
    }

    deinit {
        pool?.close()
        if original == nil { unsafe wasmtime_instance_pre_delete(raw) }
    }
}
