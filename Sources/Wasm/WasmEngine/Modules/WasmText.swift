import CWasmtime

/// WebAssembly's two forms: text and binary.
public enum WasmText {
    /// Whether `bytes` begin like a binary module or component.
    public static func isBinary(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.starts(with: [0x00, 0x61, 0x73, 0x6d])
    }

    /// The binary of a module or component in the text format.
    ///
    /// - Throws: ``EngineError`` with line, column and the parser's sentence.
    public static func binary(fromText text: String) throws -> [UInt8] {
        var text = text
        var bytes = unsafe wasm_byte_vec_t()
        let error = text.withUTF8 { utf8 in
            unsafe wasmtime_wat2wasm(
                UnsafeRawPointer(utf8.baseAddress)?.assumingMemoryBound(to: CChar.self), utf8.count, &bytes)
        }
        if let error = unsafe error {
            throw unsafe EngineError(
                .invalidModule, consuming: error, while: "The WebAssembly text does not parse")
        }
        defer { unsafe wasm_byte_vec_delete(&bytes) }
        return unsafe Array(UnsafeBufferPointer(start: bytes.data, count: bytes.size))
    }

    /// `bytes` if they are binary, else their translation from text.
    public static func binary(from bytes: [UInt8]) throws -> [UInt8] {
        if isBinary(bytes) { return bytes }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw EngineError(
                .invalidModule,
                "This is neither a WebAssembly binary (it would begin with 00 61 73 6d) nor its text form.")
        }
        return try binary(fromText: text)
    }
}
