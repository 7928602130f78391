package import NIOCore
import NIOPosix

/// Work on files that may wait for a disk: what has to be right was checked, nothing was done yet.
///
/// It owns all that it touches: a guest that is interrupted does not stop work that has begun.
package struct FileWork<Value: Sendable>: Sendable {
    /// Looks only at what is in memory, and fails with `wouldBlock` where that is not enough; nil for work that always leaves
    /// the loop.
    let cached: (@Sendable () throws(HostError) -> Value)?
    let whole: @Sendable () throws(HostError) -> Value

    init(_ whole: @escaping @Sendable () throws(HostError) -> Value) {
        cached = nil
        self.whole = whole
    }

    init(cachedFirst work: @escaping @Sendable (_ isCachedOnly: Bool) throws(HostError) -> Value) {
        cached = { () throws(HostError) in try work(true) }
        whole = { () throws(HostError) in try work(false) }
    }

    /// The result where no disk has to be asked.
    private func valueInMemory() throws(HostError) -> Value? {
        guard let cached else { return nil }
        do { return try cached() } catch {
            if error == .wouldBlock { return nil }
            throw error
        }
    }
}

extension FileWork {
    /// Does it while the guest waits.
    package func value(
        for guest: some HostWaiting, by files: HostFileExecution
    ) throws(HostFailure) -> Value {
        if files.isOffloading {
            do throws(HostError) {
                if let value = try valueInMemory() { return value }
            } catch { throw .code(error) }
        }
        return try files.run(for: guest, whole)
    }

    /// Does it while the guest goes on. `done` is called once, on `eventLoop`, maybe before this returns.
    package func begin(
        by files: HostFileExecution, on eventLoop: any EventLoop,
        _ done: @escaping (Result<Value, HostError>) -> Void
    ) {
        guard case .offload(let pool) = files else {
            return done(Result { () throws(HostError) in try whole() })
        }
        do throws(HostError) {
            if let value = try valueInMemory() { return done(.success(value)) }
        } catch { return done(.failure(error)) }
        let work = whole
        let bound = NIOLoopBound(done, eventLoop: eventLoop)
        pool.submit { state in
            let result: Result<Value, HostError> =
                if case .active = state {
                    Result { () throws(HostError) in try work() }
                } else {
                    .failure(.canceled)
                }
            eventLoop.execute { bound.value(result) }
        }
    }
}
