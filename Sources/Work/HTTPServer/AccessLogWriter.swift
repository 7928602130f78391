import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes access records as lines to a file descriptor, on a thread of its own.
///
/// What cannot be written as fast as it comes is dropped and counted, never waited for.
public final class AccessLogWriter: AccessLog {
    /// How a record looks.
    public enum Format: Sendable {
        /// One JSON object a line.
        case json
        /// One readable line: time, client, method, target, version, status, bytes, milliseconds, id.
        case text
    }

    /// Records that may wait for the thread. Beyond: dropped.
    public static let waitingRecords = 65_536

    private let format: Format
    private let descriptor: CInt
    private let includesQuery: Bool
    private let thread: NIOThreadPool
    private let waiting = Atomic<Int>(0)
    private let droppedRecords = Atomic<Int>(0)

    /// Makes a writer. It does not own `descriptor`.
    ///
    /// - Parameter includesQuery: whether the target is logged with its query, which may hold secrets.
    public init(format: Format, descriptor: CInt, includesQuery: Bool = false) {
        self.format = format
        self.descriptor = descriptor
        self.includesQuery = includesQuery
        thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
    }

    /// Records dropped so far.
    public var dropped: Int { droppedRecords.load(ordering: .relaxed) }

    /// See `AccessLog`.
    public func record(_ batch: [AccessRecord]) {
        let (_, count) = waiting.add(batch.count, ordering: .relaxed)
        guard count <= Self.waitingRecords else {
            waiting.subtract(batch.count, ordering: .relaxed)
            droppedRecords.add(batch.count, ordering: .relaxed)
            return
        }
        thread.submit { [self] state in
            defer { waiting.subtract(batch.count, ordering: .relaxed) }
            guard case .active = state else {
                droppedRecords.add(batch.count, ordering: .relaxed)
                return
            }
            var lines = ByteBuffer()
            for record in batch { write(record, into: &lines) }
            flush(lines, count: batch.count)
        }
    }

    /// Writes what waits and ends the thread; call it after the server has stopped.
    public func close() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            thread.submit { _ in continuation.resume() }
        }
        // Fails only when it was shut down before.
        try? await thread.shutdownGracefully()
    }

    private func flush(_ lines: ByteBuffer, count: Int) {
        var lines = lines
        while lines.readableBytes > 0 {
            // The buffer outlives the call, which reads no more than its readable bytes.
            let written = unsafe lines.withUnsafeReadableBytes { bytes in
                unsafe platformWrite(descriptor, bytes.baseAddress, bytes.count)
            }
            if written < 0 {
                if errno == EINTR { continue }
                droppedRecords.add(count, ordering: .relaxed)
                return
            }
            lines.moveReaderIndex(forwardBy: written)
        }
    }

    // MARK: Lines

    func write(_ record: AccessRecord, into lines: inout ByteBuffer) {
        switch format {
        case .json: writeJSON(record, into: &lines)
        case .text: writeText(record, into: &lines)
        }
    }

    private func target(of record: AccessRecord) -> String {
        guard !includesQuery, let mark = record.target.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            return record.target
        }
        return String(record.target[..<mark])
    }

    private func writeText(_ record: AccessRecord, into lines: inout ByteBuffer) {
        let status = record.status.map { "\($0)" } ?? "-"
        let outcome =
            (record.depth > 0 ? " depth=\(record.depth)" : "") + (record.cancellation.map { " \($0)" } ?? "")
        lines.writeString(
            "\(WallClock.timestamp(nanosecondsSince1970: record.time)) \(record.remoteAddress.plainText) "
                + "\(record.method.rawValue) \(target(of: record)) "
                + "HTTP/\(record.version.major).\(record.version.minor) \(status) \(record.bytesIn) "
                + "\(record.bytesOut) \(Self.milliseconds(record.duration)) \(record.requestID)\(outcome)\n")
    }

    private func writeJSON(_ record: AccessRecord, into lines: inout ByteBuffer) {
        lines.writeString(
            "{\"time\":\"\(WallClock.timestamp(nanosecondsSince1970: record.time))\",\"remote\":")
        lines.writeJSON(record.remoteAddress.plainText)
        lines.writeString(",\"method\":")
        lines.writeJSON(record.method.rawValue)
        lines.writeString(",\"target\":")
        lines.writeJSON(target(of: record))
        lines.writeString(",\"protocol\":\"HTTP/\(record.version.major).\(record.version.minor)\"")
        lines.writeString(",\"status\":\(record.status.map { "\($0)" } ?? "null")")
        lines.writeString(",\"bytes_in\":\(record.bytesIn),\"bytes_out\":\(record.bytesOut)")
        lines.writeString(",\"milliseconds\":\(Self.milliseconds(record.duration)),\"request_id\":")
        lines.writeJSON(record.requestID)
        if record.depth > 0 { lines.writeString(",\"depth\":\(record.depth)") }
        if let cancellation = record.cancellation { lines.writeString(",\"cancelled\":\"\(cancellation)\"") }
        lines.writeString("}\n")
    }

    /// With three digits after the point.
    private static func milliseconds(_ duration: TimeAmount) -> String {
        let microseconds = max(0, duration.nanoseconds / 1000)
        let fraction = String(microseconds % 1000)
        return "\(microseconds / 1000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
    }
}

private func platformWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(descriptor, bytes, count)
}

extension SocketAddress? {
    /// The numeric address and port, or `-`.
    fileprivate var plainText: String {
        guard let self else { return "-" }
        guard let address = self.ipAddress else { return "unix" }
        return address.utf8.contains(UInt8(ascii: ":"))
            ? "[\(address)]:\(self.port ?? 0)" : "\(address):\(self.port ?? 0)"
    }
}

extension ByteBuffer {
    /// Appends a JSON string (RFC 8259 §7).
    fileprivate mutating func writeJSON(_ text: String) {
        writeInteger(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                writeInteger(UInt8(ascii: "\\"))
                writeInteger(byte)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                writeString("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
            default:
                writeInteger(byte)
            }
        }
        writeInteger(UInt8(ascii: "\""))
    }
}
