import TestSupport
import AppRuntime
import HTTPServer
import Logging
import Synchronization

/// Keeps what guests, the server and Martlet itself log.
final class RecordingLog: GuestLog, AccessLog {
    private struct Content {
        var guestLines: [String] = []
        var entries: [String] = []
        var requests: [AccessRecord] = []
    }

    private let content = Mutex(Content())

    /// What guests wrote to their standard error.
    var guestLines: [String] { content.withLock { $0.guestLines } }
    /// Martlet's own entries: level, message, metadata.
    var entries: [String] { content.withLock { $0.entries } }
    /// Finished requests.
    var requests: [AccessRecord] { content.withLock { $0.requests } }

    func guestWrote(_ lines: [String], component: String, requestID: String) {
        content.withLock { $0.guestLines += lines }
    }

    func record(_ batch: [AccessRecord]) {
        content.withLock { $0.requests += batch }
    }

    /// A logger that writes here.
    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    /// Waits for an entry with all of these texts, and gives it.
    @discardableResult
    func entry(with texts: String...) async throws -> String {
        try await eventually("a log entry with \(texts)") {
            entries.first { entry in texts.allSatisfy(entry.contains) }
        }
    }

    private struct Handler: LogHandler {
        let log: RecordingLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            log.content.withLock { $0.entries.append("\(event.level): \(event.message) \(all)") }
        }
    }
}
