public import ComponentModel
import ComponentRuntime
public import HostSystem
import WasmEngine

/// `wasi:io/error`'s `error`: why an operation on a stream failed.
public final class IOError: HostResource, Sendable {
    /// `error`.
    public static let resourceType = RuntimeResourceType.host()

    /// Why, as the core says it.
    public let code: HostError
    /// What is behind it: an error of HTTP, for example.
    public let cause: (any Error)?

    /// An error.
    public init(_ code: HostError, cause: (any Error)? = nil) {
        self.code = code
        self.cause = cause
    }

    /// For people; promises nothing about its form.
    public var text: String { cause.map { "\(code): \($0)" } ?? "\(code)" }
}

/// `wasi:io/streams`' `stream-error`.
public enum StreamError: Error, CanonicalVariant {
    /// The operation failed; the error says why. The stream is closed from now on.
    case lastOperationFailed(Own<IOError>)
    /// There is nothing more to read, or nobody to write to.
    case closed

    /// The cases.
    public static let cases = CanonicalCases<Self>([
        .case("last-operation-failed", make: Self.lastOperationFailed) {
            if case .lastOperationFailed(let error) = $0 { error } else { nil }
        },
        .case("closed", .closed),
    ])

    /// The index of the case.
    public var caseNumber: Int {
        switch self {
        case .lastOperationFailed: 0
        case .closed: 1
        }
    }
}

/// How an operation on a stream ends without its result, before there is a handle to the error.
enum StreamFailure: Error {
    case closed
    case failed(IOError)
    case trap(Trap)

    /// An error of what is behind a stream. Nobody at the other end means that the stream is closed.
    init(_ error: HostError, cause: (any Error)?) {
        self = error == .brokenPipe && cause == nil ? .closed : .failed(IOError(error, cause: cause))
    }
}
