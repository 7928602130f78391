import CWasmtime

/// What becomes of a store's instance when its guest has ended: see ``IdleInstance``.
extension Store {
    /// What the guest leaves is not known: a trap, or something beside its instance. The engine's store ends with this one.
    func spoil() { pool = nil }

    /// The instance of this template that is there already.
    func takeInstance(of template: InstanceTemplate) -> wasmtime_instance_t? {
        guard let idle, firstInstanceName == nil, let pool, pool === template.pool else { return nil }
        return idle.name
    }

    /// An instance was made. Only one by itself can be made new.
    func made(of template: InstanceTemplate, slots: [Unmanaged<MemorySlot>]?) {
        guard let pool, pool === template.pool, idle == nil, firstInstanceName == nil,
            let slots = unsafe slots
        else { return spoil() }
        unsafe self.slots = slots
    }

    /// The guest has ended. Makes its instance new for the next one, if that is possible.
    ///
    /// - Returns: false when nobody else has the engine's store.
    func giveBack() -> Bool {
        guard let instance = idle ?? newIdleInstance() else { return false }
        unsafe instance.suspender = suspender
        unsafe instance.entry = entry
        if let pool, instance.makeNew() { pool.keep(instance) }
        return true
    }

    private func newIdleInstance() -> IdleInstance? {
        guard let pool, let slots = unsafe slots, let name = firstInstanceName else { return nil }
        return unsafe pool.idleInstance(of: self, InstanceID(raw: name), slots)
    }
}
