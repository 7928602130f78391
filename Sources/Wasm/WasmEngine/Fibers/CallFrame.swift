import CWasmtime

/// The memory that the engine reads and writes during one call on a fiber, at a fixed address: as much as the call needs,
/// since large pieces take the allocator's slow way.
@safe struct CallFrame {
    /// Parameters or results of a function at the most; the canonical ABI needs 16 and 1.
    static let valuesMax = 17

    let pointer: UnsafeMutablePointer<martlet_call_frame_t>
    /// Where the engine reads the arguments.
    let arguments: UnsafeMutablePointer<wasmtime_val_t>
    /// Where it writes the results.
    let results: UnsafeMutablePointer<wasmtime_val_t>

    private static var alignment: Int {
        unsafe max(MemoryLayout<martlet_call_frame_t>.alignment, MemoryLayout<wasmtime_val_t>.alignment)
    }

    // Up to where the values begin.
    private static var headBytes: Int {
        unsafe (MemoryLayout<martlet_call_frame_t>.size + alignment - 1) & ~(alignment - 1)
    }

    init(arguments: Int = 0, results: Int = 0) {
        precondition(arguments <= Self.valuesMax && results <= Self.valuesMax, "a call has too many values")
        let stride = unsafe MemoryLayout<wasmtime_val_t>.stride
        let bytes = UnsafeMutableRawPointer.allocate(
            byteCount: Self.headBytes + (arguments + results) * stride, alignment: Self.alignment)
        unsafe pointer = bytes.assumingMemoryBound(to: martlet_call_frame_t.self)
        unsafe self.arguments = (bytes + Self.headBytes).assumingMemoryBound(to: wasmtime_val_t.self)
        unsafe self.results = self.arguments + arguments
        unsafe pointer.pointee.trap = nil
        unsafe pointer.pointee.error = nil
    }

    func deallocate() { unsafe UnsafeMutableRawPointer(pointer).deallocate() }

    func set(_ arguments: [Value]) {
        for (index, argument) in arguments.enumerated() { unsafe self.arguments[index] = argument.raw }
    }

    func set(_ arguments: IntegerArguments) {
        for index in 0..<arguments.count {
            unsafe self.arguments[index] = Value.i32(Int32(bitPattern: arguments[index])).raw
        }
    }

    func takeResults(count: Int) -> [Value] {
        count == 0 ? [] : (0..<count).compactMap { unsafe Value(results[$0]) }
    }
}
