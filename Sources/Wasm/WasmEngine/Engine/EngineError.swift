import CWasmtime

/// An operator's error: something that the engine refused outside of a guest's run.
public struct EngineError: Error, Sendable, CustomStringConvertible {
    /// What kind of refusal it is.
    public struct Code: Sendable, Hashable {
        let name: String

        /// The text or binary is not a WebAssembly module the engine accepts.
        public static let invalidModule = Code(name: "invalid-module")
        /// The module imports something that the host does not offer, or with another type.
        public static let linking = Code(name: "linking")
        /// The engine could not be set up with the given limits.
        public static let configuration = Code(name: "configuration")
        /// All slots of a kind are in use.
        public static let exhausted = Code(name: "exhausted")
        /// A compiled image could not be written or read.
        public static let image = Code(name: "image")
        /// A named export is missing or of another kind.
        public static let missingExport = Code(name: "missing-export")
    }

    /// What kind of refusal it is.
    public let code: Code
    /// One sentence for the operator.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The sentence.
    public var description: String { message }

    /// Takes over an error of the C API and releases it.
    init(_ code: Code, consuming error: OpaquePointer, while action: String) {
        self.init(code, "\(action): \(EngineError.sentence(unsafe takeMessage(of: error)))")
    }

    /// The engine's report in one line: what failed, then each cause of its list.
    private static func sentence(_ report: String) -> String {
        let parts = report.split(separator: "\n\nCaused by:\n", maxSplits: 1)
        guard parts.count == 2 else { return report }
        let causes = parts[1].split(separator: "\n").map { line in
            let text = line.drop { $0 == " " }
            let number = text.prefix { $0.isNumber }
            return number.isEmpty || !text.dropFirst(number.count).hasPrefix(": ")
                ? text : text.dropFirst(number.count + 2)
        }
        return ([parts[0]] + causes).joined(separator: ": ")
    }
}

/// The text of an error of the C API, which is released.
func takeMessage(of error: OpaquePointer) -> String {
    var bytes = unsafe wasm_byte_vec_t()
    unsafe wasmtime_error_message(error, &bytes)
    defer {
        unsafe wasm_byte_vec_delete(&bytes)
        unsafe wasmtime_error_delete(error)
    }
    return unsafe text(of: bytes)
}

/// The bytes of a C vector as text. The vector stays the caller's.
func text(of bytes: wasm_byte_vec_t) -> String {
    guard let data = unsafe bytes.data else { return "" }
    var count = unsafe bytes.size
    // Some messages end in a NUL that the size counts.
    if count > 0, unsafe data[count - 1] == 0 { count -= 1 }
    return unsafe String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
}
