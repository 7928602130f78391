import ComponentModel
import WasmEngine

/// Canonical definitions: what is lifted, and the core functions that the runtime supplies.
extension PlanBuilder {
    func addCanonical(
        _ canonical: CanonicalDefinition, to scope: PlanScope
    ) throws(ComponentRuntimeError) {
        if case .lift(let function, let range, _) = canonical {
            let id = scope.spaces.functions[scope.functions.count]
            let options = options(range, in: scope)
            let type = functionPlan(id, options.width, in: scope)
            let types = scope.component.types
            let takesIntegers = types[types[id].parameters].compactMap(\.type).allSatisfy {
                let flat = types.flatTypes($0)
                return (0..<flat.count).allSatisfy { flat[$0] == .i32 }
            }
            scope.functions.append(
                .lifted(
                    LiftPlan(
                        number: nextLiftNumber(), instance: scope.instance,
                        coreFunction: functionNumber(scope.coreFunctions[Int(function)]), type: type,
                        options: options, resultKey: key(scope.component.types[id].result, in: scope),
                        takesBorrows: scope.component.types.takesBorrows(id),
                        context: contextNumber(type.canonical, options, instance: scope.instance),
                        takesIntegers: takesIntegers)))
            return
        }
        let signature = scope.component.coreSignature(scope.spaces.coreFunctions[scope.coreFunctions.count])
        let body = try body(of: canonical, signature, in: scope)
        let type = FunctionType(
            signature.parameters.map(ValueType.init), signature.results.map(ValueType.init))
        trampolines.append(HostFunctionTemplate(type, body))
        scope.coreFunctions.append(.trampoline(trampolines.count - 1))
    }

    private func body(
        of canonical: CanonicalDefinition, _ signature: CoreSignature, in scope: PlanScope
    ) throws(ComponentRuntimeError) -> HostFunction {
        if case .lower(let function, let range) = canonical {
            let options = options(range, in: scope)
            let type = functionPlan(scope.spaces.functions[Int(function)], options.width, in: scope)
            let plan = LowerPlan(
                instance: scope.instance, part: part, type: type, options: options,
                context: contextNumber(type.canonical, options, instance: scope.instance))
            return body(of: plan, calling: scope.functions[Int(function)])
        }
        if case .channel(let kind, let operation, let index, let range, let isAsync) = canonical {
            let plan = channel(kind, operation, index, range, isAsync: isAsync, in: scope)
            return { call, values throws(Trap) in
                try call.with(ComponentCore.key) { (core) throws(Trap) in try core.channel(plan, values) }
            }
        }
        let builtin = try builtin(canonical, signature, in: scope)
        let instance = scope.instance
        if case .resource(.drop, let type, _) = builtin, type.rawValue >= HostResourceCounter.first {
            let destroy = linker.destructors[type]
            return { call, values throws(Trap) in
                try call.with(ComponentCore.key) { (core) throws(Trap) in
                    try core.dropHostResource(type, destroy, instance, values)
                }
            }
        }
        return { call, values throws(Trap) in
            try call.with(ComponentCore.key) { (core) throws(Trap) in
                try core.run(builtin, instance, values)
            }
        }
    }

    private func body(of plan: LowerPlan, calling callee: PlanFunction) -> HostFunction {
        switch callee {
        case .lifted(let lift):
            return { call, values throws(Trap) in
                try call.with(ComponentCore.key) { (core) throws(Trap) in
                    try core.lower(plan, lift, values)
                }
            }
        case .host(let function):
            switch function.body {
            case .sync(let body):
                return { call, values throws(Trap) in
                    let trap = call.with(ComponentCore.key) { $0.callHost(plan, body, values) }
                    if let trap { throw trap }
                }
            case .async(let body):
                return { call, values throws(Trap) in
                    try call.with(ComponentCore.key) { (core) throws(Trap) in
                        try core.callHost(plan, async: body, values)
                    }
                }
            }
        }
    }

    /// The number of the contexts that convert values for one side of a call.
    func contextNumber(_ canonical: Int, _ options: OptionsPlan, instance: Int) -> Int {
        let plan = ContextPlan(
            instance: instance, canonical: canonical, memory: options.memory,
            stringEncoding: options.stringEncoding)
        if let number = contexts.firstIndex(of: plan) { return number }
        if let wanted = options.memory.map({ memories[$0] }) {
            // One with the same memory serves those that never allocate, too.
            for (number, known) in contexts.enumerated() {
                guard let memory = known.memory, memories[memory].memory == wanted.memory,
                    known.instance == instance, known.canonical == canonical,
                    known.stringEncoding == options.stringEncoding
                else { continue }
                if wanted.realloc == nil { return number }
                guard memories[memory].realloc == nil else { continue }
                contexts[number].memory = options.memory
                return number
            }
        }
        contexts.append(plan)
        return contexts.count - 1
    }

    /// A text that is equal for equal types, whichever instance they are seen from.
    func key(_ type: ComponentValueType?, in scope: PlanScope) -> String {
        TypeDescriber(component: scope.component) { id in
            scope.resource(id).map { "\($0.rawValue)" } ?? "?\(id.rawValue)"
        }
        .text(type)
    }

