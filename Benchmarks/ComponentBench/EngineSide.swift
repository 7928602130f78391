import CWasmtime

/// What the engine refused.
struct EngineFailure: Error, CustomStringConvertible { let description: String }

/// The engine's own component API, with the settings that our runtime gives the engine.
final class EngineSide {
    private let engine: OpaquePointer?

    init() {
        let configuration = wasm_config_new()
        wasmtime_config_epoch_interruption_set(configuration, true)
        wasmtime_config_memory_may_move_set(configuration, false)
        let pool = wasmtime_pooling_allocation_config_new()
        wasmtime_pooling_allocation_config_total_core_instances_set(pool, 1_000)
        wasmtime_pooling_allocation_config_total_memories_set(pool, 200)
        wasmtime_pooling_allocation_config_total_tables_set(pool, 1_000)
        wasmtime_pooling_allocation_config_table_elements_set(pool, 100_000)
        wasmtime_pooling_allocation_config_max_memory_size_set(pool, 4 << 30)
        wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, 256 << 10)
        wasmtime_pooling_allocation_config_table_keep_resident_set(pool, 64 << 10)
        wasmtime_pooling_allocation_config_max_unused_warm_slots_set(pool, 1_024)
        wasmtime_pooling_allocation_strategy_set(configuration, pool)
        wasmtime_pooling_allocation_config_delete(pool)
        engine = wasm_engine_new_with_config(configuration)
    }

    static func check(_ error: OpaquePointer?) throws {
        guard let error else { return }
        var text = wasm_byte_vec_t()
        wasmtime_error_message(error, &text)
        let message = String(decoding: UnsafeBufferPointer(start: text.data, count: text.size), as: UTF8.self)
        wasm_byte_vec_delete(&text)
        wasmtime_error_delete(error)
        throw EngineFailure(description: message)
    }

    /// A component with everything that it imports, ready to be instantiated.
    struct Linked {
        let engine: OpaquePointer?
        let component: OpaquePointer?
        let linker: OpaquePointer?

        func export(_ name: String) -> OpaquePointer? {
            wasmtime_component_get_export_index(component, nil, name, name.utf8.count)
        }

        /// A store that is never interrupted.
        func store() -> OpaquePointer? {
            let store = wasmtime_store_new(engine, nil, nil)
            wasmtime_context_set_epoch_deadline(wasmtime_store_context(store), 1 << 60)
            return store
        }

        func instance(in context: OpaquePointer?) throws -> wasmtime_component_instance_t {
            var instance = wasmtime_component_instance_t()
            try check(wasmtime_component_linker_instantiate(linker, context, component, &instance))
            return instance
        }

        func function(
            _ export: OpaquePointer?, of instance: wasmtime_component_instance_t, in context: OpaquePointer?
        ) throws -> wasmtime_component_func_t {
            var instance = instance
            var function = wasmtime_component_func_t()
            guard wasmtime_component_instance_get_func(&instance, context, export, &function) else {
                throw EngineFailure(description: "the export is missing")
            }
            return function
        }
    }

    func link(_ binary: [UInt8], mix: Bool) throws -> Linked {
        var component: OpaquePointer?
        try Self.check(wasmtime_component_new(engine, binary, binary.count, &component))
        let linker = wasmtime_component_linker_new(engine)
        if mix {
            let root = wasmtime_component_linker_root(linker)
            let name = "mix"
            try Self.check(
                wasmtime_component_linker_instance_add_func(
                    root, name, name.utf8.count,
                    { _, _, _, arguments, _, results, _ in
                        guard let arguments, let results else { return nil }
                        results[0].kind = UInt8(WASMTIME_COMPONENT_U64)
                        results[0].of.u64 = arguments[1].of.u64 &+ UInt64(arguments[0].of.u32)
                        return nil
                    }, nil, nil))
            wasmtime_component_linker_instance_delete(root)
        } else {
            try Self.check(wasmtime_component_linker_define_unknown_imports_as_traps(linker, component))
        }
        return Linked(engine: engine, component: component, linker: linker)
    }

    /// Nanoseconds of a fresh instance with one call of `run`.
    static func instantiations(_ linked: Linked, count: Int) throws -> Double {
        let export = linked.export("run")
        defer { wasmtime_component_export_index_delete(export) }
        let start = now()
        for _ in 0..<count {
            let store = linked.store()
            let context = wasmtime_store_context(store)
            var function = try linked.function(export, of: try linked.instance(in: context), in: context)
            try check(wasmtime_component_func_call(&function, context, nil, 0, nil, 0))
            wasmtime_store_delete(store)
        }
        return (now() - start) / Double(count)
    }

    /// Nanoseconds of one call with one result. The arguments are made once, results are released.
    static func calls(
        _ linked: Linked, _ name: String, _ arguments: [wasmtime_component_val_t], count: Int
    ) throws -> Double {
        let store = linked.store()
        defer { wasmtime_store_delete(store) }
        let context = wasmtime_store_context(store)
        let export = linked.export(name)
        defer { wasmtime_component_export_index_delete(export) }
        var function = try linked.function(export, of: try linked.instance(in: context), in: context)
        let start = now()
        for _ in 0..<count {
            var result = wasmtime_component_val_t()
            try check(
                wasmtime_component_func_call(&function, context, arguments, arguments.count, &result, 1))
            wasmtime_component_val_delete(&result)
        }
        return (now() - start) / Double(count)
    }
}

