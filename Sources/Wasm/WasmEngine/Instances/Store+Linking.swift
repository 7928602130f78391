import CWasmtime

/// Linking by hand, for those who know what goes where: core instances from explicit imports, functions of the host
/// made in a store, calls that pass slots.
extension Store {
    /// Makes a core instance from its imports, in the order of ``Module/imports``, and runs its start function.
    ///
    /// - Throws: ``Trap``, or ``EngineError`` when slots ran out or an import is of the wrong type.
    public func instantiate(_ module: Module, imports: [Extern]) throws -> InstanceID {
        spoil()
        var raw = wasmtime_instance_t()
        var trap: OpaquePointer?
        beginInstance()
        // `Extern` has the C structure as its only field.
        let error = unsafe module.memories.making {
            unsafe imports.withUnsafeBufferPointer { imports in
                unsafe wasmtime_instance_new(
                    context, module.raw,
                    UnsafeRawPointer(imports.baseAddress)?.assumingMemoryBound(to: wasmtime_extern_t.self),
                    imports.count, &raw, &trap)
            }
        }
        endInstance()
        if let error = unsafe error, unsafe trap == nil {
            if hasThrown, let trap = unsafe self.trap(consuming: nil, error: error) { throw trap }
            throw unsafe EngineError(.exhausted, consuming: error, while: "The instance could not be made")
        }
        if let trap = unsafe self.trap(consuming: trap, error: error) { throw trap }
        remember(instance: Instance(store: self, raw: raw))
        return InstanceID(raw: raw)
    }

    /// What a core instance exports under a name.
    public func export(_ name: String, of instance: InstanceID) -> Extern? {
        var raw = instance.raw
        var item = unsafe wasmtime_extern_t()
        let found = unsafe name.withRawUTF8 {
            unsafe wasmtime_instance_export_get(context, &raw, $0, $1, &item)
        }
        return unsafe found ? Extern(raw: item) : nil
    }

    /// Makes a function of the host in this store. The template must outlive the store.
    public func makeFunction(_ template: HostFunctionTemplate) -> FunctionID {
        // It would stay in the engine's store.
        spoil()
        var function = unsafe wasmtime_func_t()
        unsafe wasmtime_func_new_unchecked(
            context, template.rawType, HostFunctionBox.trampoline,
            Unmanaged.passUnretained(template.box).toOpaque(), nil, &function)
        return unsafe FunctionID(raw: function)
    }

    /// Calls a function with raw slots: parameters before, results after. The rules of ``call(_:_:)`` hold.
    ///
    /// - Parameter slots: as many slots of 16 bytes as the function has parameters or results, whichever are more.
    @unsafe
    public func call(_ function: FunctionID, slots: UnsafeMutableRawBufferPointer) throws(Trap) {
        if let trap = unsafe trap(ofCalling: function, slots: slots) { throw trap }
    }

    /// The same, for callers that cannot throw where they call: gives the trap that ended the call.
    @unsafe
    public func trap(ofCalling function: FunctionID, slots: UnsafeMutableRawBufferPointer) -> Trap? {
        var raw = unsafe function.raw
        var trap: OpaquePointer?
        beginWithoutFiber()
        let error = unsafe wasmtime_func_call_unchecked(
            context, &raw, slots.baseAddress?.assumingMemoryBound(to: wasmtime_val_raw_t.self),
            slots.count / MemoryLayout<wasmtime_val_raw_t>.stride, &trap)
        if unsafe trap == nil, unsafe error == nil { return nil }
        return unsafe self.trap(consuming: trap, error: error)
    }

    /// Makes a memory the one that ``memory`` gives from now on.
    public func use(_ memory: MemoryID) {
        remember(memory: GuestMemory(store: self, raw: memory.raw))
    }

    /// A memory's bytes now. Valid until the guest runs again.
    @unsafe
    public func bytes(of memory: MemoryID) -> UnsafeMutableRawBufferPointer {
        var raw = memory.raw
        let count = unsafe wasmtime_memory_data_size(context, &raw)
        return unsafe UnsafeMutableRawBufferPointer(start: wasmtime_memory_data(context, &raw), count: count)
    }

    /// The function in a table's slot, with its type; nil when the table ends before it or the slot is empty.
    public func function(at index: UInt32, of table: Extern) -> (function: FunctionID, type: FunctionType)? {
        guard unsafe Int32(table.raw.kind) == WASMTIME_EXTERN_TABLE else { return nil }
        var raw = unsafe table.raw.of.table
        var value = unsafe wasmtime_val_t()
        guard unsafe wasmtime_table_get(context, &raw, UInt64(index), &value),
            unsafe Int32(value.kind) == WASMTIME_FUNCREF, unsafe value.of.funcref.store_id != 0
        else { return nil }
        var function = unsafe value.of.funcref
        guard let type = unsafe wasmtime_func_type(context, &function) else { return nil }
        defer { unsafe wasm_functype_delete(type) }
        return unsafe (FunctionID(raw: function), FunctionType(type))
    }
}
