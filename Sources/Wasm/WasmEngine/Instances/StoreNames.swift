import CWasmtime

/// The name of a function in a store. Does not keep the store alive, and means nothing in another one.
@safe public struct FunctionID {
    let raw: wasmtime_func_t
}

/// The name of a linear memory in a store. Does not keep the store alive, and means nothing in another one.
@safe public struct MemoryID {
    let raw: wasmtime_memory_t
}

/// The name of a core instance in a store. Does not keep the store alive, and means nothing in another one.
@safe public struct InstanceID {
    let raw: wasmtime_instance_t
}

/// The name of something that core instances import and export, in a store.
@safe public struct Extern {
    let raw: wasmtime_extern_t

    init(raw: wasmtime_extern_t) { unsafe self.raw = raw }

    /// A function.
    public init(_ function: FunctionID) {
        var raw = unsafe wasmtime_extern_t()
        unsafe raw.kind = UInt8(WASMTIME_EXTERN_FUNC)
        unsafe raw.of.func = function.raw
        unsafe self.raw = raw
    }

    /// The function, if it is one.
    public var function: FunctionID? {
        unsafe Int32(raw.kind) == WASMTIME_EXTERN_FUNC ? unsafe FunctionID(raw: raw.of.func) : nil
    }

    /// The memory, if it is one.
    public var memory: MemoryID? {
        unsafe Int32(raw.kind) == WASMTIME_EXTERN_MEMORY ? unsafe MemoryID(raw: raw.of.memory) : nil
    }
}
