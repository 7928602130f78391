import CWasmtime

/// An engine's store with the only instance in it, between two guests: everything that a guest can change is as it was when
/// the instance was new.
///
/// To make a store and an instance takes the engine several microseconds, to make them new less than one. What is done is
/// in ``Renewal``; a guest that trapped, or was ended, takes its store with it.
@safe final class IdleInstance: Sendable {
    let limits: InstanceLimits
    nonisolated(unsafe) let raw: OpaquePointer
    nonisolated(unsafe) let context: OpaquePointer
    let name: wasmtime_instance_t
    // Functions that the store's guests have needed so far. They belong to whoever has the store.
    nonisolated(unsafe) var suspender: wasmtime_func_t?
    nonisolated(unsafe) var entry: wasmtime_func_t?

    nonisolated(unsafe) private let renew: wasmtime_func_t
    nonisolated(unsafe) private let resize: wasmtime_func_t
    // The engine's, for as long as it has the store.
    private let slots: [Unmanaged<MemorySlot>]
    private let others: IdleInstances

    /// Bytes of memory that may stay with one.
    private static let residentBytesMax = 512 << 10

    /// Takes a store over; nil when there are enough idle ones, and then it is not taken.
    init?(_ store: Store, _ instance: InstanceID, _ slots: [Unmanaged<MemorySlot>], _ others: IdleInstances) {
        guard let renew = store.export(Renewal.renewName, of: instance)?.function,
            let resize = store.export(Renewal.resizeName, of: instance)?.function, others.admit()
        else { return nil }
        unsafe raw = store.raw
        unsafe context = store.context
        limits = store.limits
        name = instance.raw
        unsafe self.renew = renew.raw
        unsafe self.resize = resize.raw
        unsafe self.slots = slots
        self.others = others
    }

    deinit {
        unsafe wasmtime_store_delete(raw)
        others.gone()
    }

    /// A guest gets the instance, on this thread.
    func begin() {
        for index in unsafe slots.indices { unsafe slots[index]._withUnsafeGuaranteedRef { $0.begin() } }
    }

    /// Puts everything back. False when that is not possible, or not worth it; nobody may get it then.
    func makeNew() -> Bool {
        var hasGrown = false
        var residentBytes = 0
        for index in unsafe slots.indices {
            let isWell = unsafe slots[index]._withUnsafeGuaranteedRef { slot in
                hasGrown = hasGrown || slot.hasGrown
                guard slot.owner.renew(slot) else { return false }
                residentBytes += slot.keptBytes
                return true
            }
            guard isWell else { return false }
        }
        guard residentBytes <= Self.residentBytesMax else { return false }
        // There is no guest whose turn could be over.
        unsafe wasmtime_context_set_data(context, nil)
        unsafe wasmtime_context_set_epoch_deadline(context, Fiber.sliceTicks)
        return unsafe call(renew) && (!hasGrown || call(resize))
    }

    private func call(_ function: wasmtime_func_t) -> Bool {
        var function = unsafe function
        var trap: OpaquePointer?
        let error = unsafe wasmtime_func_call_unchecked(context, &function, nil, 0, &trap)
        if let trap = unsafe trap { unsafe wasm_trap_delete(trap) }
        if let error = unsafe error { unsafe wasmtime_error_delete(error) }
        return unsafe trap == nil && error == nil
    }
}
