import CWasmtime

extension Trap {
    /// The deepest backtrace that is kept; deep recursion would make it as long as the stack.
    static let backtraceFramesMax = 64

    /// Takes over a trap of the C API and releases it.
    init(consuming trap: OpaquePointer) {
        var message = unsafe wasm_byte_vec_t()
        unsafe wasm_trap_message(trap, &message)
        var frames = unsafe wasm_frame_vec_t()
        unsafe wasm_trap_trace(trap, &frames)
        defer {
            unsafe wasm_byte_vec_delete(&message)
            unsafe wasm_frame_vec_delete(&frames)
            unsafe wasm_trap_delete(trap)
        }
        var code: wasmtime_trap_code_t = 0
        let hasCode = unsafe wasmtime_trap_code(trap, &code)
        let reason = hasCode ? Reason(engineCode: code) : .host
        self.init(
            reason: reason, message: Trap.lastLine(of: unsafe text(of: message)),
            backtrace: unsafe Trap.backtrace(frames))
    }

    /// Takes over an error that ended a guest's run and releases it.
    init(consumingError error: OpaquePointer) {
        var frames = unsafe wasm_frame_vec_t()
        unsafe wasmtime_error_wasm_trace(error, &frames)
        let backtrace = unsafe Trap.backtrace(frames)
        unsafe wasm_frame_vec_delete(&frames)
        let message = unsafe takeMessage(of: error)
        let isExhaustion = message.contains(NoRoom.mark)
        self.init(
            reason: isExhaustion ? .exhausted : .host, message: Trap.lastLine(of: message),
            backtrace: backtrace)
    }

    // The engine's message is a report: context first, the cause on the last line of its list.
    private static func lastLine(of message: String) -> String {
        let lines = message.split(separator: "\n")
        guard let last = lines.last else { return message }
        let trimmed = last.drop { $0 == " " || $0.isNumber || $0 == ":" }
        return String(trimmed.isEmpty ? last : trimmed)
    }

    private static func backtrace(_ frames: wasm_frame_vec_t) -> [GuestFrame] {
        let count = unsafe min(frames.size, backtraceFramesMax)
        guard let data = unsafe frames.data, count > 0 else { return [] }
        return (0..<count).compactMap { index in
            guard let frame = unsafe data[index] else { return nil }
            return GuestFrame(
                functionIndex: unsafe wasm_frame_func_index(frame),
                functionName: unsafe wasmtime_frame_func_name(frame).map { unsafe text(of: $0.pointee) },
                moduleName: unsafe wasmtime_frame_module_name(frame).map { unsafe text(of: $0.pointee) },
                moduleOffset: unsafe wasm_frame_module_offset(frame))
        }
    }
}

extension Trap.Reason {
    init(engineCode code: UInt8) {
        switch code {
        case 0: self = .stackOverflow
        case 1, 2: self = .memoryOutOfBounds
        case 3: self = .tableOutOfBounds
        case 4, 13: self = .nullReference
        case 5: self = .badSignature
        case 6, 7, 8: self = .arithmetic
        case 9: self = .unreachable
        case 10: self = .cpuBudget
        default: self = .engine(code)
        }
    }
}
