import CWasmtime

/// The engine's own opinion of component binaries: the oracle for tests of ours.
///
/// Not part of what runs a guest: the engine compiles a component before it accepts it, as cheaply as it can here.
/// Thread-safe.
@safe package final class ComponentJudge: Sendable {
    /// Which of the engine's features are on.
    package enum Features: Sendable {
        /// What the engine enables when nothing is configured.
        case defaults
        /// Every gated feature of components that the C interface can enable, and of core types.
        case gated
    }

    nonisolated(unsafe) private let raw: OpaquePointer

    /// An engine that only judges.
    ///
    /// - Throws: ``EngineError`` with code `configuration`.
    package init(features: Features) throws {
        let configuration = unsafe wasm_config_new()
        unsafe wasmtime_config_parallel_compilation_set(configuration, false)
        unsafe wasmtime_config_memory_init_cow_set(configuration, false)
        unsafe wasmtime_config_native_unwind_info_set(configuration, false)
        unsafe wasmtime_config_cranelift_opt_level_set(
            configuration, wasmtime_opt_level_t(WASMTIME_OPT_LEVEL_NONE))
        unsafe wasmtime_config_cranelift_regalloc_algorithm_set(
            configuration, wasmtime_regalloc_algorithm_t(WASMTIME_REGALLOC_SINGLE_PASS))
        if features == .gated {
            unsafe wasmtime_config_wasm_component_model_async_set(configuration, true)
            unsafe wasmtime_config_wasm_component_model_async_stackful_set(configuration, true)
            unsafe wasmtime_config_wasm_component_model_more_async_builtins_set(configuration, true)
            unsafe wasmtime_config_wasm_component_model_map_set(configuration, true)
            unsafe wasmtime_config_wasm_component_model_implements_set(configuration, true)
            unsafe wasmtime_config_wasm_component_model_canonical_names_set(configuration, true)
            unsafe wasmtime_config_wasm_threads_set(configuration, true)
            unsafe wasmtime_config_wasm_tail_call_set(configuration, true)
        }
        guard let raw = unsafe wasm_engine_new_with_config(configuration) else {
            throw EngineError(.configuration, "The engine refused the oracle's settings.")
        }
        unsafe self.raw = raw
    }

    deinit { unsafe wasm_engine_delete(raw) }

    /// Why the engine refuses a component; nil when it accepts it.
    package func refusal(ofComponent bytes: [UInt8]) -> String? {
        var component: OpaquePointer?
        let error = unsafe bytes.withUnsafeBufferPointer {
            unsafe wasmtime_component_new(raw, $0.baseAddress, $0.count, &component)
        }
        if let error = unsafe error { return unsafe takeMessage(of: error) }
        unsafe wasmtime_component_delete(component)
        return nil
    }

    /// Why the engine refuses a core module; nil when it is valid.
    package func refusal(ofModule bytes: ArraySlice<UInt8>) -> String? {
        let error = unsafe bytes.withUnsafeBufferPointer {
            unsafe wasmtime_module_validate(raw, $0.baseAddress, $0.count)
        }
        return unsafe error.map { unsafe takeMessage(of: $0) }
    }
}
