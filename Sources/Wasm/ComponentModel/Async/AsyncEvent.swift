/// What an event is about (CanonicalABI.md, waitable state).
public enum EventCode: UInt32, Sendable, Hashable {
    case none = 0
    case subtask = 1
    case streamRead = 2
    case streamWrite = 3
    case futureRead = 4
    case futureWrite = 5
    case taskCancelled = 6
}

/// An event as a guest gets it.
public struct AsyncEvent: Sendable, Hashable {
    /// What it is about.
    public var code: EventCode
    /// The handle it is about.
    public var index: UInt32
    /// Its payload: a subtask's state, or a packed copy result.
    public var payload: UInt32

    /// An event.
    public init(_ code: EventCode, index: UInt32 = 0, payload: UInt32 = 0) {
        self.code = code
        self.index = index
        self.payload = payload
    }

    /// No event.
    public static let none = AsyncEvent(.none)
    /// The task is to stop.
    public static let taskCancelled = AsyncEvent(.taskCancelled)
}

/// How a copy over a stream or a future ended; the low bits of its payload.
public enum CopyResult: UInt32, Sendable, Hashable {
    case completed = 0
    case dropped = 1
    case cancelled = 2
}

/// What a callback wants next (CanonicalABI.md, `canon lift`).
public enum CallbackRequest: Sendable, Hashable {
    /// The task is over.
    case exit
    /// Others may run.
    case yield
    /// An event of the set with this handle.
    case wait(set: UInt32)

    /// Unpacks a callback's result.
    public init(packed: UInt32) throws(CanonicalTrap) {
        switch packed & 0xf {
        case 0: self = .exit
        case 1: self = .yield
        case 2: self = .wait(set: packed >> 4)
        case let code: throw CanonicalTrap(.async, "unsupported callback code: \(code)")
        }
    }
}

/// What a built-in gives instead of a payload when it would have to wait.
public enum AsyncConstants {
    /// `BLOCKED`.
    public static let blocked: UInt32 = 0xffff_ffff
    /// `Buffer.MAX_LENGTH`.
    public static let maximumBufferLength: UInt32 = 1 << 28 - 1
}

/// States of a subtask, with the numbers that guests see.
public enum SubtaskState: UInt32, Sendable, Hashable {
    case starting = 0
    case started = 1
    case returned = 2
    case cancelledBeforeStarted = 3
    case cancelledBeforeReturned = 4

    /// Whether nothing more happens.
    public var isResolved: Bool { self != .starting && self != .started }
}
