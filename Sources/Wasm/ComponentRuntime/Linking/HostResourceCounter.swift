import ComponentModel
import Synchronization
public import WasmEngine

/// Numbers of the host's resource types, above those that plans give to the types of guests.
enum HostResourceCounter {
    static let first: UInt32 = 1 << 24
    private static let counter = Atomic<UInt32>(first)

    static func next() -> RuntimeResourceType {
        RuntimeResourceType(rawValue: counter.add(1, ordering: .relaxed).oldValue)
    }
}

/// Ends a resource of the host when the last handle that owns it is dropped. Traps where the guest may not drop it yet.
public typealias HostDestructor = @Sendable (borrowing ComponentCall, UInt64) throws(Trap) -> Void
