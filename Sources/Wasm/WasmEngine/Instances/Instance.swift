import CWasmtime

/// One instance of a module in a store.
public struct Instance {
    /// The store it lives in.
    public let store: Store
    let raw: wasmtime_instance_t

    func export(_ name: String) -> wasmtime_extern_t? {
        var raw = self.raw
        var item = unsafe wasmtime_extern_t()
        let found = unsafe name.withRawUTF8 {
            unsafe wasmtime_instance_export_get(store.context, &raw, $0, $1, &item)
        }
        return unsafe found ? item : nil
    }

    /// An exported function, or nil when there is none of that name.
    public func function(named name: String) -> Function? {
        guard let item = unsafe export(name), unsafe Int32(item.kind) == WASMTIME_EXTERN_FUNC else {
            return nil
        }
        return unsafe Function(store: store, raw: item.of.func)
    }

    /// An exported linear memory, or nil when there is none of that name.
    public func memory(named name: String) -> GuestMemory? {
        guard let item = unsafe export(name), unsafe Int32(item.kind) == WASMTIME_EXTERN_MEMORY else {
            return nil
        }
        return unsafe GuestMemory(store: store, raw: item.of.memory)
    }
}

/// A function in a store.
@safe public struct Function {
    /// The store it lives in.
    public let store: Store
    let raw: wasmtime_func_t

    init(store: Store, raw: wasmtime_func_t) {
        self.store = store
        unsafe self.raw = raw
    }

    /// The function of a name, in the store that the name is of.
    public init(_ id: FunctionID, in store: Store) { unsafe self.init(store: store, raw: id.raw) }
}
