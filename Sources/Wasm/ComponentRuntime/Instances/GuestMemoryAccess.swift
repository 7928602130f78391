import ComponentModel
import WasmEngine

/// A guest's memory and allocator for the canonical ABI.
///
/// With ``ComponentCore/call(_:_:)`` the only place of the module that touches raw guest bytes and slots.
@safe
final class GuestMemoryAccess: CanonicalMemory {
    // Belongs to the core, which counts as alive whenever a guest's memory is looked at.
    private unowned(unsafe) let core: ComponentCore
    let memory: MemoryID
    /// The number of the allocator among the plan's functions.
    private let realloc: Int?
    // One call at a time: an allocator cannot call out, so nothing else of the component runs meanwhile.
    private lazy var storage = FlatStorage(count: 4)

    init(core: ComponentCore, memory: MemoryID, realloc: Int?) {
        unsafe self.core = core
        self.memory = memory
        self.realloc = realloc
    }

    // The view is replaced after each call into the guest, as its rules ask.
    var view: CanonicalMemoryView { unsafe core.view(of: memory) }

    func reallocate(
        _ old: UInt64, oldSize: UInt64, alignment: UInt64, newSize: UInt64
    ) throws(CanonicalTrap) -> UInt64 {
        guard let realloc else { throw CanonicalTrap(.realloc, "the guest gives no realloc function") }
        var slots = storage.values
        try slots.append(old)
        try slots.append(oldSize)
        try slots.append(alignment)
        try slots.append(newSize)
        do throws(Trap) {
            unsafe try core.call(core.function(realloc), storage.values)
        } catch {
            unsafe core.carriedTrap = error
            throw CanonicalTrap(.realloc, error.message)
        }
        slots.position = 0
        // A 32-bit result leaves the upper half of its slot as the first parameter had it: zero.
        return try slots.next(UInt64.self)
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
        unsafe CanonicalMemoryView(store.bytes(of: memory))
    }

    /// Calls a guest function with slots.
    func call(_ function: FunctionID, _ slots: FlatValues) throws(Trap) {
        unsafe try store.call(function, slots: slots.buffer)
    }
}
