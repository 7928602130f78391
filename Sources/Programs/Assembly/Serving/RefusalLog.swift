import HostSystem
import Logging
import NIOCore
import Synchronization

/// Shows the operator what guests may not reach: one warning for each refusal, and a count where there are too many.
final class RefusalLog: NetworkObserver {
    private struct Window {
        var start = NIODeadline.uptimeNanoseconds(0)
        var shown = 0
        var hidden = 0
    }

    // A guest that tries in a loop must not fill the log.
    private static let shownPerSecond = 20

    private let logger: Logger
    private let window = Mutex(Window())

    init(logger: Logger) { self.logger = logger }

    func refused(_ refusal: NetworkRefusal) {
        let (isShown, hidden) = window.withLock { window in
            let now = NIODeadline.now()
            var hidden = 0
            if now - window.start >= .seconds(1) {
                hidden = window.hidden
                window = Window(start: now)
            }
            guard window.shown < Self.shownPerSecond else {
                window.hidden += 1
                return (false, hidden)
            }
            window.shown += 1
            return (true, hidden)
        }
        if hidden > 0 { logger.warning("\(hidden) more refusals of the network were not shown") }
        if isShown { logger.warning("\(refusal)") }
    }
}
