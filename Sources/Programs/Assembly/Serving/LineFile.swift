import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file that lines are added to, from any thread, without waiting for the disk on the caller's.
///
/// Lines are handed to one thread. What it cannot write in time is dropped and counted: a full disk must not stop requests.
final class LineFile: Sendable {
    private struct State {
        var pending: [UInt8] = []
        var dropped = 0
        var isScheduled = false
    }

    private let descriptor: Int32
    private let state = Mutex(State())
    private let schedule: @Sendable (@escaping @Sendable () -> Void) -> Void

    private static let pendingBytesMax = 4 << 20

    /// Opens or makes the file; `schedule` runs a closure on a thread that may wait, one at a time.
    init(path: String, schedule: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) throws {
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
        descriptor = unsafe open(path, flags, 0o640)
        self.schedule = schedule
        guard descriptor >= 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw OperatorError("Cannot write \(path): \(reason). Choose another folder with --log-dir")
        }
    }

    deinit { close(descriptor) }

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
        writeAll(bytes)
        if dropped > 0 { writeAll(Array("[\(dropped) entries were dropped: the disk is too slow]\n".utf8)) }
    }

    private func writeAll(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // A full disk: there is nobody to tell but the log itself.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
