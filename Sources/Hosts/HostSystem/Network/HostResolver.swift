public import AppModel
public import NIOCore

/// Why a name has no address.
public enum HostResolutionError: Error, Sendable, Equatable {
    /// There is no such name, or it has no address.
    case notFound
    /// The name servers did not answer, or not now.
    case temporary
    /// No answer within the time allowed.
    case timedOut
    /// More look-ups at once than allowed.
    case tooMany
    /// Anything else, as the system says it.
    case failed(String)
}

/// Turns names into addresses. Tests control the answers.
public protocol HostResolver: Sendable {
    /// The addresses of a name, in the order in which to try them; fails with ``HostResolutionError``.
    func addresses(of name: HostName, on loop: any EventLoop) -> EventLoopFuture<[IPAddress]>
}

/// What look-ups may use.
public struct HostResolverLimits: Sendable {
    /// Look-ups at a time in the process, waiting ones included: each holds a closure, and a slow name server must not
    /// pile them up.
    public var pendingMax = 512
    /// Threads. A look-up blocks one while it waits for a name server; 8 give some hundred answers a second.
    public var threads = 8
    /// Time for one look-up. The system's own is often 30 seconds, longer than anybody waits.
    public var timeout: TimeAmount = .seconds(10)
    /// Addresses taken from one answer.
    public var addressesMax = 64

    /// The defaults.
    public init() {}
}
