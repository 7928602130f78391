/// Canonical definitions (CanonicalABI.md, canonical definitions).
extension ComponentValidator {
    mutating func addCanonical(_ canonical: CanonicalDefinition, at offset: Int) throws(ComponentModelError) {
        if case .lift(let function, let options, let type) = canonical {
            try lift(function, options, type, at: offset)
            return
        }
        let signature = try signature(of: canonical, at: offset)
        scope.coreFunctions.append(types.core.intern(signature))
    }

    private mutating func lift(
        _ function: UInt32, _ range: PoolRange, _ typeIndex: UInt32, at offset: Int
    ) throws(ComponentModelError) {
        let id = try functionType(typeIndex, at: offset)
        let type = types[id]
        let actual = try coreSignature(function, at: offset)
        let options = try canonicalOptions(range, at: offset)
        if let postReturn = options.postReturn {
            guard try coreSignature(postReturn, at: offset) == CoreSignature(actual.results) else {
                throw .invalid(
                    "canonical option `post-return` uses a core function with an incorrect signature",
                    at: offset)
            }
        }
        if options.isAsync {
            if let callback = options.callback {
                guard try coreSignature(callback, at: offset) == CoreSignature([.i32, .i32, .i32], [.i32])
                else {
                    throw .invalid(
                        "canonical option `callback` uses a core function with an incorrect signature",
                        at: offset)
                }
            } else {
                try require(.asyncStackful, "an async lift without a callback", at: offset)
            }
        }
        try checkAsync(options, type, at: offset)
        let expected = try flatten(type, options, .lift, at: offset)
        guard expected.parameters == actual.parameters else {
            throw .invalid(
                "lowered parameter types of \(expected) do not match parameter types of core function \(function): "
                    + "\(actual)", at: offset)
        }
        guard expected.results == actual.results else {
            throw .invalid(
                "lowered result types of \(expected) do not match result types of core function \(function): "
                    + "\(actual)", at: offset)
        }
        scope.functions.append(id)
    }

    private mutating func signature(
        of canonical: CanonicalDefinition, at offset: Int
    ) throws(ComponentModelError) -> CoreSignature {
        switch canonical {
        case .lift: return CoreSignature()
        case .lower(let function, let range):
            let type = types[try self.function(function, at: offset)]
            let options = try canonicalOptions(range, at: offset)
            try checkLower(options, at: offset)
            try checkAsync(options, type, at: offset)
            return try flatten(type, options, .lower, at: offset)
        case .resource(let operation, let type): return try resourceSignature(operation, type, at: offset)
        case .plain(let builtin): return try plainSignature(builtin, at: offset)
        case .taskReturn(let result, let range): return try taskReturn(result, range, at: offset)
        case .contextGet(let type, let slot):
            try checkContext(type, slot, "context.get", at: offset)
            return CoreSignature([], [type])
        case .contextSet(let type, let slot):
            try checkContext(type, slot, "context.set", at: offset)
            return CoreSignature([type])
        case .subtaskCancel(let isAsync):
            try require(.async, "`subtask.cancel`", at: offset)
            if isAsync { try require(.moreAsyncBuiltins, "async `subtask.cancel`", at: offset) }
            return CoreSignature([.i32], [.i32])
        case .channel(let kind, let operation, let type, let options, let isAsync):
            return try channelSignature(kind, operation, type, options, isAsync: isAsync, at: offset)
        case .errorContextNew(let range):
            try require(.errorContext, "`error-context.new`", at: offset)
            let options = try canonicalOptions(range, at: offset)
            try requireMemory(options, at: offset)
            try requireSync(options, "error-context.new", at: offset)
            try checkLower(options, at: offset)
            return CoreSignature([.i32, .i32], [.i32])
        case .errorContextDebugMessage(let range):
            try require(.errorContext, "`error-context.debug-message`", at: offset)
            let options = try canonicalOptions(range, at: offset)
            try requireRealloc(options, at: offset)
            try requireSync(options, "error-context.debug-message", at: offset)
            try checkLower(options, at: offset)
            return CoreSignature([.i32, .i32])
        case .waitableSetWait(_, let memory), .waitableSetPoll(_, let memory):
            try require(.async, "a waitable-set built-in", at: offset)
            let width = try pointerWidth(ofMemory: memory, at: offset)
            return CoreSignature([.i32, width.coreType], [.i32])
        default: return try threadSignature(of: canonical, at: offset)
        }
    }