    private func builtin(
        _ canonical: CanonicalDefinition, _ signature: CoreSignature, in scope: PlanScope
    ) throws(ComponentRuntimeError) -> Builtin {
        switch canonical {
        case .resource(let operation, let index):
            guard case .resource(let reference) = scope.spaces.types[Int(index)],
                let type = scope.resource(reference.id)
            else { throw ComponentRuntimeError("Resource type \(index) of the component is not linked.") }
            return .resource(
                operation, type, isWide: signature.parameters + signature.results == [.i64, .i32])
        case .plain(let builtin): return .plain(builtin)
        case .taskReturn(let result, let range):
            let type = result.map { valueType($0, in: scope) }
            let options = options(range, in: scope)
            let plan = functionPlan([], type, isAsync: false, options.width, in: scope)
            return .taskReturn(
                plan, options, key: key(type, in: scope),
                context: contextNumber(plan.canonical, options, instance: scope.instance))
        case .contextGet(let type, let slot): return .contextGet(slot: Int(slot), isWide: type == .i64)
        case .contextSet(let type, let slot): return .contextSet(slot: Int(slot), isWide: type == .i64)
        case .subtaskCancel(let isAsync): return .subtaskCancel(isAsync: isAsync)
        case .errorContextNew(let range):
            return .errorContextNew(options(range, in: scope), node: stringNode(range, scope))
        case .errorContextDebugMessage(let range):
            return .errorContextMessage(options(range, in: scope), node: stringNode(range, scope))
        case .waitableSetWait(let isCancellable, let memory):
            return .waitableSetWait(
                isCancellable: isCancellable, memory: memoryNumber(scope.coreMemories[Int(memory)]))
        case .waitableSetPoll(let isCancellable, let memory):
            return .waitableSetPoll(
                isCancellable: isCancellable, memory: memoryNumber(scope.coreMemories[Int(memory)]))
        case .thread(let operation, let isCancellable):
            return .thread(operation, isCancellable: isCancellable)
        case .threadNewIndirect(_, let table):
            return .threadNew(table: tableNumber(scope.coreTables[Int(table)]))
        case .threadSpawnReference, .threadSpawnIndirect, .lift, .lower, .channel:
            throw ComponentRuntimeError(
                "The component starts threads that share memory, which are not offered.")
        }
    }

    private func valueType(_ reference: ValueTypeReference, in scope: PlanScope) -> ComponentValueType {
        switch reference {
        case .primitive(let primitive): .primitive(primitive)
        case .index(let index):
            if case .defined(let id) = scope.spaces.types[Int(index)] {
                .defined(id)
            } else {
                .primitive(.bool)
            }
        }
    }

    private func stringNode(_ range: PoolRange, _ scope: PlanScope) -> FunctionPlan {
        functionPlan(
            [.primitive(.string)], .primitive(.string), isAsync: false, options(range, in: scope).width,
            in: scope)
    }

    private func channel(
        _ kind: ChannelKind, _ operation: ChannelOperation, _ index: UInt32, _ range: PoolRange,
        isAsync: Bool, in scope: PlanScope
    ) -> ChannelPlan {
        let options = options(range, in: scope)
        let canonical = canonicalNumber(options.width, in: scope)
        var type: AsyncState.ChannelType?
        var element: CanonicalPlan.NodeID?
        if case .defined(let id) = scope.spaces.types[Int(index)] {
            register(id, in: scope)
            type = channels[scope.instance][ChannelTypeID(index: id.index)]
            switch scope.component.types[id] {
            case .stream(let carried?), .future(let carried?):
                element = canonicalBuilders[canonical].add(carried, of: scope.component.types)
            default: break
            }
        }
        return ChannelPlan(
            instance: scope.instance, kind, operation, isAsync: isAsync, type: type, options: options,
            context: contextNumber(canonical, options, instance: scope.instance), element: element)
    }

    /// Makes a stream or future type known for an instance.
    private func register(_ id: DefinedTypeID, in scope: PlanScope) {
        switch scope.component.types[id] {
        case .stream(let element):
            channels.register(
                id, instance: scope.instance, kind: .stream, element: element,
                text: key(.defined(id), in: scope), of: scope.component)
        case .future(let element):
            channels.register(
                id, instance: scope.instance, kind: .future, element: element,
                text: key(.defined(id), in: scope), of: scope.component)
        default: break
        }
    }

    /// Makes all stream and future types known for an instance, once its resource types are.
    func registerChannels(of scope: PlanScope) {
        for (number, type) in scope.component.types.defined.enumerated() {
            switch type.shape {
            case .stream, .future: register(DefinedTypeID(index: UInt32(number), alias: .none), in: scope)
            default: break
            }
        }
    }
}

extension ValueType {
    init(_ type: CoreValueType) {
        switch type {
        case .i32: self = .i32
        case .i64: self = .i64
        case .f32: self = .f32
        case .f64: self = .f64
        default: self = .other
        }
    }
}
