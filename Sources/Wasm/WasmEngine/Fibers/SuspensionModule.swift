import CWasmtime

/// A module with one function that does nothing, except for the epoch check that every function begins with.
///
/// The only place where the engine suspends a fiber is such a check. A host function that must wait therefore sets
/// its store's deadline to now and calls this function.
@safe struct SuspensionModule: Sendable {
    private nonisolated(unsafe) let module: OpaquePointer
    private nonisolated(unsafe) let template: OpaquePointer

    private static let exportName = "suspend"

    init(engine: OpaquePointer) throws {
        let binary = try WasmText.binary(fromText: "(module (func (export \"\(Self.exportName)\")))")
        var module: OpaquePointer?
        let error = unsafe binary.withUnsafeBufferPointer {
            unsafe wasmtime_module_new(engine, $0.baseAddress, $0.count, &module)
        }
        if let error = unsafe error {
            throw unsafe EngineError(
                .configuration, consuming: error, while: "The suspension module does not compile")
        }
        let linker = unsafe wasmtime_linker_new(engine)
        defer { unsafe wasmtime_linker_delete(linker) }
        var template: OpaquePointer?
        if let error = unsafe wasmtime_linker_instantiate_pre(linker, module, &template) {
            unsafe wasmtime_module_delete(module)
            throw unsafe EngineError(
                .configuration, consuming: error, while: "The suspension module does not link")
        }
        guard let module = unsafe module, let template = unsafe template else {
            throw EngineError(.configuration, "The engine made no suspension module.")
        }
        unsafe self.module = module
        unsafe self.template = template
    }

    /// An instance's function, made when a guest waits for the first time.
    func instantiate(in store: Store) throws(Trap) -> wasmtime_func_t {
        var instance = wasmtime_instance_t()
        var trap: OpaquePointer?
        let error = unsafe wasmtime_instance_pre_instantiate(template, store.context, &instance, &trap)
        if let trap = unsafe store.trap(consuming: trap, error: error) { throw trap }
        guard let function = Instance(store: store, raw: instance).function(named: Self.exportName) else {
            throw Trap.host("the suspension module lost its export")
        }
        return unsafe function.raw
    }

    func delete() {
        unsafe wasmtime_instance_pre_delete(template)
        unsafe wasmtime_module_delete(module)
    }
}
