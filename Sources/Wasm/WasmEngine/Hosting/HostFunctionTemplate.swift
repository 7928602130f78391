import CWasmtime

/// A function of the host, to be made in any number of stores.
///
/// For hosts that link by hand; ``Linker`` is for the others. Making one in a store takes no allocation of ours.
@safe public final class HostFunctionTemplate: Sendable {
    /// The core signature.
    public let type: FunctionType

    let box: HostFunctionBox
    nonisolated(unsafe) let rawType: OpaquePointer?

    /// A function of a signature.
    public init(_ type: FunctionType, _ body: @escaping HostFunction) {
        self.type = type
        self.box = HostFunctionBox(body)
        unsafe self.rawType = type.makeRaw()
    }

    deinit { unsafe wasm_functype_delete(rawType) }
}
