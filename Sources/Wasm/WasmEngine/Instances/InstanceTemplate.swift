import CWasmtime

/// A module whose imports are resolved: what is left to do per instance is to take slots and copy globals.
@safe public final class InstanceTemplate: Sendable {
    /// The module it makes instances of.
    public let module: Module

    nonisolated(unsafe) let raw: OpaquePointer

    init(module: Module, taking raw: OpaquePointer) {
        self.module = module
        unsafe self.raw = raw
    }

    deinit { unsafe wasmtime_instance_pre_delete(raw) }
}
