public import HostSystem
import NIOCore

/// A guest's standard error: lines for the log, up to a limit.
///
/// A guest that writes more goes on undisturbed; the rest is counted and said once.
public final class LogOutput: GuestOutput {
    private let log: any GuestLog
    private let component: String
    private var requestID: String
    private let bytesMax: Int
    private var room: Int
    private var dropped = 0
    private var line: [UInt8] = []

    // A line without an end would otherwise be kept until the limit.
    private static let lineBytesMax = 8 << 10

    /// Lines of one instance of `component`.
    public init(log: any GuestLog, component: String, requestID: String, bytesMax: Int) {
        self.log = log
        self.component = component
        self.requestID = requestID
        self.bytesMax = bytesMax
        self.room = bytesMax
    }

    /// The instance begins another request: what it writes from now on counts for that one.
    public func begin(requestID: String) {
        finish()
        self.requestID = requestID
        room = bytesMax
        dropped = 0
    }

    /// Always true.
    public var isWritable: Bool { true }

    /// Takes everything.
    public func write(_ bytes: RawSpan) -> Int {
        let count = min(bytes.byteCount, room)
        room -= count
        dropped += bytes.byteCount - count
        var lines: [String] = []
        var buffer = ByteBuffer()
        buffer.append(bytes.extracting(first: count))
        for byte in buffer.readableBytesView {
            if byte != UInt8(ascii: "\n") { line.append(byte) }
            if byte == UInt8(ascii: "\n") || line.count >= Self.lineBytesMax { lines.append(takeLine()) }
        }
        if !lines.isEmpty { log.guestWrote(lines, component: component, requestID: requestID) }
        return bytes.byteCount
    }

    /// Wakes at once.
    public func wakeWhenWritable(_ token: WakeToken) { token.wake() }

    /// Hands on what is left when the instance has ended.
    public func finish() {
        var lines = line.isEmpty ? [] : [takeLine()]
        if dropped > 0 {
            lines.append("[\(dropped) more bytes were dropped: the log limit of one instance is reached]")
        }
        if !lines.isEmpty { log.guestWrote(lines, component: component, requestID: requestID) }
    }

    private func takeLine() -> String {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        defer { line.removeAll(keepingCapacity: true) }
        return String(decoding: line, as: UTF8.self)
    }
}
