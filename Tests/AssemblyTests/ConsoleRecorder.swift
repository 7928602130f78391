import Assembly
import Synchronization

/// Keeps what a command writes.
final class ConsoleRecorder: Sendable {
    private let texts = Mutex((output: "", error: ""))

    var output: String { texts.withLock { $0.output } }
    var error: String { texts.withLock { $0.error } }

    func console(hasColour: Bool = false) -> Console {
        Console(
            hasColour: hasColour, output: { text in self.texts.withLock { $0.output += text } },
            error: { text in self.texts.withLock { $0.error += text } })
    }
}
