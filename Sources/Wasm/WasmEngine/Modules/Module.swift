import CWasmtime

/// A compiled core module: machine code and types, shared by all its instances.
@safe public final class Module: Sendable {
    /// The engine it was compiled by.
    public let engine: Engine
    /// What it needs, in order.
    public let imports: [ModuleImport]
    /// What it offers, in order.
    public let exports: [ModuleExport]

    nonisolated(unsafe) let raw: OpaquePointer
    let hasStartFunction: Bool
    /// Whether its instances can be made new in place: see ``Renewal``.
    let canRenew: Bool
    /// What its own memories hold when an instance begins.
    let memories: MemoriesInMaking

    /// Compiles a binary. Takes milliseconds to seconds: never on the request path.
    ///
    /// - Throws: ``EngineError`` with code `invalidModule`.
    public convenience init(engine: Engine, binary: [UInt8]) throws {
        // Before it is extended: sections that hold more or less than they say could make of what is added something else.
        try Module.validate(binary, engine: engine)
        let outline = ModuleOutline(binary)
        if let outline { try Module.check(outline, engine.limits) }
        let segments = outline.flatMap { DataSegments($0, engine.limits) }
        let renewal = outline.map { Renewal.functions(for: $0, segments) } ?? []
        let binary =
            outline.map {
                SuspensionExport.added(to: binary, outline: $0, data: segments?.left, and: renewal)
            } ?? binary
        var raw: OpaquePointer?
        let error = unsafe binary.withUnsafeBufferPointer {
            unsafe wasmtime_module_new(engine.raw, $0.baseAddress, $0.count, &raw)
        }
        if let error = unsafe error {
            throw unsafe EngineError(.invalidModule, consuming: error, while: "The module does not compile")
        }
        guard let raw = unsafe raw, let outline else {
            throw EngineError(
                .invalidModule, "The module has a section that this version of Martlet does not know.")
        }
        try unsafe self.init(engine: engine, taking: raw, outline: outline)
        // One that the guest has written would be trusted.
        guard canRenew == !renewal.isEmpty else {
            throw EngineError(.invalidModule, "The module exports \(Renewal.renewName), a reserved name.")
        }
    }

    /// Checks a binary without compiling it.
    ///
    /// - Throws: ``EngineError`` with code `invalidModule`.
    public static func validate(_ binary: [UInt8], engine: Engine) throws {
        let error = unsafe binary.withUnsafeBufferPointer {
            unsafe wasmtime_module_validate(engine.raw, $0.baseAddress, $0.count)
        }
        if let error = unsafe error {
            throw unsafe EngineError(.invalidModule, consuming: error, while: "The module does not compile")
        }
    }

    /// Maps a compiled image. The caller has made sure that it is one of ours: its code runs as it is.
    convenience init(engine: Engine, imagePath: String, outline: ModuleOutline) throws {
        var raw: OpaquePointer?
        if let error = unsafe wasmtime_module_deserialize_file(engine.raw, imagePath, &raw) {
            throw unsafe EngineError(.image, consuming: error, while: "The compiled image does not load")
        }
        guard let raw = unsafe raw else { throw EngineError(.image, "The engine returned no module.") }
        try unsafe self.init(engine: engine, taking: raw, outline: outline)
    }

    private init(engine: Engine, taking raw: OpaquePointer, outline: ModuleOutline) throws {
        self.engine = engine
        unsafe self.raw = raw
        self.hasStartFunction = outline.hasStartFunction
        let starts = DataSegments(outline, engine.limits)?.starts ?? []
        self.memories = try MemoriesInMaking(engine.memories.images(of: starts))
        unsafe self.imports = Module.imports(of: raw)
        let exports = unsafe Module.exports(of: raw)
        self.exports = exports.filter { !Module.addedNames.contains($0.name) }
        canRenew = exports.contains { $0.name == Renewal.renewName }
    }

    deinit {
        memories.retire()
        unsafe wasmtime_module_delete(raw)
    }

    // The engine gives each function, global and import at most this many bytes of an instance's record.
    private static let recordItemBytes = 32

    private static func check(_ outline: ModuleOutline, _ limits: EngineLimits) throws {
        for (what, count, most) in [
            ("memories", outline.memories.count, limits.memoriesPerModule),
            ("tables", outline.definedTables, limits.tablesPerModule),
        ] where count > most {
            throw EngineError(.invalidModule, "The module defines \(count) \(what); the limit is \(most).")
        }
        let bytes = outline.recordItems * recordItemBytes
        guard bytes > limits.instanceBytes else { return }
        throw EngineError(
            .invalidModule,
            "The module has so many functions, globals and imports that each instance may need \(bytes) bytes "
                + "beside its memories; the limit is \(limits.instanceBytes).")
    }

    /// The machine code as bytes of an image file.
    func serialized() throws -> [UInt8] {
        var bytes = unsafe wasm_byte_vec_t()
        if let error = unsafe wasmtime_module_serialize(raw, &bytes) {
            throw unsafe EngineError(.image, consuming: error, while: "The module does not serialize")
        }
        defer { unsafe wasm_byte_vec_delete(&bytes) }
        return unsafe Array(UnsafeBufferPointer(start: bytes.data, count: bytes.size))
    }

    /// The signature of an exported function, if there is one of that name.
    public func functionType(ofExport name: String) -> FunctionType? {
        for export in exports where export.name == name {
            if case .function(let type) = export.type { return type }
        }
        return nil
    }

    private static func imports(of raw: OpaquePointer) -> [ModuleImport] {
        var vector = unsafe wasm_importtype_vec_t()
        unsafe wasmtime_module_imports(raw, &vector)
        defer { unsafe wasm_importtype_vec_delete(&vector) }
        return unsafe UnsafeBufferPointer(start: vector.data, count: vector.size).compactMap { item in
            guard let item = unsafe item, let type = unsafe wasm_importtype_type(item) else { return nil }
            return unsafe ModuleImport(
                module: unsafe text(of: wasm_importtype_module(item).pointee),
                name: unsafe text(of: wasm_importtype_name(item).pointee), type: ExternType(type))
        }
    }

    private static func exports(of raw: OpaquePointer) -> [ModuleExport] {
        var vector = unsafe wasm_exporttype_vec_t()
        unsafe wasmtime_module_exports(raw, &vector)
        defer { unsafe wasm_exporttype_vec_delete(&vector) }
        return unsafe UnsafeBufferPointer(start: vector.data, count: vector.size).compactMap { item in
            guard let item = unsafe item, let type = unsafe wasm_exporttype_type(item) else { return nil }
            return unsafe ModuleExport(
                name: unsafe text(of: wasm_exporttype_name(item).pointee), type: ExternType(type))
        }
    }

    private static let addedNames: Set = [SuspensionExport.name, Renewal.renewName, Renewal.resizeName]
}
