import CWasmtime

/// The compiler and the pools that all guests of a process share.
///
/// Thread-safe: modules are compiled and stores are made from any thread. Stores themselves belong to one event loop.
@safe public final class Engine: Sendable {
    /// What was reserved when the engine was made.
    public let limits: EngineLimits
    /// Names the engine's release and every setting that a compiled image depends on.
    public let fingerprint: String

    nonisolated(unsafe) let raw: OpaquePointer
    /// The type of a function without parameters and results, which the engine looks up once.
    nonisolated(unsafe) let plainType: OpaquePointer?
    let ticker: EpochTicker

    /// The release of Wasmtime that the declarations in `CWasmtime` are for.
    public static let wasmtimeVersion = "50.0.1"

    /// Reserves the pools and starts the epoch ticker.
    ///
    /// - Throws: ``EngineError`` with code `configuration` when the system refuses the address space.
    public init(limits: EngineLimits = EngineLimits()) throws {
        let configuration = unsafe Engine.configuration(for: limits)
        guard let raw = unsafe wasm_engine_new_with_config(configuration) else {
            throw EngineError(.configuration, "The engine refused its limits: \(limits).")
        }
        unsafe self.raw = raw
        unsafe plainType = FunctionType([], []).makeRaw()
        self.limits = limits
        self.fingerprint =
            "wasmtime-\(Engine.wasmtimeVersion)-epoch-sequential-stack\(limits.guestStackBytes)"
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
        unsafe wasmtime_config_memory_may_move_set(configuration, false)
        // For the engine's own components, which are not used here; each store would be made ready for them.
        unsafe wasmtime_config_concurrency_support_set(configuration, false)
        let pool = unsafe wasmtime_pooling_allocation_config_new()
        defer { unsafe wasmtime_pooling_allocation_config_delete(pool) }
        unsafe wasmtime_pooling_allocation_config_total_core_instances_set(pool, limits.coreInstances)
        unsafe wasmtime_pooling_allocation_config_total_memories_set(pool, limits.memories)
        unsafe wasmtime_pooling_allocation_config_total_tables_set(pool, limits.tables)
        unsafe wasmtime_pooling_allocation_config_total_stacks_set(pool, limits.stacks)
        unsafe wasmtime_pooling_allocation_config_max_memory_size_set(pool, limits.memoryBytes)
        unsafe wasmtime_pooling_allocation_config_table_elements_set(pool, limits.tableElements)
        unsafe wasmtime_pooling_allocation_config_max_memories_per_module_set(pool, limits.memoriesPerModule)
        unsafe wasmtime_pooling_allocation_config_max_tables_per_module_set(pool, limits.tablesPerModule)
        unsafe wasmtime_pooling_allocation_config_max_core_instance_size_set(pool, limits.instanceBytes)
        unsafe wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(
            pool, limits.memoryResidentBytes)
        unsafe wasmtime_pooling_allocation_config_table_keep_resident_set(pool, limits.tableResidentBytes)
        unsafe wasmtime_pooling_allocation_config_async_stack_keep_resident_set(
            pool, limits.stackResidentBytes)
        unsafe wasmtime_pooling_allocation_config_max_unused_warm_slots_set(pool, limits.warmSlots)
        unsafe wasmtime_pooling_allocation_strategy_set(configuration, pool)
        return unsafe configuration
    }
}
