import ComponentModel
import WasmEngine

/// A guest's memory and allocator for the canonical ABI.
///
/// With ``ComponentCore/call(_:_:)`` the only place of the module that touches raw guest bytes and slots.
final class GuestMemoryAccess: CanonicalMemory {
    private unowned let core: ComponentCore
    let memory: MemoryID
    /// The number of the allocator among the plan's functions.
    private let realloc: Int?

    init(core: ComponentCore, memory: MemoryID, realloc: Int?) {
        self.core = core
        self.memory = memory
        self.realloc = realloc
    }

    // The view is replaced after each call into the guest, as its rules ask.
    var view: CanonicalMemoryView { core.view(of: memory) }

    func reallocate(
        _ old: UInt64, oldSize: UInt64, alignment: UInt64, newSize: UInt64
    ) throws(CanonicalTrap) -> UInt64 {
        guard let realloc else { throw CanonicalTrap(.realloc, "the guest gives no realloc function") }
        do throws(Trap) {
            return try core.withSlots(4) { (slots) throws(Trap) in
                var values = slots
                try core.canonical { () throws(CanonicalTrap) in
                    try values.append(old)
                    try values.append(oldSize)
                    try values.append(alignment)
                    try values.append(newSize)
                }
                try core.call(core.function(realloc), slots)
                values.position = 0
                // A 32-bit result leaves the upper half of its slot as the first parameter had it: zero.
                return try core.canonical { () throws(CanonicalTrap) in try values.next(UInt64.self) }
            }
        } catch {
            core.carriedTrap = error
            throw CanonicalTrap(.realloc, error.message)
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
        unsafe CanonicalMemoryView(store.bytes(of: memory))
    }

    /// Calls a guest function with slots.
    func call(_ function: FunctionID, _ slots: FlatValues) throws(Trap) {
        unsafe try store.call(function, slots: slots.buffer)
    }
}
