import CWasmtime

/// The memory that the engine reads and writes during one call on a fiber, at a fixed address.
@safe struct CallFrame {
    /// Parameters or results of a function at the most; the canonical ABI needs 16 and 1.
    static let valuesMax = Int(MARTLET_CALL_VALUES_MAX)

    let pointer: UnsafeMutablePointer<martlet_call_frame_t>

    init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe pointer.pointee.trap = nil
        unsafe pointer.pointee.error = nil
    }

    func deallocate() { unsafe pointer.deallocate() }

    var arguments: UnsafeMutablePointer<wasmtime_val_t> {
        unsafe values(at: MemoryLayout<martlet_call_frame_t>.offset(of: \.arguments))
    }

    var results: UnsafeMutablePointer<wasmtime_val_t> {
        unsafe values(at: MemoryLayout<martlet_call_frame_t>.offset(of: \.results))
    }

    // C arrays come to Swift as tuples; their elements are reached by offset.
    private func values(at offset: Int?) -> UnsafeMutablePointer<wasmtime_val_t> {
        guard let offset else { preconditionFailure("a C structure's field has an offset") }
        return unsafe (UnsafeMutableRawPointer(pointer) + offset).assumingMemoryBound(to: wasmtime_val_t.self)
    }

    func set(_ arguments: [Value]) {
        for (index, argument) in arguments.enumerated() { unsafe self.arguments[index] = argument.raw }
    }

    func takeResults(count: Int) -> [Value] {
        count == 0 ? [] : (0..<count).compactMap { unsafe Value(results[$0]) }
    }
}