extension wasmtime_component_val_t {
    static func u32(_ value: UInt32) -> Self {
        var result = Self()
        result.kind = UInt8(WASMTIME_COMPONENT_U32)
        result.of.u32 = value
        return result
    }

    static func u64(_ value: UInt64) -> Self {
        var result = Self()
        result.kind = UInt8(WASMTIME_COMPONENT_U64)
        result.of.u64 = value
        return result
    }

    static func f64(_ value: Double) -> Self {
        var result = Self()
        result.kind = UInt8(WASMTIME_COMPONENT_F64)
        result.of.f64 = value
        return result
    }

    // What follows is never released: the arguments live as long as the program.

    static func name(_ text: String) -> wasm_name_t {
        let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: text.utf8.count)
        for (index, byte) in text.utf8.enumerated() { bytes[index] = byte }
        return wasm_name_t(size: text.utf8.count, data: bytes)
    }

    static func string(_ text: String) -> Self {
        var result = Self()
        result.kind = UInt8(WASMTIME_COMPONENT_STRING)
        result.of.string = name(text)
        return result
    }

    static func bytes(count: Int) -> Self {
        let elements = UnsafeMutablePointer<wasmtime_component_val_t>.allocate(capacity: count)
        for index in 0..<count {
            var element = Self()
            element.kind = UInt8(WASMTIME_COMPONENT_U8)
            element.of.u8 = UInt8(truncatingIfNeeded: index)
            elements[index] = element
        }
        var result = Self()
        result.kind = UInt8(WASMTIME_COMPONENT_LIST)
        result.of.list = wasmtime_component_vallist_t(size: count, data: elements)
        return result
    }

    static func record(_ fields: [(String, Self)]) -> Self {
        let entries = UnsafeMutablePointer<wasmtime_component_valrecord_entry_t>.allocate(
            capacity: fields.count)
        for (index, field) in fields.enumerated() {
            entries[index] = wasmtime_component_valrecord_entry_t(name: name(field.0), val: field.1)
        }
        var result = Self()
        result.kind = UInt8(WASMTIME_COMPONENT_RECORD)
        result.of.record = wasmtime_component_valrecord_t(size: fields.count, data: entries)
        return result
    }

    static func variant(_ label: String, _ payload: Self) -> Self {
        let place = UnsafeMutablePointer<wasmtime_component_val_t>.allocate(capacity: 1)
        place.initialize(to: payload)
        var result = Self()
        result.kind = UInt8(WASMTIME_COMPONENT_VARIANT)
        result.of.variant = wasmtime_component_valvariant_t(discriminant: name(label), val: place)
        return result
    }
}
