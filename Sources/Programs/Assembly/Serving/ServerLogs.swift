import AppRuntime
import Dispatch
import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

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
    private let accessFile: LineFile?
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
        let queue = self.queue
        accessFile = try named.flatMap { $0.isEmpty ? nil : $0 }.map { folder in
            try LineFile(path: "\(folder)/access.jsonl") { work in queue.async(execute: work) }
        }
    }

    /// Whether anybody reads the access log.
    var hasAccessLog: Bool { accessFile != nil }

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

    func record(_ batch: [AccessRecord]) {
        guard let accessFile else { return }
        queue.async {
            accessFile.add(
                batch.reduce(into: []) { bytes, record in
                    bytes += AccessLine(record).json
                    bytes.append(UInt8(ascii: "\n"))
                })
        }
    }

    /// Waits until all that was handed over is written.
    func finish() {
        queue.sync {
            accessFile?.flush()
            guestFiles.withLock { files in files.values.forEach { $0.flush() } }
        }
    }
}

/// One request as a line of the access log. The query is left out: it may hold secrets.
private struct AccessLine: Encodable {
    let time: String
    let requestID: String
    let method: String
    let path: String
    let protocolVersion: String
    let status: Int?
    let bytesIn: Int
    let bytesOut: Int
    let durationMilliseconds: Double
    let client: String?
    let cancelled: String?

    enum CodingKeys: String, CodingKey {
        case time, method, path, status, client, cancelled
        case requestID = "request_id"
        case protocolVersion = "protocol"
        case bytesIn = "bytes_in"
        case bytesOut = "bytes_out"
        case durationMilliseconds = "duration_ms"
    }

    init(_ record: AccessRecord) {
        let moment = Date(timeIntervalSince1970: Double(record.time) / 1e9)
        time = moment.formatted(.iso8601.time(includingFractionalSeconds: true))
        requestID = record.requestID
        method = record.method.rawValue
        path =
            record.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first.map(
                String.init) ?? ""
        protocolVersion = "HTTP/\(record.version.major).\(record.version.minor)"
        status = record.status
        bytesIn = record.bytesIn
        bytesOut = record.bytesOut
        durationMilliseconds = Double(record.duration.nanoseconds / 1_000) / 1_000
        client = record.remoteAddress?.ipAddress
        cancelled = record.cancellation.map { "\($0)" }
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        // Encoding texts and finite numbers does not fail; an empty line would show it if it did.
        return (try? encoder.encode(self)).map { [UInt8]($0) } ?? []
    }
}
