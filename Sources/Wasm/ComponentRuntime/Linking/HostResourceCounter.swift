import ComponentModel
import Synchronization

/// Numbers of the host's resource types, above those that plans give to the types of guests.
enum HostResourceCounter {
    static let first: UInt32 = 1 << 24
    private static let counter = Atomic<UInt32>(first)

    static func next() -> RuntimeResourceType {
        RuntimeResourceType(rawValue: counter.add(1, ordering: .relaxed).oldValue)
    }
}

/// Ends a resource of the host when the last handle that owns it is dropped.
public typealias HostDestructor = @Sendable (borrowing ComponentCall, UInt64) -> Void
