/// A guest fault, or a decision of the host, that ends one instance.
///
/// The instance cannot be used again; nothing else is affected.
public struct Trap: Error, Sendable, CustomStringConvertible {
    /// Why the instance ended.
    public enum Reason: Sendable, Hashable {
        /// The guest executed `unreachable`, which is also how most languages abort.
        case unreachable
        /// The guest's calls nest deeper than its stack.
        case stackOverflow
        /// A load or store outside the linear memory.
        case memoryOutOfBounds
        /// An access outside a table.
        case tableOutOfBounds
        /// An indirect call through an empty table slot or null reference.
        case nullReference
        /// An indirect call with another signature than the function's.
        case badSignature
        /// An integer operation overflowed or divided by zero, or a float did not fit an integer.
        case arithmetic
        /// Another trap of the engine, by its code in the C API.
        case engine(UInt8)
        /// The guest computed longer than its CPU budget.
        case cpuBudget
        /// The guest ran or waited past its deadline.
        case deadline
        /// The host ended the guest: the client went away, or the process shuts down.
        case cancelled
        /// The guest broke a rule of a host function.
        case host
        /// The guest never ran: all of the engine's slots of a kind are in use.
        case exhausted
        /// The guest asked to end, with this exit code. Not a fault.
        case exit(Int32)
    }

    /// Why the instance ended.
    public let reason: Reason
    /// One line for the log. Never shown to clients.
    public let message: String
    /// The guest's calls, innermost first, as far as the engine recorded them.
    public internal(set) var backtrace: [GuestFrame]

    init(reason: Reason, message: String, backtrace: [GuestFrame] = []) {
        self.reason = reason
        self.message = message
        self.backtrace = backtrace
    }

    /// A guest that broke a rule of a host function.
    public static func host(_ message: String) -> Trap { Trap(reason: .host, message: message) }

    /// A guest that never ran: there was no room for it.
    public static func exhausted(_ message: String) -> Trap { Trap(reason: .exhausted, message: message) }

    /// A guest, or a call of one, that the host ended.
    public static func cancelled(_ message: String) -> Trap { Trap(reason: .cancelled, message: message) }

    /// A guest, or a call of one, that ran or waited past its deadline.
    public static func deadlinePassed() -> Trap {
        Trap(reason: .deadline, message: "the guest did not end within its deadline")
    }

    /// A guest that asked to end.
    public static func exit(_ code: Int32) -> Trap {
        Trap(reason: .exit(code), message: "the guest exited with code \(code)")
    }

    /// The message and the backtrace, a line each.
    public var description: String {
        ([message] + backtrace.map { "  at \($0)" }).joined(separator: "\n")
    }
}

/// One call of a guest's backtrace.
public struct GuestFrame: Sendable, Hashable, CustomStringConvertible {
    /// The function's index in its module's function index space.
    public let functionIndex: UInt32
    /// The function's name where the module has a name section.
    public let functionName: String?
    /// The module's name where it has one.
    public let moduleName: String?
    /// Byte offset of the instruction in the module's binary.
    public let moduleOffset: Int

    /// Name or index, and offset.
    public var description: String {
        let module = moduleName.map { "\($0)!" } ?? ""
        return
            "\(module)\(functionName ?? "function \(functionIndex)") (offset 0x\(String(moduleOffset, radix: 16)))"
    }
}
