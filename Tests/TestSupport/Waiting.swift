public import NIOCore
import NIOPosix

/// What a test waited for did not happen.
public struct TooLate: Error, CustomStringConvertible {
    /// What was waited for, in a sentence.
    public let description: String

    /// - Parameter description: what was waited for, in a sentence.
    public init(description: String) { self.description = description }
}

/// Waits until `condition` gives a value, looking every few milliseconds: for things that nobody announces, such as the
/// state of another process.
public func eventually<Value: Sendable>(
    _ what: String, within limit: TimeAmount = .seconds(60), _ condition: () async throws -> Value?
) async throws -> Value {
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    let deadline = NIODeadline.now() + limit
    while true {
        if let value = try await condition() { return value }
        if NIODeadline.now() > deadline { throw TooLate(description: "this did not happen in time: \(what)") }
        try await loop.scheduleTask(in: .milliseconds(5)) {}.futureResult.get()
    }
}

/// The same for something that becomes true.
public func eventually(
    _ what: String, within limit: TimeAmount = .seconds(60), isTrue condition: () async throws -> Bool
) async throws {
    try await eventually(what, within: limit) { try await condition() ? () : nil }
}
