import CWasmtime

extension Store {
    /// Makes an instance without a fiber. Only for modules without a start function, whose code would run unguarded.
    ///
    /// - Throws: ``Trap`` when a segment does not fit or the instance needs more than ``InstanceLimits``, or
    ///   ``EngineError`` with code `exhausted` when slots ran out.
    public func instantiate(_ template: InstanceTemplate) throws -> Instance {
        precondition(
            !template.module.hasStartFunction, "a module with a start function needs a fiber")
        return adopt(try make(template))
    }

    /// Makes an instance whose exports nobody but the caller looks for. Only for modules without a start function.
    public func makeInstance(_ template: InstanceTemplate) throws -> InstanceID {
        precondition(
            !template.module.hasStartFunction, "a module with a start function needs a fiber")
        let raw = try make(template)
        remember(instance: Instance(store: self, raw: raw))
        return InstanceID(raw: raw)
    }

    private func make(_ template: InstanceTemplate) throws -> wasmtime_instance_t {
        if let raw = takeInstance(of: template) { return raw }
        var raw = wasmtime_instance_t()
        var trap: OpaquePointer?
        beginInstance()
        let error = unsafe template.making {
            let error = unsafe wasmtime_instance_pre_instantiate(template.raw, context, &raw, &trap)
            if pool != nil {
                let isMade = unsafe error == nil && trap == nil
                unsafe made(of: template, slots: isMade ? template.madeSlots() : nil)
            }
            return unsafe error
        }
        endInstance()
        if let error = unsafe error, unsafe trap == nil, !hasThrown {
            let refusal = unsafe Trap(consumingError: error)
            guard refusal.reason == .exhausted else { throw refusal }
            throw EngineError(.exhausted, "The instance could not be made: \(refusal.message)")
        }
        if let trap = unsafe self.trap(consuming: trap, error: error) { throw trap }
        return raw
    }

    func adopt(_ raw: wasmtime_instance_t) -> Instance {
        let instance = Instance(store: self, raw: raw)
        remember(instance: instance)
        if let memory = instance.memory(named: "memory") { remember(memory: memory) }
        return instance
    }

    /// Calls a guest function in place, from a host function or from outside of any guest.
    ///
    /// Inside a host function the caller's fiber, budget and deadline apply and the guest may wait. Outside of a fiber
    /// the call may neither wait nor outlast one time slice.
    public func call(_ function: Function, _ values: inout [RawValue]) throws(Trap) {
        var raw = unsafe function.raw
        var trap: OpaquePointer?
        beginWithoutFiber()
        // RawValue is layout-compatible with wasmtime_val_raw_t by its definition.
        let error = unsafe values.withUnsafeMutableBytes { bytes in
            unsafe wasmtime_func_call_unchecked(
                context, &raw, bytes.baseAddress?.assumingMemoryBound(to: wasmtime_val_raw_t.self),
                bytes.count / MemoryLayout<wasmtime_val_raw_t>.stride, &trap)
        }
        if unsafe trap == nil, unsafe error == nil { return }
        if let trap = unsafe self.trap(consuming: trap, error: error) { throw trap }
    }
}