    private func resourceSignature(
        _ operation: ResourceOperation, _ type: UInt32, at offset: Int
    ) throws(ComponentModelError) -> CoreSignature {
        let reference = try resource(type, at: offset)
        if operation == .drop { return CoreSignature([.i32]) }
        guard let representation = scopes[scopes.count - 1].representations[reference.id] else {
            throw .invalid("type \(type) is not a local resource", at: offset)
        }
        return operation == .new
            ? CoreSignature([representation], [.i32]) : CoreSignature([.i32], [representation])
    }

    private func plainSignature(
        _ builtin: PlainBuiltin, at offset: Int
    ) throws(ComponentModelError) -> CoreSignature {
        switch builtin {
        case .errorContextDrop: try require(.errorContext, "`error-context.drop`", at: offset)
        case .threadIndex, .threadResumeLater: try require(.threading, "a thread built-in", at: offset)
        case .threadAvailableParallelism:
            try require(.sharedEverythingThreads, "`thread.available_parallelism`", at: offset)
        default: try require(.async, "`\(builtin)`", at: offset)
        }
        switch builtin {
        case .backpressureIncrement, .backpressureDecrement, .taskCancel: return CoreSignature()
        case .subtaskDrop, .errorContextDrop, .waitableSetDrop, .threadResumeLater:
            return CoreSignature([.i32])
        case .waitableSetNew, .threadIndex, .threadAvailableParallelism: return CoreSignature([], [.i32])
        case .waitableJoin: return CoreSignature([.i32, .i32])
        }
    }

    private mutating func taskReturn(
        _ result: ValueTypeReference?, _ range: PoolRange, at offset: Int
    ) throws(ComponentModelError) -> CoreSignature {
        try require(.async, "`task.return`", at: offset)
        var type = ComponentFunctionType(isAsync: false, parameters: .empty, result: nil, info: TypeInfo())
        if let result {
            let value = try valueType(result, at: offset)
            type.parameters = types.members.pool([TypeMember(name: names.intern("v"), type: value)])
        }
        let options = try canonicalOptions(range, at: offset)
        guard options.realloc == nil else {
            throw .invalid("cannot specify `realloc` option on `task.return`", at: offset)
        }
        guard options.postReturn == nil else {
            throw .invalid("cannot specify `post-return` option on `task.return`", at: offset)
        }
        try checkLower(options, at: offset)
        try requireSync(options, "task.return", at: offset)
        return try flatten(type, options, .lower, at: offset)
    }

    private mutating func checkContext(
        _ type: CoreValueType, _ slot: UInt32, _ builtin: String, at offset: Int
    ) throws(ComponentModelError) {
        try require(.async, "`\(builtin)`", at: offset)
        if type == .i64 { try require(.memory64, "64-bit `\(builtin)`", at: offset) }
        guard type == .i32 || type == .i64 else {
            throw .invalid("`\(builtin)` only supports `i32` or `i64`", at: offset)
        }
        guard scope.contextType == nil || scope.contextType == type else {
            throw .invalid("`\(builtin)` type must match previous context type", at: offset)
        }
        scope.contextType = type
        if slot > 0 { try require(.threading, "`\(builtin)` with an immediate other than zero", at: offset) }
        guard slot <= 1 else {
            throw .invalid("`\(builtin)` immediate must be zero or one: \(slot)", at: offset)
        }
    }

