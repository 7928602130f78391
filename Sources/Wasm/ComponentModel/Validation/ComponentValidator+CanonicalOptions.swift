/// Canonical options (CanonicalABI.md, canonical options).
extension ComponentValidator {
    func canonicalOptions(_ range: PoolRange, at offset: Int) throws(ComponentModelError) -> CanonicalOptions
    {
        var result = CanonicalOptions()
        var hasEncoding = false
        for option in definition.options[range.indices] {
            switch option {
            case .utf8, .utf16, .latin1UTF16:
                guard !hasEncoding else {
                    throw .invalid("canonical encoding option conflicts with an option before it", at: offset)
                }
                hasEncoding = true
                result.stringEncoding = option == .utf8 ? .utf8 : option == .utf16 ? .utf16 : .latin1UTF16
            case .memory(let index):
                try once(result.memory == nil, "memory", at: offset)
                result.memory = index
                result.pointerWidth = try pointerWidth(ofMemory: index, at: offset)
            case .realloc(let index):
                try once(result.realloc == nil, "realloc", at: offset)
                result.realloc = index
            case .postReturn(let index):
                try once(result.postReturn == nil, "post-return", at: offset)
                result.postReturn = index
            case .async:
                try once(!result.isAsync, "async", at: offset)
                try require(.async, "canonical option `async`", at: offset)
                result.isAsync = true
            case .callback(let index):
                try once(result.callback == nil, "callback", at: offset)
                result.callback = index
            }
        }
        if !result.isAsync, result.callback != nil {
            throw .invalid("cannot specify callback without async", at: offset)
        }
        if result.isAsync, result.postReturn != nil {
            throw .invalid("cannot specify post-return function in async", at: offset)
        }
        if let realloc = result.realloc { try checkRealloc(realloc, result, at: offset) }
        return result
    }

    private func once(_ isFirst: Bool, _ option: String, at offset: Int) throws(ComponentModelError) {
        guard isFirst else {
            throw .invalid("canonical option `\(option)` is specified more than once", at: offset)
        }
    }

    /// The width of addresses of a memory that the canonical ABI may use: unshared, and with the feature 64-bit.
    func pointerWidth(ofMemory index: UInt32, at offset: Int) throws(ComponentModelError) -> PointerWidth {
        let memory = try coreMemory(index, at: offset)
        if memory.is64 { try require(.memory64, "a 64-bit memory here", at: offset) }
        guard !memory.limits.isShared else {
            throw .invalid(
                "mismatch in the shared flag for memories: a shared one cannot be used here", at: offset)
        }
        return memory.is64 ? .bits64 : .bits32
    }

    private func checkRealloc(
        _ index: UInt32, _ options: CanonicalOptions, at offset: Int
    ) throws(ComponentModelError) {
        guard options.memory != nil else {
            throw .invalid("canonical option `realloc` requires `memory` to also be specified", at: offset)
        }
        let pointer = options.pointerWidth.coreType
        guard
            try coreSignature(index, at: offset)
                == CoreSignature([pointer, pointer, pointer, pointer], [pointer])
        else {
            throw .invalid(
                "canonical option `realloc` uses a core function with an incorrect signature", at: offset)
        }
    }

    func requireMemory(_ options: CanonicalOptions, at offset: Int) throws(ComponentModelError) {
        guard options.memory != nil else {
            throw .invalid("canonical option `memory` is required", at: offset)
        }
    }

    func requireRealloc(_ options: CanonicalOptions, at offset: Int) throws(ComponentModelError) {
        guard options.realloc == nil else { return }
        try requireMemory(options, at: offset)
        throw .invalid("canonical option `realloc` is required", at: offset)
    }

    func requireSync(
        _ options: CanonicalOptions, _ builtin: String, at offset: Int
    ) throws(ComponentModelError) {
        guard !options.isAsync else {
            throw .invalid("cannot specify `async` option on `\(builtin)`", at: offset)
        }
    }

    /// What lowerings, and built-ins that lower or lift, cannot have.
    func checkLower(_ options: CanonicalOptions, at offset: Int) throws(ComponentModelError) {
        guard options.postReturn == nil else {
            throw .invalid("canonical option `post-return` cannot be specified for lowerings", at: offset)
        }
        guard options.callback == nil else {
            throw .invalid("canonical option `callback` cannot be specified for lowerings", at: offset)
        }
    }

    func checkAsync(
        _ options: CanonicalOptions, _ type: ComponentFunctionType, at offset: Int
    ) throws(ComponentModelError) {
        guard !options.isAsync || type.isAsync else {
            throw .invalid("the `async` canonical option requires an async function type", at: offset)
        }
    }
}
