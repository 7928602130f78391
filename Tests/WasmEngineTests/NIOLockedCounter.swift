import NIOConcurrencyHelpers

/// Counts events from any thread.
final class NIOLockedCounter: Sendable {
    private let count = NIOLockedValueBox(0)
    var value: Int { count.withLockedValue { $0 } }
    func increment() { count.withLockedValue { $0 += 1 } }
}
