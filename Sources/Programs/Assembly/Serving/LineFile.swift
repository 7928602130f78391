import Synchronization

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// A file that lines are added to, from any thread, without waiting for the disk on the caller's.
///
/// Lines are handed to one thread. What it cannot write in time is dropped and counted: a full disk must not stop
/// requests.
final class LineFile: Sendable {
    private struct State {
        var pending: [UInt8] = []
        var dropped = 0
        var isScheduled = false
    }

    private let descriptor: FileDescriptor
    private let state = Mutex(State())
    private let schedule: @Sendable (@escaping @Sendable () -> Void) -> Void

    private static let pendingBytesMax = 4 << 20

    /// Opens or makes the file; `schedule` runs a closure on a thread that may wait, one at a time.
    init(path: String, schedule: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) throws {
        descriptor = try Self.open(path)
        self.schedule = schedule
    }

    deinit {
        // Everything was written or given up before; there is nobody to tell.
        try? descriptor.close()
    }

    /// Opens or makes a file that is only added to.
    static func open(_ path: String) throws -> FileDescriptor {
        do {
            return try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.append, .create, .closeOnExec],
                permissions: [.ownerReadWrite, .groupRead])
        } catch {
            throw OperatorError("Cannot write \(path): \(error). Choose another folder with --log-dir")
        }
    }

    func add(_ bytes: [UInt8]) {
        let mustSchedule = state.withLock { state in
            guard state.pending.count + bytes.count <= Self.pendingBytesMax else {
                state.dropped += 1
                return false
            }
            state.pending += bytes
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustSchedule { schedule { self.flush() } }
    }

    /// Writes what is pending, on the caller's thread.
    func flush() {
        let (bytes, dropped) = state.withLock { state in
            defer { state = State() }
            return (state.pending, state.dropped)
        }
        // A full disk: there is nobody to tell but the log itself.
        _ = try? descriptor.writeAll(bytes)
        if dropped > 0 {
            let line = "[\(dropped) entries were dropped: the disk is too slow]\n"
            // As above.
            _ = try? descriptor.writeAll(line.utf8)
        }
    }
}
