/// A guest fault found by the canonical ABI: it ends the guest, and is no error of the host.
///
/// The messages are those that the specification's tests expect (`assert_trap`).
public struct CanonicalTrap: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the guest did, for programs.
    public enum Code: Sendable, Hashable {
        case memory, realloc, value, string, handle, resource, reentrance, leave, async, limit, guest
    }

    /// What the guest did, for programs.
    public let code: Code
    /// What the guest did, for people.
    public let message: String

    /// A trap with a sentence.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The sentence.
    public var description: String { message }

    static let outOfBounds = CanonicalTrap(.memory, "pointer out of bounds of memory")
    static let stringOutOfBounds = CanonicalTrap(
        .memory, "string pointer/length out of bounds of memory: string content out-of-bounds")
    static let listOutOfBounds = CanonicalTrap(
        .memory, "list pointer/length out of bounds of memory: list content out-of-bounds")
    static let unaligned = CanonicalTrap(.memory, "unaligned pointer")
    static let reallocOutOfBounds = CanonicalTrap(
        .realloc, "realloc return: beyond end of memory: string or list content out-of-bounds")
    static let reallocUnaligned = CanonicalTrap(
        .realloc, "realloc return: result not aligned: unaligned pointer")
    static let noRealloc = CanonicalTrap(.realloc, "the guest gives no realloc function")
    static let stringTooLong = CanonicalTrap(.string, "a string is longer than 2^28 - 1 bytes")
    static let listTooLong = CanonicalTrap(.value, "a list is longer than 2^28 - 1 bytes")
    static let liftedTooMuch = CanonicalTrap(
        .limit, "the values of a call have more than 2^28 bytes altogether")
    static let badUTF8 = CanonicalTrap(.string, "invalid utf-8 sequence (incomplete utf-8 byte sequence)")
    static let badUTF16 = CanonicalTrap(.string, "invalid utf-16: unpaired surrogate")
    static let badCharacter = CanonicalTrap(.value, "invalid `char` bit pattern")
    static let badDiscriminant = CanonicalTrap(.value, "invalid variant discriminant")
    static let tableFull = CanonicalTrap(.limit, "the handle table is full")
    static let cannotLeave = CanonicalTrap(.leave, "cannot leave component instance")
    package static let cannotEnter = CanonicalTrap(.reentrance, "cannot enter component instance")
    static let wrongValue = CanonicalTrap(.guest, "a host value does not have the type of the function")

    static func unknownHandle(_ index: UInt32) -> CanonicalTrap {
        CanonicalTrap(.handle, "unknown handle index \(index)")
    }

    static func wrongHandle(_ index: UInt32, expected: String, found: String) -> CanonicalTrap {
        CanonicalTrap(
            .handle, "handle index \(index) used with the wrong type, expected \(expected) but found \(found)"
        )
    }
}
