import HostSystem
import Synchronization

/// Tells whoever runs a command what it may not reach, each place once.
final class RefusalLines: NetworkObserver {
    // A guest that tries addresses one after the other must not fill the terminal.
    private static let most = 50

    private let console: Console
    private let told = Mutex<Set<String>>([])

    init(console: Console) { self.console = console }

    func refused(_ refusal: NetworkRefusal) {
        let line = "\(refusal)"
        let isNew = told.withLock { $0.count < Self.most && $0.insert(line).inserted }
        if isNew { console.error(label: "warning", line, style: .warning) }
    }
}
