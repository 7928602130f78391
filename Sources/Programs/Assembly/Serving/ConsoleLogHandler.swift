import Logging

/// Martlet's own log on standard error: a line for people, or a JSON object.
struct ConsoleLogHandler: LogHandler {
    let console: Console
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .notice

    init(console: Console) { self.console = console }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let pairs = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        let text = pairs.isEmpty ? "\(event.message)" : "\(event.message) (\(pairs))"
        let style: Console.Style =
            event.level >= .error ? .error : event.level == .warning ? .warning : .plain
        console.error(label: "\(event.level)", text, style: style)
    }
}
