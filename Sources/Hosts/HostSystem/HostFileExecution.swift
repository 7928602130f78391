import NIOCore
public import NIOPosix
import Synchronization

/// Where file work runs that may wait for a disk.
public enum HostFileExecution: Sendable {
    /// On the caller's thread: for a program that runs one guest and nothing else.
    case inline

    /// On a thread of the pool, while the guest is suspended: for servers. What is known to be in memory (cached names,
    /// cached pages) is still done at once.
    case offload(NIOThreadPool)

    /// Whether work that may wait has to leave the event loop.
    var isOffloading: Bool {
        if case .offload = self { true } else { false }
    }

    /// Runs `work` where it belongs and gives its result to the guest that waits.
    ///
    /// An interrupted guest does not stop work that has begun, so `work` must own all that it touches.
    package func run<Value: Sendable>(
        for guest: some HostWaiting, _ work: @escaping @Sendable () throws(HostError) -> Value
    ) throws(HostFailure) -> Value {
        guard case .offload(let pool) = self else {
            do { return try work() } catch { throw .code(error) }
        }
        let box = ResultBox<Value>()
        try guest.suspend { token in
            pool.submit { state in
                let result: Result<Value, HostError>
                if case .active = state {
                    result = Result { () throws(HostError) in try work() }
                } else {
                    result = .failure(.canceled)
                }
                box.set(result)
                token.wake()
            }
        }
        switch box.take() {
        case .success(let value): return value
        case .failure(let error): throw .code(error)
        case nil: throw .code(.interrupted)
        }
    }
}

private final class ResultBox<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, HostError>?>(nil)

    func set(_ value: Result<Value, HostError>) { result.withLock { $0 = value } }

    func take() -> Result<Value, HostError>? { result.withLock { $0.take() } }
}
