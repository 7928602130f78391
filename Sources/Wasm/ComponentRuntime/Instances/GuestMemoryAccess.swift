import ComponentModel
import WasmEngine

/// A guest's memory and allocator for the canonical ABI.
///
/// With ``ComponentCore/call(_:_:)`` the only place of the module that touches raw guest bytes and slots.
@safe
final class GuestMemoryAccess: CanonicalMemory {
    // Belongs to the core, which counts as alive whenever a guest's memory is looked at.
    private let core: Uncounted<ComponentCore>
    let memory: MemoryID
    /// The number of the allocator among the plan's functions.
    private let realloc: Int?

    init(core: ComponentCore, memory: MemoryID, realloc: Int?) {
        self.core = Uncounted(core)
        self.memory = memory
        self.realloc = realloc
    }

    // The view is replaced after each call into the guest, as its rules ask.
    var view: CanonicalMemoryView {
        core.with { core in core.view(of: memory) }
    }

    func reallocate(
        _ old: UInt64, oldSize: UInt64, alignment: UInt64, newSize: UInt64
    ) throws(CanonicalTrap) -> UInt64 {
        guard let realloc else { throw CanonicalTrap(.realloc, "the guest gives no realloc function") }
        let outcome = core.with { core in
            core.asOwnTask { core.reallocate(core.function(realloc), (old, oldSize, alignment, newSize)) }
        }
        switch outcome {
        case .success(let pointer): return pointer
        case .failure(let trap):
            core.object.carriedTrap = trap
            throw CanonicalTrap(.realloc, trap.message)
        }
    }
}

extension ComponentCore {
    /// Lends zeroed slots on the stack.
    func withSlots<Result>(
        _ count: Int, _ body: (FlatValues) throws(Trap) -> Result
    ) throws(Trap) -> Result {
        // The function's own errors go around `withUnsafeTemporaryAllocation`, which does not carry typed ones.
        let outcome: Swift.Result<Result, Trap> = unsafe withUnsafeTemporaryAllocation(
            byteCount: max(1, count) * FlatValues.stride, alignment: FlatValues.stride
        ) { buffer in
            unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
            let slots = unsafe FlatValues(buffer)
            do throws(Trap) { return .success(try body(slots)) } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    /// The slots of a call to the host, which are valid as long as it lasts: its caller waits for it.
    func slots(of values: borrowing RawValues) -> FlatValues { unsafe FlatValues(values.buffer) }

    /// A memory's bytes, until the guest runs again.
    func view(of memory: MemoryID) -> CanonicalMemoryView {
        owner.with { store in
            unsafe CanonicalMemoryView(store.bytes(of: memory))
        }
    }

    /// Calls a guest function with slots, and gives the trap that ended it.
    func trap(ofCalling function: FunctionID, _ slots: FlatValues) -> Trap? {
        owner.with { store in
            unsafe store.trap(ofCalling: function, slots: slots.buffer)
        }
    }

    /// Runs guest code that the specification runs as a task of its own, though it is done in the middle of another one,
    /// maybe of another component instance, or of none: `context.get` finds zeros, and what `context.set` leaves is gone
    /// afterwards. An allocator may not leave its instance, so nothing else of the task shows.
    fileprivate func asOwnTask<Result>(_ body: () -> Result) -> Result {
        guard let thread = current else {
            let task = GuestTask(lift: nil, instance: instance(0), origin: nil)
            current = task.implicitThread
            defer { current = nil }
            return withExtendedLifetime(task) { body() }
        }
        let storage = thread.storage
        thread.storage = (0, 0)
        defer { thread.storage = storage }
        return body()
    }

    /// Calls a guest's allocator.
    fileprivate func reallocate(
        _ function: FunctionID, _ arguments: (UInt64, UInt64, UInt64, UInt64)
    ) -> Result<UInt64, Trap> {
        unsafe withUnsafeTemporaryAllocation(
            byteCount: 4 * FlatValues.stride, alignment: FlatValues.stride
        ) { buffer in
            unsafe buffer.initializeMemory(as: UInt8.self, repeating: 0)
            unsafe buffer.storeBytes(of: arguments.0.littleEndian, as: UInt64.self)
            unsafe buffer.storeBytes(
                of: arguments.1.littleEndian, toByteOffset: FlatValues.stride, as: UInt64.self)
            unsafe buffer.storeBytes(
                of: arguments.2.littleEndian, toByteOffset: 2 * FlatValues.stride, as: UInt64.self)
            unsafe buffer.storeBytes(
                of: arguments.3.littleEndian, toByteOffset: 3 * FlatValues.stride, as: UInt64.self)
            if let trap = trap(ofCalling: function, unsafe FlatValues(buffer)) { return .failure(trap) }
            // A 32-bit result leaves the upper half of its slot as the first parameter had it: zero.
            return .success(unsafe UInt64(littleEndian: buffer.load(as: UInt64.self)))
        }
    }

    /// Calls a guest function with slots.
    func call(_ function: FunctionID, _ slots: FlatValues) throws(Trap) {
        if let trap = trap(ofCalling: function, slots) { throw trap }
    }
}
