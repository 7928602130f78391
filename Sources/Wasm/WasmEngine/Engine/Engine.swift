import CWasmtime

/// The compiler, the memories and the stacks that all guests of a process share.
///
/// Thread-safe: modules are compiled and stores are made from any thread. Stores themselves belong to one event loop.
@safe public final class Engine: Sendable {
    /// What was reserved when the engine was made.
    public let limits: EngineLimits
    /// Names the engine's release and every setting that a compiled image depends on.
    public let fingerprint: String

    nonisolated(unsafe) let raw: OpaquePointer
    let memories: LinearMemories
    /// The type of a function without parameters and results, which the engine looks up once.
    nonisolated(unsafe) let plainType: OpaquePointer?
    let ticker: EpochTicker

    /// The release of Wasmtime that the declarations in `CWasmtime` are for.
    public static let wasmtimeVersion = "50.0.1"

    /// Makes the compiler and starts the epoch ticker.
    ///
    /// - Throws: ``EngineError`` with code `configuration` when the engine refuses its settings.
    public convenience init(limits: EngineLimits = EngineLimits()) throws {
        try self.init(limits: limits, written: WrittenPages())
    }

    init(limits: EngineLimits, written: WrittenPages) throws {
        let memories = LinearMemories(limits: limits, written: written)
        let configuration = unsafe Engine.configuration(for: limits)
        unsafe memories.serve(configuration)
        unsafe FiberStacks(limits: limits, idleInstances: memories.idleInstances).serve(configuration)
        guard let raw = unsafe wasm_engine_new_with_config(configuration) else {
            throw EngineError(.configuration, "The engine refused its limits: \(limits).")
        }
        unsafe self.raw = raw
        unsafe plainType = FunctionType([], []).makeRaw()
        self.limits = limits
        self.memories = memories
        self.fingerprint =
            "wasmtime-\(Engine.wasmtimeVersion)-epoch-sequential-moving-renewed-stack\(limits.guestStackBytes)"
            + "-data\(limits.memoryImageBytes)"
        unsafe self.ticker = EpochTicker(engine: raw)
    }

    deinit {
        ticker.stop()
        unsafe wasm_functype_delete(plainType)
        unsafe wasm_engine_delete(raw)
    }

    private static func configuration(for limits: EngineLimits) -> OpaquePointer? {
        let configuration = unsafe wasm_config_new()
        unsafe wasmtime_config_epoch_interruption_set(configuration, true)
        unsafe wasmtime_config_max_wasm_stack_set(configuration, limits.guestStackBytes)
        unsafe wasmtime_config_async_stack_size_set(configuration, limits.fiberStackBytes)
        // For the engine's own components, which are not used here; each store would be made ready for them.
        unsafe wasmtime_config_concurrency_support_set(configuration, false)
        // Memories begin with their data: see ``MemoryImage``.
        unsafe wasmtime_config_memory_init_cow_set(configuration, false)
        return unsafe configuration
    }
}
