import CWasmtime

/// Keeps a host function alive for as long as the engine may call it.
final class HostFunctionBox: Sendable {
    let body: HostFunction

    init(_ body: @escaping HostFunction) { self.body = body }

    /// A retained pointer for the engine, which calls ``release`` when done.
    func retainedPointer() -> UnsafeMutableRawPointer { unsafe Unmanaged.passRetained(self).toOpaque() }

    static let release: wasmtime_finalizer_t = { pointer in
        guard let pointer = unsafe pointer else { return }
        unsafe Unmanaged<HostFunctionBox>.fromOpaque(pointer).release()
    }

    /// The one C function behind all host functions.
    static let trampoline: wasmtime_func_unchecked_callback_t = { environment, caller, slots, count in
        // The engine passes what it was given: none of these is null.
        guard let environment = unsafe environment, let caller = unsafe caller, let slots = unsafe slots
        else {
            // A function without parameters and results comes without slots.
            return unsafe HostFunctionBox.callWithoutSlots(environment, caller)
        }
        return unsafe HostFunctionBox.invoke(environment, caller, slots, count)
    }

    private static func callWithoutSlots(
        _ environment: UnsafeMutableRawPointer?, _ caller: OpaquePointer?
    ) -> OpaquePointer? {
        guard let environment = unsafe environment, let caller = unsafe caller else { return nil }
        var none = unsafe wasmtime_val_raw_t()
        return unsafe invoke(environment, caller, &none, 0)
    }

    @inline(__always)
    private static func invoke(
        _ environment: UnsafeMutableRawPointer, _ caller: OpaquePointer,
        _ slots: UnsafeMutablePointer<wasmtime_val_raw_t>, _ count: Int
    ) -> OpaquePointer? {
        let context = unsafe wasmtime_caller_context(caller)
        guard let data = unsafe wasmtime_context_get_data(context) else { return nil }
        // Both live through the call, so neither is retained: the linker owns the box, whoever entered the guest the store.
        return unsafe Unmanaged<HostFunctionBox>.fromOpaque(environment)._withUnsafeGuaranteedRef { box in
            unsafe Unmanaged<Store>.fromOpaque(data)._withUnsafeGuaranteedRef { store in
                unsafe run(box, store, caller, slots, count)
            }
        }
    }

    // A function of its own: the optimizer of Swift 6.3.1 crashes on a typed throw inside the closures above.
    @inline(never)
    private static func run(
        _ box: HostFunctionBox, _ store: Store, _ caller: OpaquePointer,
        _ slots: UnsafeMutablePointer<wasmtime_val_raw_t>, _ count: Int
    ) -> OpaquePointer? {
        if !store.hasInstance { unsafe store.learn(from: caller) }
        do throws(Trap) {
            try box.body(HostCall(store: store), unsafe RawValues(slots, count: count))
            return nil
        } catch {
            return unsafe store.record(error)
        }
    }
}
