/// Why a component was refused: what is wrong, in one sentence, and where in the binary.
///
/// Nothing in this module reports a broken component in another way; malformed bytes never crash.
public struct ComponentModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of refusal.
    public enum Code: String, Sendable, CaseIterable {
        /// The bytes end before the construct that they announce.
        case unexpectedEnd = "unexpected-end"
        /// The bytes follow no production of the binary format.
        case malformed
        /// The bytes decode, and break a validation rule.
        case invalid
        /// A construct of a feature that is switched off, see ``ComponentFeatures``.
        case featureDisabled = "feature-disabled"
        /// A quantity is larger than ``ComponentLimits`` allows.
        case limitExceeded = "limit-exceeded"
    }

    /// The kind of refusal.
    public let code: Code
    /// What is wrong, as a sentence without its final stop.
    public let message: String
    /// Where: a byte offset from the start of the outermost component.
    public let offset: Int

    /// An error at a byte offset of the outermost component.
    public init(code: Code, message: String, offset: Int) {
        self.code = code
        self.message = message
        self.offset = offset
    }

    /// `message (at byte 0x2a)`.
    public var description: String { "\(message) (at byte 0x\(String(offset, radix: 16)))" }

    static func invalid(_ message: String, at offset: Int) -> ComponentModelError {
        ComponentModelError(code: .invalid, message: message, offset: offset)
    }

    static func malformed(_ message: String, at offset: Int) -> ComponentModelError {
        ComponentModelError(code: .malformed, message: message, offset: offset)
    }

    static func disabled(_ message: String, at offset: Int) -> ComponentModelError {
        ComponentModelError(code: .featureDisabled, message: message, offset: offset)
    }

    static func limit(_ message: String, at offset: Int) -> ComponentModelError {
        ComponentModelError(code: .limitExceeded, message: message, offset: offset)
    }

    /// The same error, seen from the construct around it.
    func within(_ context: String) -> ComponentModelError {
        ComponentModelError(code: code, message: "\(context): \(message)", offset: offset)
    }
}
