import AppRuntime
import Dispatch
import HTTPServer
import Synchronization

#if canImport(System)
    import System
#else
    import SystemPackage
#endif
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where guests' output, the access log and Martlet's own log go while an application is served.
///
/// - `<folder>/<component>.stderr.log`: what a component writes to its standard error.
/// - `<folder>/access.jsonl`: a JSON object for each request, where the operator named a folder.
final class ServerLogs: GuestLog, AccessLog {
    private let console: Console
    private let repeatsGuests: Bool
    private let folder: String?
    private let accessLog: AccessLogWriter?
    private let accessFile: FileDescriptor?
    private let guestFiles = Mutex<[String: LineFile]>([:])
    private let queue = DispatchQueue(label: "martlet.logs")

    init(request: UpRequest, applicationFolder: String, console: Console) throws {
        self.console = console
        repeatsGuests = !request.isQuiet
        let named = request.logFolder
        let folder = named == "" ? nil : named ?? "\(applicationFolder)/.martlet/logs"
        self.folder = folder
        if let folder {
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                throw OperatorError(
                    "Cannot make the log folder \(folder): \(error). Choose another with --log-dir")
            }
        }
        accessFile = try named.flatMap { $0.isEmpty ? nil : $0 }.map {
            try LineFile.open("\($0)/access.jsonl")
        }
        // The query stays out: it may hold secrets.
        accessLog = accessFile.map { AccessLogWriter(format: .json, descriptor: $0.rawValue) }
    }

    /// Whether anybody reads the access log.
    var hasAccessLog: Bool { accessLog != nil }

    func guestWrote(_ lines: [String], component: String, requestID: String) {
        if let file = guestFile(component) {
            file.add(Array(lines.map { "\(requestID) \($0)\n" }.joined().utf8))
        }
        guard repeatsGuests else { return }
        let text = lines.map { "[\(component)] \($0)" }.joined(separator: "\n")
        queue.async { [console] in console.error(text) }
    }

    private func guestFile(_ component: String) -> LineFile? {
        guard let folder else { return nil }
        return guestFiles.withLock { files in
            if let file = files[component] { return file }
            // Without its file a guest still runs, and its lines are still repeated on the terminal.
            let file = try? LineFile(path: "\(folder)/\(component).stderr.log") { [queue] work in
                queue.async(execute: work)
            }
            files[component] = file
            return file
        }
    }

    func record(_ batch: [AccessRecord]) { accessLog?.record(batch) }

    /// Waits until all that was handed over is written.
    func finish() async {
        await accessLog?.close()
        // All records are written; an error here would change nothing.
        try? accessFile?.close()
        queue.sync { guestFiles.withLock { files in files.values.forEach { $0.flush() } } }
    }
}
