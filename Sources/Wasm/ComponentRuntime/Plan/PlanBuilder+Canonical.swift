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
            scope.functions.append(
                .lifted(
                    LiftPlan(
                        number: nextLiftNumber(), instance: scope.instance,
                        coreFunction: functionNumber(scope.coreFunctions[Int(function)]),
                        type: functionPlan(id, options.width, in: scope), options: options,
                        resultKey: key(scope.component.types[id].result, in: scope),
                        takesBorrows: scope.component.types.takesBorrows(id))))
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
            let plan = LowerPlan(
                instance: scope.instance, part: part,
                type: functionPlan(scope.spaces.functions[Int(function)], options.width, in: scope),
                options: options,
                callee: scope.functions[Int(function)])
            return { call, values throws(Trap) in
                try call.state(ComponentCore.key).lower(plan, values)
            }
        }
        let builtin = try builtin(canonical, signature, in: scope)
        let instance = scope.instance
        return { call, values throws(Trap) in
            try call.state(ComponentCore.key).run(builtin, instance, values)
        }
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
            return .taskReturn(
                functionPlan([], type, isAsync: false, options.width, in: scope), options,
                key: key(type, in: scope))
        case .contextGet(let type, let slot): return .contextGet(slot: Int(slot), isWide: type == .i64)
        case .contextSet(let type, let slot): return .contextSet(slot: Int(slot), isWide: type == .i64)
        case .subtaskCancel(let isAsync): return .subtaskCancel(isAsync: isAsync)
        case .channel(let kind, let operation, let index, let range, let isAsync):
            return channel(kind, operation, index, range, isAsync: isAsync, in: scope)
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
        case .threadSpawnReference, .threadSpawnIndirect, .lift, .lower:
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
    ) -> Builtin {
        var plan = ChannelPlan(kind: kind, operation: operation, isAsync: isAsync)
        guard case .defined(let id) = scope.spaces.types[Int(index)] else { return .channel(plan) }
        register(id, in: scope)
        plan.type = ChannelTypeID(index: id.index)
        plan.options = options(range, in: scope)
        if operation == .read || operation == .write { plan.isAsync = plan.options.isAsync }
        plan.canonical = canonicalNumber(plan.options.width, in: scope)
        switch scope.component.types[id] {
        case .stream(let element?), .future(let element?):
            plan.element = canonicalBuilders[plan.canonical].add(element, of: scope.component.types)
        default: break
        }
        return .channel(plan)
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