    private func channelSignature(
        _ kind: ChannelKind, _ operation: ChannelOperation, _ index: UInt32, _ range: PoolRange,
        isAsync: Bool,
        at offset: Int
    ) throws(ComponentModelError) -> CoreSignature {
        try require(.async, "a built-in of a \(kind)", at: offset)
        let element: ComponentValueType?
        switch (kind, types[try definedType(index, at: offset)]) {
        case (.stream, .stream(let type)), (.future, .future(let type)): element = type
        default: throw .invalid("`\(kind).\(operation)` requires a \(kind) type", at: offset)
        }
        switch operation {
        case .new: return CoreSignature([], [.i64])
        case .dropReadable, .dropWritable: return CoreSignature([.i32])
        case .cancelRead, .cancelWrite:
            if isAsync { try require(.moreAsyncBuiltins, "async `\(kind).\(operation)`", at: offset) }
            return CoreSignature([.i32], [.i32])
        case .read, .write:
            let options = try canonicalOptions(range, at: offset)
            if !options.isAsync {
                try require(.moreAsyncBuiltins, "synchronous `\(kind).\(operation)`", at: offset)
            }
            if let element {
                try requireMemory(options, at: offset)
                if operation == .read, types.info(element).containsPointer {
                    try requireRealloc(options, at: offset)
                }
            }
            try checkLower(options, at: offset)
            let pointer = options.pointerWidth.coreType
            return kind == .stream
                ? CoreSignature([.i32, pointer, pointer], [.i32]) : CoreSignature([.i32, pointer], [.i32])
        }
    }

    private func threadSignature(
        of canonical: CanonicalDefinition, at offset: Int
    ) throws(ComponentModelError) -> CoreSignature {
        switch canonical {
        case .thread(let operation, _):
            try require(operation == .yield ? .async : .threading, "`thread.\(operation)`", at: offset)
            return CoreSignature(operation.takesThread ? [.i32] : [], [.i32])
        case .threadNewIndirect(let type, let table):
            try require(.threading, "`thread.new-indirect`", at: offset)
            try checkThreadStart(type, isShared: false, at: offset)
            try checkThreadTable(table, isShared: false, at: offset)
            return CoreSignature([.i32, .i32], [.i32])
        case .threadSpawnReference(let type):
            try require(.sharedEverythingThreads, "`thread.spawn-ref`", at: offset)
            let id = try checkThreadStart(type, isShared: true, at: offset)
            return CoreSignature([.reference(nullable: true, index: id.index), .i32], [.i32])
        case .threadSpawnIndirect(let type, let table):
            try require(.sharedEverythingThreads, "`thread.spawn-indirect`", at: offset)
            try checkThreadStart(type, isShared: true, at: offset)
            try checkThreadTable(table, isShared: true, at: offset)
            return CoreSignature([.i32, .i32], [.i32])
        default: throw .invalid("this is no canonical definition", at: offset)
        }
    }

    @discardableResult
    private func checkThreadStart(
        _ index: UInt32, isShared: Bool, at offset: Int
    ) throws(ComponentModelError) -> CoreTypeID {
        guard case .core(let id) = try coreAnyType(index, at: offset) else {
            throw .invalid("expected a core function type", at: offset)
        }
        if isShared, !types.core[id].isShared { throw .invalid("spawn type must be shared", at: offset) }
        guard let signature = types.core.function(id) else {
            throw .invalid("start type must be a function", at: offset)
        }
        guard signature.parameters == [.i32] else {
            throw .invalid("start function must take a single `i32` argument (currently)", at: offset)
        }
        guard signature.results.isEmpty else {
            throw .invalid("start function must not return any values", at: offset)
        }
        return id
    }

    private func checkThreadTable(
        _ index: UInt32, isShared: Bool, at offset: Int
    ) throws(ComponentModelError) {
        let table = try coreTable(index, at: offset)
        let element = CoreValueType.reference(nullable: true, shared: isShared, heap: .function)
        guard table.element == element, !table.limits.is64, table.limits.isShared == isShared else {
            throw .invalid("table is not a 32-bit table of (ref null (func))", at: offset)
        }
    }
}
