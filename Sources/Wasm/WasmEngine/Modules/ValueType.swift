import CWasmtime

/// A core WebAssembly value type.
public enum ValueType: UInt8, Sendable, Hashable {
    /// 32-bit integer.
    case i32 = 0
    /// 64-bit integer.
    case i64 = 1
    /// 32-bit float.
    case f32 = 2
    /// 64-bit float.
    case f64 = 3
    /// Any reference type or vector: not passed between guests and the host here.
    case other = 255

    init(kind: wasm_valkind_t) { self = ValueType(rawValue: kind) ?? .other }
}

/// The signature of a core function.
public struct FunctionType: Sendable, Hashable, CustomStringConvertible {
    /// Parameter types in order.
    public let parameters: [ValueType]
    /// Result types in order.
    public let results: [ValueType]

    /// A signature from its types.
    public init(_ parameters: [ValueType], _ results: [ValueType]) {
        self.parameters = parameters
        self.results = results
    }

    /// As the text format writes it: `(i32, i64) -> (i32)`.
    public var description: String {
        let list = { (types: [ValueType]) in types.map { "\($0)" }.joined(separator: ", ") }
        return "(\(list(parameters))) -> (\(list(results)))"
    }

    init(_ raw: OpaquePointer) {
        self.init(
            unsafe FunctionType.types(wasm_functype_params(raw)),
            unsafe FunctionType.types(wasm_functype_results(raw)))
    }

    private static func types(_ vector: UnsafePointer<wasm_valtype_vec_t>?) -> [ValueType] {
        guard let vector = unsafe vector, let data = unsafe vector.pointee.data else { return [] }
        return unsafe (0..<vector.pointee.size).map { unsafe ValueType(kind: wasm_valtype_kind(data[$0])) }
    }

    /// Calls `body` with the same signature as a C object, which lives as long as the call.
    func withRaw<Result, Failure: Error>(_ body: (OpaquePointer?) throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        let raw = unsafe makeRaw()
        defer { unsafe wasm_functype_delete(raw) }
        return unsafe try body(raw)
    }

    /// The same signature as a C object, which the caller deletes.
    func makeRaw() -> OpaquePointer? {
        var parameters = unsafe FunctionType.vector(self.parameters)
        var results = unsafe FunctionType.vector(self.results)
        return unsafe wasm_functype_new(&parameters, &results)
    }

    private static func vector(_ types: [ValueType]) -> wasm_valtype_vec_t {
        let raw = unsafe types.map { unsafe wasm_valtype_new($0.rawValue) }
        var vector = unsafe wasm_valtype_vec_t()
        unsafe raw.withUnsafeBufferPointer { unsafe wasm_valtype_vec_new(&vector, $0.count, $0.baseAddress) }
        return unsafe vector
    }
}

/// What an import or export is.
public enum ExternType: Sendable, Hashable {
    /// A function and its signature.
    case function(FunctionType)
    /// A linear memory: pages at the start, pages at the most, and whether its addresses have 64 bits.
    case memory(minimum: UInt64, maximum: UInt64?, is64: Bool)
    /// A global variable.
    case global
    /// A table.
    case table
    /// An exception tag.
    case tag

    init(_ raw: OpaquePointer) {
        switch Int32(unsafe wasm_externtype_kind(raw)) {
        case WASM_EXTERN_FUNC:
            self = unsafe .function(FunctionType(unsafe wasm_externtype_as_functype_const(raw)))
        case WASM_EXTERN_GLOBAL: self = .global
        case WASM_EXTERN_TABLE: self = .table
        case WASM_EXTERN_MEMORY:
            let memory = unsafe wasm_externtype_as_memorytype_const(raw)
            var maximum: UInt64 = 0
            let hasMaximum = unsafe wasmtime_memorytype_maximum(memory, &maximum)
            self = .memory(
                minimum: unsafe wasmtime_memorytype_minimum(memory), maximum: hasMaximum ? maximum : nil,
                is64: unsafe wasmtime_memorytype_is64(memory))
        default: self = .tag
        }
    }
}

/// Something a module needs.
public struct ModuleImport: Sendable, Hashable {
    /// The first of the two names.
    public let module: String
    /// The second of the two names.
    public let name: String
    /// What is needed.
    public let type: ExternType
}

/// Something a module offers.
public struct ModuleExport: Sendable, Hashable {
    /// The name.
    public let name: String
    /// What is offered.
    public let type: ExternType
}
